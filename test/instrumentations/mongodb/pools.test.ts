// Connection pools of MongoDB's driver: their state, and the times to open, wait for and use a connection, timeouts and errors.
//
// The values are compared with the events that the driver itself emits for its pools. Untested for lack of a server that has
// them: pools of a replica set, which come and go with its members, pinned connections of load balancers, and logins that are
// refused by a code.
import { describe, expect } from 'vitest';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { freePort } from '../../kit/free-port.ts';
import { countsOf, valueOf } from '../../kit/samples/samples.ts';
import { startMongo } from '../../kit/servers/mongo-process.ts';
import { startMongoProxy } from '../../kit/servers/mongo-proxy.ts';
import { commandsOf, type MongoCase, testsWithMongo } from '../../kit/servers/mongo-tests.ts';

const testsOf = testsWithMongo();

const sleep = (client: any, millis: number): Promise<unknown> => client.db('shop').command({ sleep: 1, millis });

const find = (client: any): Promise<unknown> => client.db('shop').collection('items').findOne();

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

interface PoolReading {
  readonly used?: number;
  readonly idle?: number;
  readonly limit: number | undefined;
  readonly pending: number | undefined;
}

/** The current state of the pool of a server. */
function poolOf(samples: readonly Sample[], url: string): PoolReading {
  const pool = { 'db.client.connection.pool.name': url.replace('mongodb://', '') };
  const own = samples.filter(
    ({ attributes }) => attributes['db.client.connection.pool.name'] === pool['db.client.connection.pool.name'],
  );
  return {
    ...countsOf(own, 'db.client.connection.count', ['db.client.connection.state']),
    limit: valueOf(own, 'db.client.connection.limit'),
    pending: valueOf(own, 'db.client.connection.pending_requests'),
  };
}

const readPool = async ({ read, server }: MongoCase): Promise<PoolReading> => poolOf(await read(), server.url);

/** How often each of the times was recorded. */
const timesOf = (samples: readonly Sample[]): Record<string, number | undefined> =>
  Object.fromEntries(
    ['create_time', 'wait_time', 'use_time', 'timeouts'].map((one) => [one, valueOf(samples, `db.client.connection.${one}`)]),
  );

describe.each(['mongodb', 'mongodb6'])('connection pools of %s', (name) => {
  const test = testsOf(name);

  test('reads the used and idle connections, the waiting requests and the limit of a pool of MongoDB', async (given) => {
    const client = given.open({ maxPoolSize: 2 });
    const sleeping = [1, 2, 3].map(() => sleep(client, 300));
    await eventually(async () => expect(await readPool(given)).toEqual({ used: 2, idle: 0, limit: 2, pending: 1 }));
    await Promise.all(sleeping);
    expect(await readPool(given)).toEqual({ used: 0, idle: 2, limit: 2, pending: 0 });
  });

  test('reads the default limit of a pool of MongoDB, and none where it is unlimited', async (given) => {
    await find(given.open());
    expect((await readPool(given)).limit).toBe(100);
    await using proxy = await startMongoProxy(given.server.port, 'nothing');
    await find(given.open({ maxPoolSize: 0 }, proxy.url));
    expect(poolOf(await given.read(), proxy.url)).toEqual({ used: 0, idle: 1, limit: undefined, pending: 0 });
  });

  test('agrees with the events of a pool of MongoDB', async (given) => {
    const client = given.open({ maxPoolSize: 3, minPoolSize: 1, waitQueueTimeoutMS: 100 });
    const events: Record<string, number> = { connectionReady: 0, connectionCheckedOut: 0, connectionCheckedIn: 0, timeout: 0 };
    for (const event of ['connectionReady', 'connectionCheckedOut', 'connectionCheckedIn'])
      client.on(event, () => (events[event]! += 1));
    client.on('connectionCheckOutFailed', ({ reason }: { reason: string }) => (events[reason] = (events[reason] ?? 0) + 1));
    for (let count = 0; count < 5; count += 1) await find(client);
    await Promise.allSettled(Array.from({ length: 5 }, () => sleep(client, 400)));
    await Promise.all(Array.from({ length: 20 }, () => find(client)));
    await client.close();
    expect(timesOf(await given.read())).toEqual({
      create_time: events['connectionReady'],
      wait_time: events['connectionCheckedOut'],
      use_time: events['connectionCheckedIn'],
      timeouts: events['timeout'],
    });
    expect(events).toMatchObject({ connectionReady: 3, timeout: 2 });
  });

  test('times the wait for and the use of a connection of MongoDB', async (given) => {
    const client = given.open({ maxPoolSize: 1 });
    await find(client);
    await Promise.all([sleep(client, 200), find(client)]);
    const [wait] = (await given.read()).filter((sample) => sample.name === 'db.client.connection.wait_time');
    const [use] = (await given.read()).filter((sample) => sample.name === 'db.client.connection.use_time');
    expect(wait).toMatchObject({ value: 3 });
    expect(use).toMatchObject({ value: 3 });
    for (const sample of [wait, use]) {
      expect(sample?.sum).toBeGreaterThan(0.19);
      expect(sample?.sum).toBeLessThan(5);
    }
  });

  test('counts a timeout where a pool of MongoDB is too small', async (given) => {
    const client = given.open({ maxPoolSize: 1, waitQueueTimeoutMS: 50 });
    await find(client);
    expect(valueOf(await given.read(), 'db.client.connection.timeouts')).toBe(0);
    const sleeping = sleep(client, 400);
    const waiting = [find(client), find(client)];
    for (const one of waiting) await expect(one).rejects.toMatchObject({ name: 'MongoWaitQueueTimeoutError' });
    await sleeping;
    const samples = await given.read();
    expect(valueOf(samples, 'db.client.connection.timeouts')).toBe(2);
    expect(commandsOf(samples)).toEqual({ 'find items': 1, 'find items MongoWaitQueueTimeoutError': 2, sleep: 1 });
    expect(await readPool(given)).toEqual({ used: 0, idle: 1, limit: 1, pending: 0 });
  });

  test('adds up pools of MongoDB of one server', async (given) => {
    const [one, other] = [given.open({ maxPoolSize: 3 }), given.open({ maxPoolSize: 4 })];
    await Promise.all([find(one), find(other)]);
    expect(await readPool(given)).toEqual({ used: 0, idle: 2, limit: 7, pending: 0 });
    await one.close();
    expect(await readPool(given)).toEqual({ used: 0, idle: 1, limit: 4, pending: 0 });
  });

  test('times connections that a pool of MongoDB opens ahead', async (given) => {
    const client = given.open({ minPoolSize: 3 });
    await client.connect();
    // The driver looks every 100 ms, and a pool is known from the first connection that it opens.
    await eventually(async () => expect(await readPool(given)).toMatchObject({ used: 0, idle: 3 }));
    expect(timesOf(await given.read())).toMatchObject({ create_time: 3 });
  });

  test('counts errors of connections of MongoDB that cannot be opened', async (given) => {
    const url = given.server.url.replace('//', '//user:password@');
    await expect(find(given.open({ serverSelectionTimeoutMS: 300 }, url))).rejects.toThrow();
    const errors = countsOf(await given.read(), 'db.client.connection.errors', ['error.type']);
    expect(Object.keys(errors)).toEqual([expect.stringMatching(/^(\d+|Mongo\w+)$/)]);
    expect(JSON.stringify(await given.read())).not.toMatch(/user|password/);
  });

  test('counts errors of connections of MongoDB whose server goes away', async (given) => {
    const port = await freePort();
    const own = await startMongo(given.server.program, port);
    const client = given.open({ serverSelectionTimeoutMS: 300, heartbeatFrequencyMS: 500 }, own.url);
    const sleeping = sleep(client, 5000).catch(({ name: error }: Error) => error);
    await eventually(async () => expect(poolOf(await given.read(), own.url)).toMatchObject({ used: 1 }));
    await own[Symbol.asyncDispose]();
    expect(await sleeping).toMatch(/^Mongo/);
    await expect(find(client)).rejects.toThrow();
    expect(poolOf(await given.read(), own.url)).toEqual({ used: 0, idle: 0, limit: 100, pending: 0 });
    await using _ = await startMongo(given.server.program, port);
    await eventually(() => find(client) as Promise<void>);
    expect(poolOf(await given.read(), own.url)).toEqual({ used: 0, idle: 1, limit: 100, pending: 0 });
  });

  test('has no waiting requests of a pool of MongoDB that was closed', async (given) => {
    const client = given.open({ maxPoolSize: 1 });
    await find(client);
    const waiting = [sleep(client, 300), find(client), find(client)].map((one) => one.catch(({ name: error }: Error) => error));
    await pause(50);
    await client.close();
    expect((await Promise.all(waiting)).every((error) => String(error).startsWith('Mongo'))).toBe(true);
    expect(await readPool(given)).toEqual({ used: 0, idle: 0, limit: 0, pending: 0 });
    expect(valueOf(await given.read(), 'db.client.connection.timeouts')).toBe(0);
    expect(commandsOf(await given.read())).toMatchObject({ 'find items': 1, 'sleep MongoClientClosedError': 1 });
  });
});
