// The whole catalog, which only the OpenTelemetry SDK needs at once: a process that does not use it loads what it records.
export { CATALOG } from '../catalog/index.ts';
