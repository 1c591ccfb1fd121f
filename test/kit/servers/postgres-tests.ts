// Tests against a PostgreSQL server that the tests of a file share, and the statements that were measured.
import { createRequire } from 'node:module';
import type Pg from 'pg';
import type { Sample } from '../../../src/core/recording/samples.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { freshCopy } from '../apps/fresh-copy.ts';
import { countsOf, type AttachedAlone, whileAttached } from '../samples/samples.ts';
import { testsWithServer } from '../with-program.ts';
import { type PostgresProcess, startPostgres } from './postgres-process.ts';

/** A server, and a copy of pg that was loaded after the instrumentation was attached. */
export interface PostgresSubject extends AttachedAlone {
  readonly server: PostgresProcess;
  readonly pg: typeof Pg;
}

export type PostgresTest = (title: string, run: (subject: PostgresSubject) => Promise<void>) => void;

/** Defines tests with the instrumentation attached. */
export function testsWithPostgres(instrumentation: Instrumentation): PostgresTest {
  const testWithPostgres = testsWithServer('postgres', (program) => startPostgres(program));
  return (title, run) =>
    testWithPostgres(title, (server) =>
      whileAttached(instrumentation, (measured) => run({ ...measured, server, pg: freshPg() })),
    );
}

/** Loads pg again, with the pg-pool that it depends on. */
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
