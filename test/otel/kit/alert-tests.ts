// Unit tests of alerts with promtool: that each fires with its labels and annotations, and stays quiet where it must.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findPanel } from '../../../grafana/kit/find-panel.ts';
import { alertRule, groupsOf, labelsOf, ruleFile } from '../../../otel/rules/rule-file.ts';
import type { Alert, RuleArea } from '../../../otel/rules/rule.ts';
import { testWith } from '../../kit/with-program.ts';

/** Series by their name with labels, in promtool's notation: `0+60x30` begins at 0 and adds 60 at each interval, 30 times. */
export type Series = Readonly<Record<string, string>>;

export interface Situation {
  readonly series: Series;
  /** When the alert is looked at, such as `20m` after the series began. */
  readonly at: string;
  /** Between two samples; `1m` by default. */
  readonly interval?: string;
}

export interface FiringAlert {
  /** The labels of the expression; those of the rule are added. */
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
}

export interface AlertTests {
  readonly fires: Situation & { readonly alerts: readonly FiringAlert[] };
  /** As bad as it may be without an alert: the value is at the threshold, or lasts a little less than `for`. */
  readonly quietAtBoundary: Situation;
  /** Nothing happens: the series are there, and do not move. */
  readonly quietWhenIdle: Situation;
  /** A series that the expression reads does not exist. */
  readonly quietWithoutSeries: Situation;
  /** The process restarted: its counters begin again, perhaps as those of another instance. */
  readonly quietAfterRestart: Situation;
  /** Any further situation in which it must be quiet, by its title. */
  readonly quiet?: Readonly<Record<string, Situation>>;
}

/** Defines the tests of all alerts of an area, by their names. */
export function testAlerts(area: RuleArea, tests: Readonly<Record<string, AlertTests>>): void {
  const alerts = groupsOf(area).flatMap((group) => group.alerts);
  it(`every alert of ${area.area} has tests, and every test has an alert`, () => {
    expect(Object.keys(tests).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });
  for (const alert of alerts) {
    const cases = tests[alert.alert];
    if (cases === undefined) continue;
    describe(alert.alert, () => {
      const { fires, quietAtBoundary, quietWhenIdle, quietWithoutSeries, quietAfterRestart, quiet = {} } = cases;
      testSituation(area, alert, 'fires', fires, fires.alerts);
      testSituation(area, alert, 'is quiet at the boundary', quietAtBoundary);
      testSituation(area, alert, 'is quiet when idle', quietWhenIdle);
      testSituation(area, alert, 'is quiet without a series', quietWithoutSeries);
      testSituation(area, alert, 'is quiet after a restart', quietAfterRestart);
      for (const [title, situation] of Object.entries(quiet)) testSituation(area, alert, `is quiet ${title}`, situation);
    });
  }
}

function testSituation(
  area: RuleArea,
  alert: Alert,
  title: string,
  situation: Situation,
  firing: readonly FiringAlert[] = [],
): void {
  testWith('promtool', `${alert.alert} ${title}`, ({ path }) => {
    const { annotations } = alertRule(area, alert, findPanel);
    runPromtool(path, area, situation, {
      alert_rule_test: [
        {
          alertname: alert.alert,
          eval_time: situation.at,
          exp_alerts: firing.map(({ labels, description }) => ({
            exp_labels: { ...labels, ...labelsOf(area.area, alert) },
            exp_annotations: { ...annotations, description },
          })),
        },
      ],
    });
  });
}

/** Defines a test of what a query, such as a recording's name, answers: samples by their labels. */
export function testQuery(
  area: RuleArea,
  title: string,
  query: string,
  situation: Situation,
  samples: Readonly<Record<string, number>>,
): void {
  testWith('promtool', title, ({ path }) => {
    runPromtool(path, area, situation, {
      promql_expr_test: [
        {
          expr: query,
          eval_time: situation.at,
          exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
        },
      ],
    });
  });
}

function runPromtool(promtool: string, area: RuleArea, { series, interval = '1m' }: Situation, test: object): void {
  const folder = mkdtempSync(join(tmpdir(), 'promtel-alerts-'));
  try {
    writeFileSync(join(folder, 'rules.yaml'), ruleFile(area, { findPanel }));
    const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    writeFileSync(
      join(folder, 'test.yaml'),
      stringify({
        rule_files: ['rules.yaml'],
        evaluation_interval: interval,
        tests: [{ interval, input_series: input, ...test }],
      }),
    );
    execFileSync(promtool, ['test', 'rules', join(folder, 'test.yaml')], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`promtool: ${stderr}${stdout}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
