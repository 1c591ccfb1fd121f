// Generates the references in this folder, settings.md and metrics.md; with --check, only reports which are out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AREAS } from '../src/catalog/index.ts';
import { settingsPage } from '../src/config/document.ts';
import { metricsPage } from './metrics-page.ts';

interface Output {
  readonly file: string;
  readonly render: () => string;
}

const outputs: readonly Output[] = [
  { file: 'settings.md', render: settingsPage },
  { file: 'metrics.md', render: () => metricsPage(AREAS) },
];

function write(): void {
  for (const { file, render } of outputs) writeFileSync(join(import.meta.dirname, file), render());
}

function check(): void {
  const stale = outputs.filter(({ file, render }) => render() !== readIfPresent(join(import.meta.dirname, file)));
  for (const { file } of stale) console.error(`otel/${file} is out of date: run node otel/generate.ts`);
  if (stale.length > 0) process.exitCode = 1;
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
