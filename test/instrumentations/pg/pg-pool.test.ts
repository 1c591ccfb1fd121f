// Pools of pg-pool with a real server: their state, and the times to open, wait for and use a client, timeouts and errors.
import { createServer } from 'node:net';
import type Pg from 'pg';
import { describe, expect } from 'vitest';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { attach } from '../../../src/hooks/attach.ts';
import { pgPool } from '../../../src/instrumentations/pg/pg-pool.ts';
import { eventually, listen } from '../../kit/apps/http-traffic.ts';
import { SETTINGS } from '../../kit/contracts/instrumentation-settings.ts';
import { countsOf, valueOf } from '../../kit/samples/samples.ts';
import { freshPg, type PostgresSubject, testsWithPostgres } from '../../kit/servers/postgres-tests.ts';

const test = testsWithPostgres(pgPool);
const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** A pool that ends with the test. */
function open({ pg, server }: Pick<PostgresSubject, 'pg' | 'server'>, config: Pg.PoolConfig = {}) {
  const pool = new pg.Pool({ connectionString: server.url, ...config });
  pool.on('error', () => {});
  return Object.assign(pool, { [Symbol.asyncDispose]: async () => (pool.ending ? undefined : pool.end()) });
}

/** From now on, so that what it has opened before took the time that it takes. */
function limitWaiting({ options }: Pg.Pool, connectionTimeoutMillis: number): void {
  Object.assign(options, { connectionTimeoutMillis });
}

const connection = (what: string): string => `db.client.connection.${what}`;

/** What all pools hold together. */
function stateOf(samples: readonly Sample[]): Record<string, number> {
  const [pending] = Object.values(countsOf(samples, connection('pending_requests'), []));
  const [limit] = Object.values(countsOf(samples, connection('limit'), []));
  return { ...countsOf(samples, connection('count'), [connection('state')]), limit: limit!, pending: pending! };
}

/** How often something took its time, and how many seconds that was in all. */
function timesOf(samples: readonly Sample[], what: string): { readonly count: number; readonly seconds: number } {
  const { value, sum } = samples.find(({ name }) => name === connection(what)) ?? { value: 0, sum: 0 };
  return { count: value, seconds: sum! };
}

const timeoutsOf = (samples: readonly Sample[]): number | undefined => valueOf(samples, connection('timeouts'));
const errorsOf = (samples: readonly Sample[]): Record<string, number> => countsOf(samples, connection('errors'), ['error.type']);

describe('pools of pg-pool', () => {
  test('names a pool of pg-pool by its server and database', async (subject) => {
    await using pool = open(subject);
    await pool.query('select 1');
    const name = `127.0.0.1:${subject.server.port}/postgres`;
    const samples = await subject.read();
    expect(new Set(samples.map(({ attributes }) => attributes['db.client.connection.pool.name']))).toEqual(new Set([name]));
    expect(timeoutsOf(samples)).toBe(0);
  });

  test('reads the used and idle clients, the limit and the waiting requests of a pool of pg-pool', async (subject) => {
    await using pool = open(subject, { max: 3 });
    const clients = await Promise.all([pool.connect(), pool.connect()]);
    clients.pop()!.release();
    expect(stateOf(await subject.read())).toEqual({ used: 1, idle: 1, limit: 3, pending: 0 });
    const more = [1, 2, 3, 4, 5].map(() => pool.connect());
    await Promise.all(more.slice(0, 2));
    expect(stateOf(await subject.read())).toEqual({ used: 3, idle: 0, limit: 3, pending: 3 });
    for (const client of clients) client.release();
    for (const client of more) (await client).release();
    expect(stateOf(await subject.read())).toEqual({ used: 0, idle: 3, limit: 3, pending: 0 });
  });

  test('adds up pools of pg-pool of one name, until they have ended', async (subject) => {
    await using first = open(subject, { max: 2 });
    const second = open(subject, { max: 5 });
    const client = await first.connect();
    await second.query('select 1');
    expect(stateOf(await subject.read())).toEqual({ used: 1, idle: 1, limit: 7, pending: 0 });
    await second.end();
    expect(stateOf(await subject.read())).toEqual({ used: 1, idle: 0, limit: 2, pending: 0 });
    client.release();
  });

  test('agrees with the numbers of pg-pool itself, in whatever way it is used', async (subject) => {
    await using pool = open(subject, { max: 2 });
    await Promise.all(Array.from({ length: 10 }, () => pool.query('select 1')));
    await new Promise((resolve) => pool.query('select 1', resolve));
    await new Promise<void>((resolve) =>
      pool.connect((_error, client, done) => client!.query('select 1', () => resolve(done()))),
    );
    const client = await pool.connect();
    client.release(true);
    const samples = await subject.read();
    expect(timesOf(samples, 'create_time')).toMatchObject({ count: 2 });
    expect(timesOf(samples, 'wait_time')).toMatchObject({ count: 13 });
    expect(timesOf(samples, 'use_time')).toMatchObject({ count: 13 });
    expect(stateOf(samples)).toEqual({ used: 0, idle: 1, limit: 2, pending: 0 });
  });
});

describe('requests for a client of pg-pool', () => {
  test('times the wait for a client of pg-pool, and its use until it is released', async (subject) => {
    await using pool = open(subject, { max: 1 });
    const client = await pool.connect();
    const waiting = pool.connect();
    await pause(100);
    client.release();
    (await waiting).release();
    const samples = await subject.read();
    const [wait, use] = [timesOf(samples, 'wait_time'), timesOf(samples, 'use_time')];
    expect([wait.count, use.count]).toEqual([2, 2]);
    for (const { seconds } of [wait, use]) expect(seconds).toBeGreaterThan(0.09);
    for (const { seconds } of [wait, use]) expect(seconds).toBeLessThan(2);
  });

  test('counts a timeout of pg-pool for a request that waits too long, and no wait or use', async (subject) => {
    await using pool = open(subject, { max: 1 });
    const client = await pool.connect();
    limitWaiting(pool, 50);
    const waiting = [pool.connect(), pool.query('select 1')];
    for (const one of await Promise.allSettled(waiting)) expect(one).toMatchObject({ reason: { message: /timeout exceeded/ } });
    const samples = await subject.read();
    expect(timeoutsOf(samples)).toBe(2);
    expect(stateOf(samples)).toEqual({ used: 1, idle: 0, limit: 1, pending: 0 });
    client.release();
    limitWaiting(pool, 0);
    await pool.query('select 1');
    expect(timesOf(await subject.read(), 'wait_time')).toMatchObject({ count: 2 });
    expect(errorsOf(await subject.read())).toEqual({});
  });

  test('counts one timeout of pg-pool for a request whose client is opened too late', async (subject) => {
    await using pool = open(subject, { max: 1 });
    const client = await pool.connect();
    limitWaiting(pool, 300);
    const waiting = pool.connect();
    await pause(100);
    // A client of its own is opened for it, which takes a while.
    pool.options.onConnect = () => pause(300);
    client.release(true);
    await expect(waiting).rejects.toThrow('timeout exceeded');
    await eventually(() => expect(pool.idleCount).toBe(1));
    const samples = await subject.read();
    expect(timeoutsOf(samples)).toBe(1);
    expect([timesOf(samples, 'wait_time').count, timesOf(samples, 'use_time').count]).toEqual([1, 1]);
    expect(timesOf(samples, 'create_time')).toMatchObject({ count: 2 });
  });

  test('counts nothing of a pool of pg-pool that has ended', async (subject) => {
    const pool = open(subject);
    await pool.query('select 1');
    await pool.end();
    await expect(pool.connect()).rejects.toThrow('after calling end');
    const samples = await subject.read();
    expect(stateOf(samples)).toEqual({ used: 0, idle: 0, limit: 0, pending: 0 });
    expect(timesOf(samples, 'wait_time')).toMatchObject({ count: 1 });
  });
});

describe('connections of pg-pool', () => {
  test('records a refused connection of pg-pool with the code of the error', async (subject) => {
    await using pool = open(subject, { connectionString: 'postgres://postgres:secret@127.0.0.1:1/postgres' });
    await expect(pool.query('select 1')).rejects.toThrow('ECONNREFUSED');
    await new Promise((resolve) => pool.connect(resolve));
    const samples = await subject.read();
    expect(errorsOf(samples)).toEqual({ ECONNREFUSED: 2 });
    expect(stateOf(samples)).toEqual({ used: 0, idle: 0, limit: 10, pending: 0 });
    expect(timesOf(samples, 'wait_time')).toMatchObject({ count: 0 });
    expect(JSON.stringify(samples)).not.toContain('secret');
  });

  test('records a connection of pg-pool that the server rejects with its SQLSTATE', async (subject) => {
    await using pool = open(subject, { connectionString: subject.server.url.replace(/postgres$/, 'nowhere') });
    await expect(pool.query('select 1')).rejects.toThrow('nowhere');
    expect(errorsOf(await subject.read())).toEqual({ '3D000': 1 });
  });

  test('records a connection of pg-pool that is not opened in time as a timeout', async (subject) => {
    await using silent = await listenSilently();
    await using pool = open(subject, { connectionString: silent.url, connectionTimeoutMillis: 50 });
    await expect(pool.query('select 1')).rejects.toThrow('connection timeout');
    const samples = await subject.read();
    expect(timeoutsOf(samples)).toBe(1);
    expect(errorsOf(samples)).toEqual({ timeout: 1 });
  });

  test('counts a connection of pg-pool that breaks once, in use or idle', async (subject) => {
    await using pool = open(subject);
    const [lent, idle] = await Promise.all([pool.connect(), pool.connect()]);
    lent.on('error', () => {});
    idle.release();
    await using other = open(subject);
    await other.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and state = $1', [
      'idle',
    ]);
    await eventually(() => expect(pool.totalCount).toBe(1));
    await eventually(async () => expect(errorsOf(await subject.read())).toEqual({ '57P01': 2 }));
    lent.release();
  });
});

/** A server that takes connections and says nothing. */
async function listenSilently() {
  const server = createServer(() => {});
  const port = await listen(server);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

describe('the instrumentation of pg-pool', () => {
  test('counts a pool of pg-pool once where it is attached twice', async (subject) => {
    const again = attach(pgPool, subject.registry, SETTINGS);
    const pg = freshPg();
    await using pool = open({ ...subject, pg }, { max: 3 });
    const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    limitWaiting(pool, 50);
    await expect(pool.connect()).rejects.toThrow('timeout exceeded');
    const samples = await subject.read();
    expect(stateOf(samples)).toEqual({ used: 3, idle: 0, limit: 3, pending: 0 });
    expect([timeoutsOf(samples), timesOf(samples, 'create_time').count, timesOf(samples, 'wait_time').count]).toEqual([1, 3, 3]);
    for (const client of clients) client.release();
    again.detach();
  });

  test('leaves clients of pg-pool and requests alone when it is detached, and restores its methods', async (subject) => {
    await using pool = open(subject, { max: 1, connectionTimeoutMillis: 5000 });
    const client = await pool.connect();
    const waiting = pool.connect();
    const before = timesOf(await subject.read(), 'wait_time');
    subject.attached.detach();
    client.release();
    (await waiting).release();
    await using refused = open(subject, { connectionString: 'postgres://127.0.0.1:1/postgres' });
    await expect(refused.query('select 1')).rejects.toThrow('ECONNREFUSED');
    const samples = await subject.read();
    expect(timesOf(samples, 'wait_time')).toEqual(before);
    expect([timesOf(samples, 'use_time').count, errorsOf(samples)]).toEqual([0, {}]);
    const { Pool } = freshPg();
    expect(Pool.prototype.connect.toString()).toBe(subject.pg.Pool.prototype.connect.toString());
  });

  test('leaves errors of a client of pg-pool to the listeners of the application', async (subject) => {
    const pool = new subject.pg.Pool({ connectionString: subject.server.url });
    const client = await pool.connect();
    expect(client.listenerCount('error')).toBe(0);
    expect(() => client.emit('error', new Error('on purpose'))).toThrow('on purpose');
    client.release(true);
    await pool.end();
    expect(errorsOf(await subject.read())).toEqual({ Error: 1 });
  });
});
