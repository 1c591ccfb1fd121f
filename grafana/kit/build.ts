// Builds a dashboard's JSON in Grafana's classic schema: variables, links, annotations, and the places of its panels.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { dashboardUid } from '../../otel/rules/links.ts';
import { makePromql } from '../../src/core/naming/promql.ts';
import { type Dashboard, type Panel, type Row, TARGETS, type Variable } from './dashboard.ts';
import { DATA_SOURCE, panelBuilder } from './panel.ts';

const COLUMNS = 24;

/** File provisioning takes this schema; the one that Grafana 13 exports by default, it refuses. */
const CLASSIC_SCHEMA_VERSION = 41;

/** The dashboard as Grafana's file provisioning takes it. */
export function buildDashboard(spec: Dashboard): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(spec.title)
    .uid(dashboardUid(spec.area))
    .description(spec.description)
    .tags(['promtel'])
    .readonly()
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .variables(variablesOf(spec))
    .link(dashboardList())
    .annotations([processStarts(), firingAlerts()]);
  let y = 0;
  rowsOf(spec).forEach((row, index) => {
    builder.withRow(rowBuilder(row, index, y));
    y += 1;
    const { placed, height } = placePanels(row, index, y);
    if (row.isCollapsed !== true) for (const panel of placed) builder.withPanel(panel);
    y += row.isCollapsed === true ? 0 : height;
  });
  return { ...builder.build(), schemaVersion: CLASSIC_SCHEMA_VERSION };
}

export function rowsOf(spec: Dashboard): readonly Row[] {
  return spec.rows(makePromql({ everywhere: TARGETS }));
}

/** The id of a panel: the row's number times 100, and its place in it. */
export function panelIdOf(spec: Dashboard, title: string): number | undefined {
  for (const [index, row] of rowsOf(spec).entries()) {
    const place = row.panels.findIndex((panel) => panel.title === title);
    if (place !== -1) return idOf(index, place);
  }
  return undefined;
}

function idOf(row: number, place: number): number {
  return (row + 1) * 100 + place + 1;
}

function rowBuilder(row: Row, index: number, y: number): dashboard.RowBuilder {
  const builder = new dashboard.RowBuilder(row.title).id((index + 1) * 100).gridPos({ x: 0, y, w: COLUMNS, h: 1 });
  if (row.isCollapsed !== true) return builder;
  builder.collapsed(true);
  for (const panel of placePanels(row, index, y + 1).placed) builder.withPanel(panel);
  return builder;
}

/** Panels from left to right; one that has no room left begins a line. */
function placePanels(row: Row, index: number, top: number) {
  let [x, y, lineHeight] = [0, top, 0];
  const placed = row.panels.map((panel, place) => {
    const [w, h] = sizeOf(panel);
    if (x + w > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
    const builder = panelBuilder(panel, idOf(index, place)).gridPos({ x, y, w, h }) as PanelBuilder;
    x += w;
    lineHeight = Math.max(lineHeight, h);
    return builder;
  });
  return { placed, height: y + lineHeight - top };
}

function sizeOf({ kind, width, height }: Panel): [number, number] {
  const isSmall = kind === 'stat' || kind === 'gauge';
  return [width ?? (isSmall ? 6 : kind === 'table' ? COLUMNS : 12), height ?? (isSmall ? 4 : 8)];
}

function variablesOf({ variables = [], targets = 'target_info' }: Dashboard) {
  const query = ({ name, label, series, from }: Variable): dashboard.QueryVariableBuilder =>
    new dashboard.QueryVariableBuilder(name)
      .label(label)
      .datasource(DATA_SOURCE)
      .query({ query: `label_values(${series}, ${from})`, refId: name })
      .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
      .sort(dashboard.VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: 'All', value: '$__all' });
  return [
    new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    query({ name: 'job', label: 'Service', series: targets, from: 'job' }),
    query({ name: 'instance', label: 'Instance', series: `${targets}{job=~"$job"}`, from: 'instance' }),
    ...variables.map(query),
  ];
}

function dashboardList(): dashboard.DashboardLinkBuilder {
  return new dashboard.DashboardLinkBuilder('promtel')
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags(['promtel'])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);
}

/** Says since when: a line where a process started, such as at a deployment or after a crash. */
function processStarts(): dashboard.AnnotationQueryBuilder {
  return annotation('Process starts', 'blue', `process_start_time_seconds{${TARGETS}} * 1000`, {
    titleFormat: 'Started',
    textFormat: '{{job}} {{instance}}',
    useValueForTime: true,
  });
}

function firingAlerts(): dashboard.AnnotationQueryBuilder {
  return annotation('Alerts', 'red', 'ALERTS{alertstate="firing", job=~"$job|"}', {
    titleFormat: '{{alertname}}',
    textFormat: '{{priority}} {{job}}',
    step: '60s',
  });
}

function annotation(name: string, color: string, expr: string, format: object): dashboard.AnnotationQueryBuilder {
  const builder = new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr);
  return { build: () => ({ ...builder.build(), ...format }) } as dashboard.AnnotationQueryBuilder;
}
