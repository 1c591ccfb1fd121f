// The same use of pg, measured by the official instrumentation in one process and by promtel in another: the same numbers.
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { startPostgres } from '../kit/servers/postgres-process.ts';
import { testWith } from '../kit/with-program.ts';
import { type Counts, pgDifferences } from './pg-differences.ts';

interface Measured {
  /** By scenario. */
  readonly results: Readonly<Record<string, Counts>>;
  /** Of the first statement. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

async function measureWith(script: string, url: string): Promise<Measured> {
  const path = fileURLToPath(new URL(`fixtures/${script}`, import.meta.url));
  const { stdout, stderr } = await runToEnd([path, url]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}

testWith('postgres', 'promtel and the official instrumentation of pg differ only where they are known to', async (program) => {
  await using server = await startPostgres(program);
  const official = await measureWith('pg-official.cjs', server.url);
  const promtel = await measureWith('pg-promtel.mjs', server.url);
  const differences: Readonly<Record<string, Counts>> = Object.assign({}, ...pgDifferences.map(({ scenarios }) => scenarios));
  expect(Object.keys(official.results).length).toBeGreaterThan(20);
  expect(promtel.results).toEqual({ ...official.results, ...differences });
  expect(promtel.attributes).toEqual(official.attributes);
  for (const scenario of Object.keys(differences))
    expect(promtel.results[scenario], scenario).not.toEqual(official.results[scenario]);
});
