// The dashboards: what Grafana needs of each panel, and queries that Prometheus can parse.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DASHBOARDS } from '../../grafana/dashboards/index.ts';
import { buildDashboard, rowsOf } from '../../grafana/kit/build.ts';
import { RULE_AREAS } from '../../otel/rules/index.ts';
import { groupsOf } from '../../otel/rules/rule-file.ts';
import { testWith } from '../kit/with-program.ts';

interface Built {
  readonly id: number;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const folder = mkdtempSync(join(tmpdir(), 'promtel-queries-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(DASHBOARDS)('dashboard $title', (dashboard) => {
  const panels = rowsOf(dashboard).flatMap((row) => row.panels);

  it('has a description of its own for every panel, and a title that no other panel has', () => {
    for (const { title, description } of panels) expect(description, title).toMatch(/^[A-Z].{20,}\.$/s);
    expect(panels.map(({ title }) => title)).toEqual([...new Set(panels.map(({ title }) => title))]);
  });

  it('selects the chosen services and instances, and rates over the interval of the panel', () => {
    for (const { title, queries } of panels) {
      expect(queries.length, title).toBeGreaterThan(0);
      for (const { expr } of queries) {
        expect(expr, title).toContain('job=~"$job", instance=~"$instance"');
        for (const [, window] of expr.matchAll(/\[([^\]]+)\]/g)) expect(window, title).toBe('$__rate_interval');
      }
    }
  });

  it('shows exemplars where it draws a quantile over time', () => {
    for (const { kind, title, queries, hasExemplars } of panels)
      if (kind === 'graph' && queries.some(({ expr }) => expr.includes('histogram_quantile')))
        expect(hasExemplars, title).toBe(true);
  });

  it('gives panels ids that differ, and places that do not overlap', () => {
    const built = buildDashboard(dashboard).panels as readonly Built[];
    expect(new Set(built.map(({ id }) => id)).size).toBe(built.length);
    const cells = built.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });
});

const asked = [
  ...DASHBOARDS.flatMap((dashboard) =>
    rowsOf(dashboard).flatMap((row) => row.panels.flatMap((panel) => panel.queries.map(({ expr }) => expr))),
  ),
  ...RULE_AREAS.flatMap((area) =>
    groupsOf(area).flatMap(({ alerts }) => alerts.flatMap(({ runbook }) => runbook.queries.map(([, query]) => query))),
  ),
];

testWith('promtool', 'Prometheus parses every query of the panels and of the runbooks', ({ path }) => {
  const rules = asked.map((query, index) => ({ record: `query:${index}`, expr: query.replaceAll('$__rate_interval', '5m') }));
  const file = join(folder, 'queries.yaml');
  writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
  expect(execFileSync(path, ['check', 'rules', file], { encoding: 'utf8' })).toContain(`${asked.length} rules found`);
});
