// Tests against one PostgreSQL server for all of a file, and what was measured there.
import { createRequire } from 'node:module';
import type Pg from 'pg';
import type { Sample } from '../../../src/core/recording/samples.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { freshCopy } from '../apps/fresh-copy.ts';
import { type PostgresProcess, startPostgres } from '../servers/postgres-process.ts';
import { testsWithServer } from '../with-program.ts';
import { attachAlone, countsOf, type Readings } from './samples.ts';

/** A server, what is measured there, and pg as it is loaded by who was instrumented before. */
export interface PostgresSubject extends Readings {
  readonly server: PostgresProcess;
  readonly pg: typeof Pg;
}

export type PostgresTest = (title: string, run: (subject: PostgresSubject) => Promise<void>) => void;

/** Defines tests that find the instrumentation attached. */
export function testsWithPostgres(instrumentation: Instrumentation): PostgresTest {
  const testWithPostgres = testsWithServer('postgres', (program) => startPostgres(program));
  return (title, run) =>
    testWithPostgres(title, async (server) => {
      const readings = attachAlone(instrumentation);
      try {
        await run({ ...readings, server, pg: freshPg() });
      } finally {
        readings.attached.detach();
      }
      if (readings.attached.failure !== undefined) throw new Error(readings.attached.failure);
    });
}

/** pg with the pg-pool that it brings, loaded anew. */
export function freshPg(): typeof Pg {
  const require = createRequire(import.meta.url);
  const pool = createRequire(require.resolve('pg')).resolve('pg-pool');
  Reflect.deleteProperty(require.cache, pool);
  return freshCopy(require, 'pg') as typeof Pg;
}

/** How often each statement was measured, such as `SELECT items` or, where it failed, `INSERT items 23505`. */
export function statementsOf(
  samples: readonly Sample[],
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, number> {
  const by = ['db.operation.name', 'db.collection.name', 'error.type'];
  return countsOf(samples, 'db.client.operation.duration', by, attributes);
}
