// What a dashboard is, as data: rows of panels with their queries; Grafana's JSON is built from it.
import type { Promql } from '../../src/core/naming/promql.ts';

/** Units of Grafana that the dashboards use. */
export type Unit =
  | 's'
  | 'bytes'
  | 'Bps'
  | 'percentunit'
  | 'currencyUSD'
  | 'reqps'
  | 'ops'
  | 'cps'
  | 'short'
  | 'none'
  | 'dateTimeFromNow';

/** `graph`: lines over time; `stat`: one number each; `gauge`: a share of its limit; `heatmap`: a histogram over time; `table`: a row for each series. */
export type PanelKind = 'graph' | 'stat' | 'gauge' | 'heatmap' | 'table';

export interface Query {
  readonly expr: string;
  /** The name of a line, such as `{{http_route}}`; of a table, the heading of the column of values. */
  readonly legend: string;
  /** Of a table's column of values, if it is not the panel's. */
  readonly unit?: Unit;
}

export interface Panel {
  readonly kind: PanelKind;
  /** Unique within the dashboard: alerts and links name it. */
  readonly title: string;
  /** What it shows, and what a bad value means. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of 24 columns: 12 by default, 6 for a stat or a gauge, 24 for a table. */
  readonly width?: number;
  /** 8 by default, 4 for a stat or a gauge. */
  readonly height?: number;
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  /** Draws areas on top of each other, for parts of a whole. */
  readonly isStacked?: boolean;
  readonly isLogarithmic?: boolean;
  /** Shows exemplars, which lead from a slow request to its trace. Of latency panels. */
  readonly hasExemplars?: boolean;
  /** From which value on it is orange, and red. With `isLowBad`, below which. */
  readonly thresholds?: readonly [warning: number, critical: number];
  readonly isLowBad?: true;
  /** Instead of "No data": why nothing may be there. */
  readonly whenEmpty?: string;
  /** The labels that are a table's first columns, and their headings, in this order. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Where a click leads: another dashboard, and which variables it takes from the labels of what was clicked. */
  readonly leadsTo?: { readonly dashboard: string; readonly variables?: Readonly<Record<string, string>> };
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Of features that many services do not have. */
  readonly isCollapsed?: true;
}

/** A variable of a dashboard besides the data source, `job` and `instance`. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** The series and the label that its values come from. */
  readonly series: string;
  readonly from: string;
}

export interface Dashboard {
  /** Also the file's name and the end of the uid, `promtel-<area>`. */
  readonly area: string;
  readonly title: string;
  readonly description: string;
  readonly variables?: readonly Variable[];
  /** The series that `job` and `instance` are read from; `target_info` by default. */
  readonly targets?: string;
  /** The rows. The selectors that `promql` writes have the matchers of `job` and `instance`. */
  readonly rows: (promql: Promql) => readonly Row[];
}

/** The matchers of a dashboard's selectors, also for those that are written by hand. */
export const TARGETS = 'job=~"$job", instance=~"$instance"';

/** The window of every rate in a panel. */
export const WINDOW = '$__rate_interval';
