// Where the links of alerts lead: a runbook's heading, and a panel of a dashboard.
import type { Area } from './rule.ts';

const RUNBOOKS = 'https://github.com/promtel/promtel/blob/main/otel/runbooks';

/** Where the stack's Grafana is. Replace it with yours: `npm run generate` writes all links again. */
const GRAFANA = 'http://localhost:3001';

export function runbookUrl(area: Area, alert: string): string {
  return `${RUNBOOKS}/${area}.md#${alert.toLowerCase()}`;
}

export function dashboardUid(area: string): string {
  return `promtel-${area}`;
}

export function panelUrl(area: string, panelId: number): string {
  return `${GRAFANA}/d/${dashboardUid(area)}?viewPanel=${panelId}`;
}
