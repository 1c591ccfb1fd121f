// The OpenTelemetry side of promtel: what the application records through the API, and every way out but the page.
export type { ExportReport } from './export-watch.ts';
export { Telemetry } from './telemetry.ts';
