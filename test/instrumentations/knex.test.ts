// Pools of knex with a real PostgreSQL server: their state, the times to wait for, open and use a connection, and errors.
import { createRequire } from 'node:module';
import type { Knex } from 'knex';
import { describe, expect } from 'vitest';
import type { Sample } from '../../src/core/recording/samples.ts';
import { attach } from '../../src/hooks/attach.ts';
import { knex as instrumentation } from '../../src/instrumentations/knex.ts';
import { pgPool } from '../../src/instrumentations/pg/pg-pool.ts';
import { pg } from '../../src/instrumentations/pg/pg.ts';
import { freshCopy } from '../kit/apps/fresh-copy.ts';
import { eventually } from '../kit/apps/http-traffic.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';
import { attachAlone, countsOf } from '../kit/samples/samples.ts';
import { startMariadb } from '../kit/servers/mariadb-process.ts';
import { freshPg, statementsOf, testsWithPostgres } from '../kit/servers/postgres-tests.ts';
import { testWith } from '../kit/with-program.ts';

const require = createRequire(import.meta.url);
const test = testsWithPostgres(instrumentation);
const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** A knex that was loaded after it was instrumented, and is destroyed with the test. */
function open(
  { server }: { readonly server: { readonly url: string } },
  config: Knex.Config & { readonly connectionPool?: object } = {},
) {
  const knex = freshCopy(require, 'knex') as (config: Knex.Config) => Knex;
  const database = knex({ client: 'pg', connection: server.url, pool: { min: 0, max: 2 }, log: { warn() {} }, ...config });
  return Object.assign(database, { [Symbol.asyncDispose]: () => database.destroy() });
}

const POOL = 'db.client.connection.pool.name';
const connection = (what: string): string => `db.client.connection.${what}`;

/** What all pools hold together. */
function stateOf(samples: readonly Sample[]): Record<string, number> {
  const [pending] = Object.values(countsOf(samples, connection('pending_requests'), []));
  const [limit] = Object.values(countsOf(samples, connection('limit'), []));
  return { ...countsOf(samples, connection('count'), [connection('state')]), limit: limit!, pending: pending! };
}

/** How often each thing took its time. */
function timesOf(samples: readonly Sample[]): Record<string, number | undefined> {
  const of = (what: string): number | undefined => countsOf(samples, connection(what), [])[''];
  return { create: of('create_time'), wait: of('wait_time'), use: of('use_time') };
}

const secondsOf = (samples: readonly Sample[], what: string): number | undefined =>
  samples.find(({ name }) => name === connection(what))?.sum;
const namesOf = (samples: readonly Sample[]): string[] => [
  ...new Set(samples.flatMap(({ attributes }) => (attributes[POOL] as string | undefined) ?? [])),
];
const errorsOf = (samples: readonly Sample[]): Record<string, number> => countsOf(samples, connection('errors'), ['error.type']);

describe('pools of knex', () => {
  test('reads the used and idle connections, the limit and the waiting requests of a pool of knex', async (subject) => {
    await using database = open(subject);
    const transactions = await Promise.all([database.transaction(), database.transaction()]);
    const waiting = Promise.resolve(database.raw('select 1'));
    await pause(50);
    expect(stateOf(await subject.read())).toEqual({ used: 2, idle: 0, limit: 2, pending: 1 });
    for (const transaction of transactions) await transaction.rollback();
    await waiting;
    const samples = await subject.read();
    expect(stateOf(samples)).toEqual({ used: 0, idle: 2, limit: 2, pending: 0 });
    expect(timesOf(samples)).toEqual({ create: 2, wait: 3, use: 3 });
    expect(countsOf(samples, connection('timeouts'), [])).toEqual({ '': 0 });
  });

  test('times the wait for and the use of a connection of knex', async (subject) => {
    await using database = open(subject, { pool: { min: 0, max: 1 } });
    const transaction = await database.transaction();
    const waiting = Promise.resolve(database.raw('select 1'));
    await pause(100);
    await transaction.commit();
    await waiting;
    const samples = await subject.read();
    for (const what of ['wait_time', 'use_time']) {
      expect(secondsOf(samples, what)).toBeGreaterThan(0.09);
      expect(secondsOf(samples, what)).toBeLessThan(2);
    }
  });

  test('counts a timeout where a pool of knex is exhausted', async (subject) => {
    await using database = open(subject, { pool: { min: 0, max: 1 } });
    const transaction = await database.transaction();
    database.client.pool.acquireTimeoutMillis = 50;
    for (const one of await Promise.allSettled([database.raw('select 1'), database.select(1)]))
      expect(one).toMatchObject({ reason: { message: /Timeout acquiring a connection/ } });
    const samples = await subject.read();
    expect(countsOf(samples, connection('timeouts'), [])).toEqual({ '': 2 });
    expect(stateOf(samples)).toEqual({ used: 1, idle: 0, limit: 1, pending: 0 });
    await transaction.rollback();
    expect(timesOf(await subject.read())).toEqual({ create: 1, wait: 1, use: 1 });
  });

  test('counts connections that knex cannot open by the code of the error', async (subject) => {
    await using refused = open(subject, { connection: 'postgres://postgres:secret@127.0.0.1:1/shop' });
    await expect(refused.raw('select 1')).rejects.toThrow('ECONNREFUSED');
    await using declined = open(subject, { connection: subject.server.url.replace(/postgres$/, 'nowhere') });
    await expect(declined.raw('select 1')).rejects.toThrow('nowhere');
    const samples = await subject.read();
    expect(errorsOf(samples)).toMatchObject({ ECONNREFUSED: 1, '3D000': 1 });
    expect(timesOf(samples)).toEqual({});
    expect(JSON.stringify(samples)).not.toContain('secret');
  });

  test('names a pool of knex by its server and database, however they are configured', async (subject) => {
    const { port, url, socketFolder, user } = subject.server;
    const connections: readonly [Knex.Config['connection'], string][] = [
      [url, `127.0.0.1:${port}/postgres`],
      [{ connectionString: url, database: 'overruled' }, `127.0.0.1:${port}/postgres`],
      [{ host: '127.0.0.1', port, user, database: 'postgres' }, `127.0.0.1:${port}/postgres`],
      [{ host: socketFolder, port, user, database: 'postgres' }, `${socketFolder}:${port}/postgres`],
      // Not known yet.
      [() => ({ host: '127.0.0.1', port, user, database: 'postgres' }), 'postgresql'],
    ];
    for (const [where, name] of connections) {
      await using database = open(subject, { connection: where! });
      await database.raw('select 1');
      expect(namesOf(await subject.read())).toContain(name);
    }
  });

  test('reads a limit of 0 of a destroyed pool of knex, and its own when it is initialized again', async (subject) => {
    await using database = open(subject);
    await database.raw('select 1');
    await database.destroy();
    expect(stateOf(await subject.read())).toEqual({ used: 0, idle: 0, limit: 0, pending: 0 });
    database.initialize();
    await database.raw('select 1');
    expect(stateOf(await subject.read())).toEqual({ used: 0, idle: 1, limit: 2, pending: 0 });
  });
});

testWith('mariadbd', 'measures a pool of knex alike with the driver of MariaDB', async (program) => {
  await using server = await startMariadb(program);
  const { attached, read } = attachAlone(instrumentation);
  const { host, port, user, database: name } = server;
  const config = { client: 'mysql2', connection: { host, port, user, database: name } };
  await using database = open({ server }, config);
  const transaction = await database.transaction();
  expect(stateOf(await read())).toEqual({ used: 1, idle: 0, limit: 2, pending: 0 });
  await transaction.commit();
  await using declined = open({ server }, { ...config, connection: { ...config.connection, database: 'nowhere' } });
  await expect(declined.raw('select 1')).rejects.toThrow('nowhere');
  const samples = await read();
  expect(namesOf(samples)).toEqual([`${host}:${port}/${name}`, `${host}:${port}/nowhere`]);
  expect(timesOf(samples)).toEqual({ create: 1, wait: 1, use: 1 });
  expect(errorsOf(samples)).toEqual({ ER_BAD_DB_ERROR: 1 });
  attached.detach();
  expect(attached.failure).toBeUndefined();
});

describe('pools of knex beside those of pg', () => {
  test('adds up a pool of knex with one of pg of the same name', async (subject) => {
    const pools = attach(pgPool, subject.registry, SETTINGS);
    const pool = new (freshPg().Pool)({ connectionString: subject.server.url, max: 3 });
    await using database = open(subject);
    const transaction = await database.transaction();
    await pool.query('select 1');
    expect(stateOf(await subject.read())).toEqual({ used: 1, idle: 1, limit: 5, pending: 0 });
    pools.detach();
    expect(stateOf(await subject.read())).toEqual({ used: 1, idle: 0, limit: 2, pending: 0 });
    await transaction.rollback();
    await pool.end();
  });
});

describe('pools of others that knex is given', () => {
  test('leaves a pool that knex is given to its own instrumentation', async (subject) => {
    const pools = attach(pgPool, subject.registry, SETTINGS);
    const pool = new (freshPg().Pool)({ connectionString: subject.server.url, max: 3 });
    const database = open(subject, { connection: undefined, connectionPool: pool } as never);
    await database.raw('select 1');
    expect(stateOf(await subject.read())).toEqual({ used: 0, idle: 1, limit: 3, pending: 0 });
    expect(timesOf(await subject.read())).toEqual({ create: 1, wait: 1, use: 1 });
    await database.destroy();
    await pool.end();
    pools.detach();
  });
});

describe('statements of knex', () => {
  test('leaves statements of knex to the instrumentation of the driver', async (subject) => {
    const statements = attach(pg, subject.registry, SETTINGS);
    freshPg();
    await using database = open(subject);
    await database.schema.createTable('items', (table) => void table.increments());
    await database('items').insert([{ id: 1 }, { id: 2 }]);
    await database('items').where('id', 1).update({ id: 5 });
    await database('items').select('id').where({ id: 2 });
    await expect(database('nowhere').select()).rejects.toThrow('nowhere');
    await database.transaction(async (transaction) => transaction('items').del());
    await database.schema.dropTable('items');
    expect(statementsOf(await subject.read())).toEqual({
      // It asks for the version first.
      SELECT: 1,
      'CREATE items': 1,
      'INSERT items': 1,
      'UPDATE items': 1,
      'SELECT items': 1,
      'SELECT nowhere 42P01': 1,
      BEGIN: 1,
      'DELETE items': 1,
      COMMIT: 1,
      'DROP items': 1,
    });
    statements.detach();
  });
});

describe('the instrumentation of knex', () => {
  test('leaves connections and requests of knex alone when it is detached, and removes its listeners', async (subject) => {
    await using database = open(subject, { pool: { min: 0, max: 1 } });
    const transaction = await database.transaction();
    const waiting = Promise.resolve(database.raw('select 1'));
    const before = timesOf(await subject.read());
    subject.attached.detach();
    await transaction.rollback();
    await waiting;
    expect(timesOf(await subject.read())).toEqual(before);
    const { emitter } = database.client.pool as { readonly emitter: NodeJS.EventEmitter };
    await eventually(() => expect(emitter.eventNames().filter((event) => emitter.listenerCount(event) > 0)).toEqual([]));
  });
});
