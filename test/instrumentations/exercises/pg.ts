// Makes pg run statements: that succeed, fail, return rows and take long; by promise, by callback and from a cursor.
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { fixedPort } from '../../kit/free-port.ts';
import { startPostgres } from '../../kit/servers/postgres-process.ts';
import { freshPg } from '../../kit/servers/postgres-tests.ts';

/** The same for every run, since it is part of the names of pools and caches. */
const portOf = fixedPort();

export const exercise = exerciseWith('postgres', async (track, program) => {
  const { Client } = freshPg();
  await using server = await startPostgres(program, await portOf());
  const client = new Client(server.url);
  await client.connect();
  await client.query('create table items (id int primary key)');
  await client.query({ text: 'insert into items values ($1), ($2)', values: [1, 2], name: 'add' });
  await client.query('insert into items values ($1)', [1]).catch(() => {});
  track(await client.query('select * from items'));
  await new Promise((resolve) => client.query('select count(*) from items', resolve));
  await client.query('select pg_sleep(1.05)');
  await client.end();
  track(client);
});
