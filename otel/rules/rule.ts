// What a recording rule, an alert and its runbook are, as data; Prometheus' rule files and the runbooks are generated from them.
import type { Promql } from '../../src/core/naming/promql.ts';

/** How soon somebody must answer: P0 in 5 minutes, P1 in 15, P2 in an hour, P3 in four. */
export type Priority = 'P0' | 'P1' | 'P2' | 'P3';

export const SEVERITY: Readonly<Record<Priority, 'critical' | 'warning' | 'info'>> = {
  P0: 'critical',
  P1: 'critical',
  P2: 'warning',
  P3: 'info',
};

/** The areas that rules, runbooks and dashboards share. */
export type Area = 'http' | 'jobs' | 'cache' | 'llm' | 'tools' | 'db' | 'pipeline' | 'runtime' | 'slo' | 'self' | 'stack';

export interface Recording {
  /** `level:metric:operations`, as Prometheus' practices name recording rules. */
  readonly record: string;
  readonly expr: string;
}

export interface Runbook {
  /** What the alert says, in two or three sentences, for somebody who has never seen it. */
  readonly meaning: string;
  /** The labels to look at, and what each value would mean. */
  readonly labels: Readonly<Record<string, string>>;
  /** The three queries to run first, in order, each with what to look for in its answer. */
  readonly queries: readonly (readonly [lookFor: string, query: string])[];
  readonly causes: readonly string[];
  readonly mitigation: readonly string[];
  readonly escalation: string;
}

export interface Alert {
  readonly alert: string;
  readonly priority: Priority;
  /** The symptom. Alerts of one symptom share it, so that the higher priority inhibits the lower. */
  readonly signal: string;
  /** What must be up for this to be well: an alert of its own says when it is down, and inhibits this one. */
  readonly dependsOn?: 'redis' | 'postgres' | 'provider' | 'collector';
  readonly expr: string;
  readonly for: string;
  readonly keepFiringFor?: string;
  /** One sentence without templates. */
  readonly summary: string;
  /** What is wrong where, with the labels and the value. */
  readonly description: string;
  readonly impact: string;
  /** The panel to open: a dashboard's area and a panel's title. */
  readonly panel: { readonly dashboard: string; readonly title: string };
  readonly runbook: Runbook;
}

/** Rules that are evaluated together, one after the other: at most 20. A recording is used only within its group, or by dashboards. */
export interface RuleGroup {
  readonly name: string;
  readonly recordings: readonly Recording[];
  readonly alerts: readonly Alert[];
}

export interface RuleArea {
  readonly area: Area;
  readonly title: string;
  readonly groups: (promql: Promql) => readonly RuleGroup[];
}
