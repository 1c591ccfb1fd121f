// Generates every file that follows from the catalogue: references, rules, runbooks, dashboards; with --check, only reports which
// are out of date. With --native-histograms the rules and runbooks are those for native histograms.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DASHBOARDS } from '../grafana/dashboards/index.ts';
import { buildDashboard } from '../grafana/kit/build.ts';
import { findPanel } from '../grafana/kit/find-panel.ts';
import { AREAS } from '../src/catalog/index.ts';
import { settingsPage } from '../src/config/document.ts';
import { metricsPage } from './metrics-page.ts';
import { RULE_AREAS } from './rules/index.ts';
import { ruleFile } from './rules/rule-file.ts';
import { runbookPage } from './rules/runbook-page.ts';

interface Output {
  /** From the root of the project. */
  readonly file: string;
  readonly render: () => string;
}

const nativeHistograms = process.argv.includes('--native-histograms');

const outputs: readonly Output[] = [
  { file: 'otel/settings.md', render: settingsPage },
  { file: 'otel/metrics.md', render: () => metricsPage(AREAS) },
  ...RULE_AREAS.flatMap((rules): Output[] => [
    { file: `otel/rules/${rules.area}.yaml`, render: () => ruleFile(rules, { findPanel, nativeHistograms }) },
    { file: `otel/runbooks/${rules.area}.md`, render: () => runbookPage(rules, { findPanel, nativeHistograms }) },
  ]),
  ...DASHBOARDS.map((dashboard): Output => ({
    file: `grafana/dashboards/${dashboard.area}.json`,
    render: () => `${JSON.stringify(buildDashboard(dashboard), null, 2)}\n`,
  })),
];

function write(): void {
  for (const { file, render } of outputs) {
    mkdirSync(dirname(pathOf(file)), { recursive: true });
    writeFileSync(pathOf(file), render());
  }
}

function check(): void {
  const stale = outputs.filter(({ file, render }) => render() !== readIfPresent(pathOf(file)));
  for (const { file } of stale) console.error(`${file} is out of date: run npm run generate`);
  if (stale.length > 0) process.exitCode = 1;
}

function pathOf(file: string): string {
  return join(import.meta.dirname, '..', file);
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (process.argv.includes('--check')) check();
else write();
