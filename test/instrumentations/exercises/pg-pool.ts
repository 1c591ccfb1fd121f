// Exercises pg-pool: opening, acquiring and releasing clients, a timeout of a request, and a failed connection.
import type { Pool } from 'pg';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { fixedPort } from '../../kit/free-port.ts';
import { startPostgres } from '../../kit/servers/postgres-process.ts';
import { freshPg } from '../../kit/servers/postgres-tests.ts';

/** The same for every run, since it is part of the names of pools and caches. */
const portOf = fixedPort();

export const exercise = exerciseWith('postgres', async (track, program) => {
  const pg = freshPg();
  await using server = await startPostgres(program, await portOf());
  const pool = new pg.Pool({ connectionString: server.url, max: 1 });
  const client = await pool.connect();
  const waiting = pool.query('select 1');
  client.release();
  await waiting;
  const held = await pool.connect();
  Object.assign(pool.options, { connectionTimeoutMillis: 50 });
  await pool.connect().catch(() => {});
  held.release();
  await pool.end();
  track(pool);
  const lonely = new pg.Pool({ host: '127.0.0.1', port: 1, user: 'postgres', database: 'postgres' });
  await lonely.query('select 1').catch(() => {});
  keep(pool, lonely);
});

/** For long enough to be read: what nobody holds any more leaves the page. */
function keep(...pools: Pool[]): void {
  setTimeout(() => pools.splice(0), 100);
}
