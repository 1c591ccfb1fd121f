// Exercises the pools of knex: opening, acquiring and releasing connections, a timeout of a request, and a failed connection.
import { createRequire } from 'node:module';
import type { Knex } from 'knex';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { fixedPort } from '../../kit/free-port.ts';
import { startPostgres } from '../../kit/servers/postgres-process.ts';

const require = createRequire(import.meta.url);

/** The same for every run, since it is part of the names of pools and caches. */
const portOf = fixedPort();

export const exercise = exerciseWith('postgres', async (track, program) => {
  const knex = freshCopy(require, 'knex');
  await using server = await startPostgres(program, await portOf());
  const log = { warn() {} };
  const database = knex({ client: 'pg', connection: server.url, pool: { min: 0, max: 1 }, log });
  const transaction = await database.transaction();
  database.client.pool.acquireTimeoutMillis = 50;
  await database.select(1).catch(() => {});
  await transaction.commit();
  await database.select(1);
  track(database.client.pool);
  await database.destroy();
  const lonely = knex({ client: 'pg', connection: 'postgres://postgres@127.0.0.1:1/postgres', log });
  await lonely.select(1).catch(() => {});
  track(lonely.client.pool);
  keep(database, lonely);
  await lonely.destroy();
});

/** For long enough to be read: what nobody holds any more leaves the page. */
function keep(...databases: Knex[]): void {
  const pools = databases.map(({ client }) => client.pool as object);
  setTimeout(() => pools.splice(0), 100);
}
