// Pools of mysql2 with a real server: their state, the times to wait for, open and use a connection, and errors.
import { createServer } from 'node:net';
import type { PoolConnection } from 'mysql2';
import { describe, expect } from 'vitest';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { eventually, listen } from '../../kit/apps/http-traffic.ts';
import { freePort } from '../../kit/free-port.ts';
import { countsOf, valueOf } from '../../kit/samples/samples.ts';
import { type MariadbContext, testsWithMariadb } from '../../kit/servers/mariadb-tests.ts';

const test = testsWithMariadb();

const PREFIX = 'db.client.connection.';

type Place = MariadbContext['place'];

function named(name: string) {
  return { 'db.client.connection.pool.name': name };
}

function nameOf({ host, port, database }: Place) {
  return `${host}:${port}/${database}`;
}

/** What a pool has and waits for. */
function stateOf(samples: readonly Sample[], name: string): Record<string, number | undefined> {
  const count = (state: string) => valueOf(samples, `${PREFIX}count`, { ...named(name), 'db.client.connection.state': state });
  return {
    used: count('used'),
    idle: count('idle'),
    limit: valueOf(samples, `${PREFIX}limit`, named(name)),
    pending: valueOf(samples, `${PREFIX}pending_requests`, named(name)),
  };
}

/** How often each time of a pool was taken. */
function timesOf(samples: readonly Sample[], name: string): Record<string, number | undefined> {
  const count = (time: string) => valueOf(samples, `${PREFIX}${time}_time`, named(name));
  return { create: count('create'), wait: count('wait'), use: count('use') };
}

function secondsOf(samples: readonly Sample[], time: string): number {
  return samples.find(({ name }) => name === `${PREFIX}${time}_time`)!.sum!;
}

function errorsOf(samples: readonly Sample[], place: Place): Record<string, number> {
  return countsOf(samples, `${PREFIX}errors`, ['error.type'], named(nameOf(place)));
}

function timeoutsOf(samples: readonly Sample[], place: Place): number | undefined {
  return valueOf(samples, `${PREFIX}timeouts`, named(nameOf(place)));
}

const naps = (seconds: number) => `SELECT SLEEP(${seconds})`;

describe('pools of mysql2', () => {
  test('reads the connections, the limit and the waiting requests of a pool of mysql2', async ({ pool, read, place }) => {
    const crowded = pool({ connectionLimit: 2 });
    const pending = Array.from({ length: 5 }, () => crowded.query(naps(0.1)));
    await eventually(async () =>
      expect(stateOf(await read(), nameOf(place))).toEqual({ used: 2, idle: 0, limit: 2, pending: 3 }),
    );
    await Promise.all(pending);
    expect(stateOf(await read(), nameOf(place))).toEqual({ used: 0, idle: 2, limit: 2, pending: 0 });
    await crowded.end();
    expect(stateOf(await read(), nameOf(place))).toEqual({ used: 0, idle: 0, limit: 0, pending: 0 });
  });

  test('times the waits for connections of mysql2, their opening and their use', async ({ pool, read, place }) => {
    const crowded = pool({ connectionLimit: 2 });
    await Promise.all(Array.from({ length: 6 }, () => crowded.query(naps(0.1))));
    const samples = await read();
    expect(timesOf(samples, nameOf(place))).toEqual({ create: 2, wait: 6, use: 6 });
    // The first two wait for their connections only, the next two for one use, the last two for two.
    expect(secondsOf(samples, 'wait')).toBeGreaterThan(0.5);
    expect(secondsOf(samples, 'use')).toBeGreaterThan(0.5);
    expect(secondsOf(samples, 'create')).toBeLessThan(secondsOf(samples, 'wait') - 0.5);
    expect(timeoutsOf(samples, place)).toBe(0);
  });

  test('has no limit for a pool of mysql2 without one', async ({ pool, read, place }) => {
    await pool({ connectionLimit: 0 }).query('SELECT 1');
    expect(stateOf(await read(), nameOf(place))).toEqual({ used: 0, idle: 1, limit: undefined, pending: 0 });
  });

  test('has no limit for pools of mysql2 of one name of which one has none', async ({ pool, read, place }) => {
    await pool({ connectionLimit: 3 }).query('SELECT 1');
    expect(stateOf(await read(), nameOf(place))).toMatchObject({ idle: 1, limit: 3 });
    await pool({ connectionLimit: 0 }).query('SELECT 1');
    expect(stateOf(await read(), nameOf(place))).toMatchObject({ idle: 2, limit: undefined });
  });

  test('names a pool of mysql2 by its server and database', async ({ mysql, server, place, read }) => {
    const pools = [
      mysql.createPool({ ...place, database: '' }),
      mysql.createPool({ socketPath: server.socketPath, user: 'root', database: 'app' }),
      mysql.createPool(server.url),
    ];
    for (const pool of pools) await pool.promise().query('SELECT 1');
    const samples = await read();
    const names = [`127.0.0.1:${server.port}`, `${server.socketPath}/app`, nameOf(place)];
    expect(countsOf(samples, `${PREFIX}count`, Object.keys(named('')), { 'db.client.connection.state': 'idle' })).toEqual(
      Object.fromEntries(names.map((name) => [name, 1])),
    );
    for (const pool of pools) await pool.promise().end();
  });

  test('reads each pool of a cluster of mysql2 by itself', async ({ mysql, place, read, server }) => {
    await server.cli('CREATE DATABASE IF NOT EXISTS other');
    const cluster = mysql.createPoolCluster();
    cluster.add('first', { ...place, connectionLimit: 1 });
    cluster.add('second', { ...place, database: 'other', connectionLimit: 3 });
    for (let turn = 0; turn < 4; turn += 1) {
      const connection = await new Promise<PoolConnection>((resolve, reject) => {
        cluster.of('*').getConnection((error, got) => (error ? reject(error) : resolve(got)));
      });
      await connection.promise().query('SELECT 1');
      connection.release();
    }
    const samples = await read();
    expect(stateOf(samples, nameOf(place))).toEqual({ used: 0, idle: 1, limit: 1, pending: 0 });
    expect(stateOf(samples, nameOf({ ...place, database: 'other' }))).toEqual({ used: 0, idle: 1, limit: 3, pending: 0 });
    expect(timesOf(samples, nameOf(place))).toEqual({ create: 1, wait: 2, use: 2 });
    expect(countsOf(samples, 'db.client.operation.duration', ['db.namespace'])).toEqual({ app: 2, other: 2 });
    await new Promise((resolve) => cluster.end(resolve));
  });
});

describe('connections of a pool of mysql2', () => {
  test('times the use of a connection of mysql2 until it is released the first time', async ({ pool, read, place }) => {
    const connection = await pool().getConnection();
    expect(stateOf(await read(), nameOf(place))).toMatchObject({ used: 1, idle: 0 });
    connection.release();
    connection.release();
    const samples = await read();
    expect(stateOf(samples, nameOf(place))).toMatchObject({ used: 0, idle: 1 });
    expect(timesOf(samples, nameOf(place))).toEqual({ create: 1, wait: 1, use: 1 });
  });

  test('times the use of a connection of mysql2 until it is destroyed', async ({ pool, read, place }) => {
    const connection = await pool().getConnection();
    connection.destroy();
    const samples = await read();
    expect(stateOf(samples, nameOf(place))).toMatchObject({ used: 0, idle: 0 });
    expect(timesOf(samples, nameOf(place))).toEqual({ create: 1, wait: 1, use: 1 });
  });

  test('counts an error for a connection of mysql2 that breaks, and one wait for the request that gets another', async ({
    pool,
    read,
    place,
    server,
  }) => {
    const narrow = pool({ connectionLimit: 1 });
    const connection = await narrow.getConnection();
    const waiting = narrow.query('SELECT 1');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await server.cli(`KILL ${connection.threadId}`);
    await waiting;
    const samples = await read();
    expect(errorsOf(samples, place)).toEqual({ PROTOCOL_CONNECTION_LOST: 1 });
    expect(timesOf(samples, nameOf(place))).toEqual({ create: 2, wait: 2, use: 2 });
    expect(secondsOf(samples, 'wait')).toBeGreaterThan(0.2);
    expect(secondsOf(samples, 'create')).toBeLessThan(secondsOf(samples, 'wait') - 0.1);
    expect(stateOf(samples, nameOf(place))).toMatchObject({ used: 0, idle: 1 });
  });
});

describe('requests for a connection of mysql2', () => {
  test('counts a request for a connection of mysql2 that finds the queue full as a timeout', async ({ pool, read, place }) => {
    const narrow = pool({ connectionLimit: 1, queueLimit: 1 });
    const granted = [narrow.query(naps(0.05)), narrow.query('SELECT 1')];
    await expect(narrow.query('SELECT 2')).rejects.toThrow('Queue limit');
    await Promise.all(granted);
    const samples = await read();
    expect(timeoutsOf(samples, place)).toBe(1);
    expect(timesOf(samples, nameOf(place))).toMatchObject({ wait: 2 });
    expect(errorsOf(samples, place)).toEqual({});
  });

  test('counts a request for a connection of mysql2 that must not wait as a timeout', async ({ pool, read, place }) => {
    const narrow = pool({ connectionLimit: 1, waitForConnections: false });
    const granted = narrow.query(naps(0.05));
    await expect(narrow.query('SELECT 2')).rejects.toThrow('No connections');
    await granted;
    expect(timeoutsOf(await read(), place)).toBe(1);
  });

  test('counts a timeout and an error where the server of mysql2 does not answer in time', async ({ pool, read, place }) => {
    await using silent = createServer(() => {});
    const own = { ...place, port: await listen(silent) };
    await expect(pool({ ...own, connectTimeout: 50 }).query('SELECT 1')).rejects.toThrow('ETIMEDOUT');
    const samples = await read();
    expect(timeoutsOf(samples, own)).toBe(1);
    expect(errorsOf(samples, own)).toEqual({ ETIMEDOUT: 1 });
  });

  test('counts no timeout for a connection of mysql2 that is opened too late for its request', async ({ pool, read, place }) => {
    const closed = pool();
    await closed.end();
    await expect(closed.query('SELECT 1')).rejects.toThrow('closed');
    expect(timeoutsOf(await read(), place)).toBe(0);
  });
});

describe('connections of mysql2 that cannot be opened', () => {
  test('counts an error each time that a connection of mysql2 cannot be opened, and no operation', async ({
    pool,
    read,
    place,
  }) => {
    const own = { ...place, port: await freePort() };
    const refused = pool(own);
    await expect(refused.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await expect(refused.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await expect(pool({ ...place, password: 'wrong' }).query('SELECT 1')).rejects.toThrow('Access denied');
    await expect(pool({ ...place, database: 'app', ssl: {} }).query('SELECT 1')).rejects.toThrow('secure connection');
    const samples = await read();
    expect(errorsOf(samples, own)).toEqual({ ECONNREFUSED: 2 });
    expect(errorsOf(samples, place)).toEqual({ ER_ACCESS_DENIED_ERROR: 1, HANDSHAKE_NO_SSL_SUPPORT: 1 });
    expect(stateOf(samples, nameOf(own))).toMatchObject({ used: 0, idle: 0 });
    expect(samples.filter(({ name }) => name === 'db.client.operation.duration')).toEqual([]);
  });

  test('counts an error where a connection of mysql2 outside a pool cannot be opened', async ({ mysql, read, place }) => {
    const denied = mysql.createConnection({ ...place, password: 'wrong' });
    await new Promise((resolve) => denied.connect(resolve));
    expect(errorsOf(await read(), place)).toEqual({ ER_ACCESS_DENIED_ERROR: 1 });
  });
});

describe('the instrumentation of the pools of mysql2', () => {
  test('leaves a pool of mysql2 alone that is in use when it is detached', async ({ pool, read, place, attached }) => {
    const narrow = pool({ connectionLimit: 1 });
    const under = [narrow.query(naps(0.05)), narrow.query('SELECT 1'), narrow.query('SELECT 1')];
    expect(stateOf(await read(), nameOf(place))).toMatchObject({ limit: 1 });
    const { getConnection } = narrow.pool;
    attached.detach();
    expect(narrow.pool.getConnection).not.toBe(getConnection);
    await Promise.all(under);
    const connection = await narrow.getConnection();
    connection.release();
    const samples = await read();
    expect(timesOf(samples, nameOf(place))).toEqual({ create: 0, wait: 0, use: 0 });
    expect(Object.values(stateOf(samples, nameOf(place)))).toEqual([undefined, undefined, undefined, undefined]);
  });
});
