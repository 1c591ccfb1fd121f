// Builds Grafana's panels from their data, one builder for each kind.
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as gauge from '@grafana/grafana-foundation-sdk/gauge';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { dashboardUid } from '../../otel/rules/links.ts';
import type { Panel, PanelKind, Query } from './dashboard.ts';

export const DATA_SOURCE = { type: 'prometheus', uid: '$datasource' };

type AnyBuilder = timeseries.PanelBuilder | stat.PanelBuilder | gauge.PanelBuilder | heatmap.PanelBuilder | table.PanelBuilder;

const BUILDERS: Readonly<Record<PanelKind, (panel: Panel) => AnyBuilder>> = {
  graph,
  stat: statistic,
  gauge: (panel) => new gauge.PanelBuilder().min(panel.min ?? 0).max(panel.max ?? 1),
  heatmap: heatmapOf,
  table: tableOf,
};

/** The builder of a panel, with its id; its place is set by the dashboard. */
export function panelBuilder(panel: Panel, id: number): AnyBuilder {
  const builder = BUILDERS[panel.kind](panel)
    .id(id)
    .title(panel.title)
    .description(panel.description)
    .datasource(DATA_SOURCE)
    .unit(panel.unit)
    .targets(panel.queries.map((query, index) => target(panel, query, index)));
  if (panel.min !== undefined) builder.min(panel.min);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.decimals !== undefined) builder.decimals(panel.decimals);
  if (panel.whenEmpty !== undefined) builder.noValue(panel.whenEmpty);
  if (panel.thresholds !== undefined) builder.thresholds(thresholds(panel.thresholds, panel.isLowBad === true));
  if (panel.leadsTo !== undefined) builder.dataLinks([dataLink(panel.leadsTo)]);
  return builder;
}

function target({ kind, hasExemplars }: Panel, { expr, legend }: Query, index: number): DataqueryBuilder {
  const builder = new DataqueryBuilder().refId(refIdOf(index)).datasource(DATA_SOURCE).expr(expr).legendFormat(legend);
  if (hasExemplars === true) builder.exemplar(true);
  if (kind === 'table') return builder.instant().format(PromQueryFormat.Table);
  if (kind === 'heatmap') return builder.range().format(PromQueryFormat.Heatmap);
  return builder.range();
}

function refIdOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function graph({ isStacked, isLogarithmic, thresholds: limits }: Panel): timeseries.PanelBuilder {
  const builder = new timeseries.PanelBuilder()
    .lineWidth(1)
    .fillOpacity(isStacked === true ? 40 : 8)
    .showPoints(common.VisibilityMode.Never)
    .spanNulls(false)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending));
  if (isStacked === true) builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (isLogarithmic === true)
    builder.scaleDistribution(new common.ScaleDistributionConfigBuilder().type(common.ScaleDistribution.Log).log(10));
  if (limits !== undefined)
    builder.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  return builder;
}

function statistic(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .graphMode(common.BigValueGraphMode.Area)
    .colorMode(common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

function heatmapOf({ unit }: Panel): heatmap.PanelBuilder {
  return new heatmap.PanelBuilder()
    .calculate(false)
    .yAxis(new heatmap.YAxisConfigBuilder().unit(unit))
    .color(new heatmap.HeatmapColorOptionsBuilder().mode(heatmap.HeatmapColorMode.Scheme).scheme('Spectral').steps(64));
}

/** Columns of labels first, then one for the value of each query, which has the query's legend as its heading. */
function tableOf({ columns = {}, queries }: Panel): table.PanelBuilder {
  const values = queries.map(
    ({ legend }, index) => [queries.length === 1 ? 'Value' : `Value #${refIdOf(index)}`, legend] as const,
  );
  const headings = { ...columns, ...Object.fromEntries(values) };
  const builder = new table.PanelBuilder().withTransformation({ id: 'merge', options: {} }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      includeByName: {},
      indexByName: Object.fromEntries(Object.keys(headings).map((name, index) => [name, index])),
      renameByName: headings,
    },
  });
  for (const { legend, unit } of queries) if (unit !== undefined) builder.overrideByName(legend, [{ id: 'unit', value: unit }]);
  return builder;
}

function thresholds([warning, critical]: readonly [number, number], isLowBad: boolean): dashboard.ThresholdsConfigBuilder {
  const steps = isLowBad
    ? [
        { value: null, color: 'red' },
        { value: critical, color: 'orange' },
        { value: warning, color: 'green' },
      ]
    : [
        { value: null, color: 'green' },
        { value: warning, color: 'orange' },
        { value: critical, color: 'red' },
      ];
  return new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps);
}

function dataLink({ dashboard: area, variables = {} }: NonNullable<Panel['leadsTo']>): dashboard.DashboardLinkBuilder {
  const taken = Object.entries(variables).map(([variable, label]) => `&var-${variable}=\${__field.labels.${label}}`);
  return new dashboard.DashboardLinkBuilder(`Open ${area}`).url(
    `/d/${dashboardUid(area)}?\${__url_time_range}&\${datasource:queryparam}&\${job:queryparam}${taken.join('')}`,
  );
}
