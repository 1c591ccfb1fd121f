// MongoDB's driver when things go wrong: servers that are away or go away, clients that are closed, aborted operations.
//
// Connections are broken by a proxy before the server has the command. The server cannot show elections, nor errors with labels
// for a retry; see mongodb.test.ts.
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNotSent, mongoErrorType, refusalOf, returnedDocuments } from '../../../src/instrumentations/mongodb/commands.ts';
import { freePort } from '../../kit/free-port.ts';
import { countsOf, valueOf } from '../../kit/samples/samples.ts';
import { startMongoProxy } from '../../kit/servers/mongo-proxy.ts';
import { commandsOf, type MongoCase, testsWithMongo } from '../../kit/servers/mongo-tests.ts';

const require = createRequire(import.meta.url);

const testsOf = testsWithMongo();

const sleep = (client: any, millis: number, options: object = {}): Promise<unknown> =>
  client.db('shop').command({ sleep: 1, millis }, options);

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

const itemsOf = (client: any): any => client.db('shop').collection('items');

const slotsOf = async ({ read }: MongoCase): Promise<Record<string, number>> => {
  const samples = await read();
  return {
    ...countsOf(samples, 'db.client.connection.count', ['db.client.connection.state']),
    pending: valueOf(samples, 'db.client.connection.pending_requests')!,
  };
};

describe.each(['mongodb', 'mongodb6'])('%s', (name) => {
  const test = testsOf(name);

  test('records an operation of MongoDB that finds no server with its error, without an address', async (given) => {
    const url = `mongodb://127.0.0.1:${await freePort()}`;
    // A client that has not found its server once does not look for it again.
    const fails = async (run: (client: any) => Promise<unknown>): Promise<void> =>
      expect(run(given.open({ serverSelectionTimeoutMS: 100 }, url))).rejects.toThrow('ECONNREFUSED');
    await fails((client) => itemsOf(client).findOne());
    await fails((client) => itemsOf(client).insertOne({}));
    await fails((client) => client.db('shop').command({ ping: 1 }));
    const samples = await given.read();
    expect(commandsOf(samples)).toEqual({
      'find items MongoServerSelectionError': 1,
      'insert items MongoServerSelectionError': 1,
      'ping MongoServerSelectionError': 1,
    });
    const [sample] = samples.filter((one) => one.name === 'db.client.operation.duration');
    expect(sample?.attributes).toMatchObject({ 'db.system.name': 'mongodb', 'db.namespace': 'shop' });
    expect(sample?.attributes).not.toHaveProperty('server.address');
    expect(sample?.sum).toBeGreaterThanOrEqual(0.1);
  });

  test('records a command of MongoDB whose connection breaks with the name of the error', async (given) => {
    await using proxy = await startMongoProxy(given.server.port, 'sleep');
    const client = given.open({}, proxy.url);
    await expect(sleep(client, 1)).rejects.toMatchObject({ name: 'MongoNetworkError' });
    await sleep(client, 1);
    expect(commandsOf(await given.read())).toEqual({ 'sleep MongoNetworkError': 1, sleep: 1 });
    expect(await slotsOf(given)).toEqual({ used: 0, idle: 1, pending: 0 });
  });

  test("counts each time that MongoDB's driver sends a command", async (given) => {
    await using proxy = await startMongoProxy(given.server.port, 'find');
    await itemsOf(given.open({}, proxy.url)).findOne();
    expect(commandsOf(await given.read())).toEqual({ 'find items MongoNetworkError': 1, 'find items': 1 });
  });

  test('records a command of MongoDB that exceeds the timeout of its socket', async (given) => {
    const client = given.open({ socketTimeoutMS: 50 });
    await expect(sleep(client, 300)).rejects.toMatchObject({ name: 'MongoNetworkTimeoutError' });
    expect(commandsOf(await given.read())).toEqual({ 'sleep MongoNetworkTimeoutError': 1 });
  });

  test('records a command of MongoDB whose client is closed', async (given) => {
    const client = given.open();
    const sleeping = [sleep(client, 500), sleep(client, 500)].map((one) => one.catch(({ name: error }: Error) => error));
    await pause(100);
    await client.close();
    expect(await Promise.all(sleeping)).toEqual(['MongoClientClosedError', 'MongoClientClosedError']);
    expect(commandsOf(await given.read())).toEqual({ 'sleep MongoClientClosedError': 2 });
    expect(await slotsOf(given)).toEqual({ used: 0, idle: 0, pending: 0 });
  });

  test('records an operation of MongoDB after its client was closed', async (given) => {
    const client = given.open();
    await itemsOf(client).findOne();
    await client.close();
    await expect(itemsOf(client).findOne()).rejects.toMatchObject({ name: 'MongoNotConnectedError' });
    expect(commandsOf(await given.read())).toEqual({ 'find items': 1, 'find items MongoNotConnectedError': 1 });
  });

  test('survives an abort reason of MongoDB that is no error', async (given) => {
    const client = given.open({ maxPoolSize: 1 });
    const reasons = [
      null,
      undefined,
      'text',
      { name: 7 },
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('hostile');
          },
        },
      ),
    ];
    const sleeping = sleep(client, 200);
    await pause(50);
    for (const reason of reasons) {
      const controller = new AbortController();
      const found = itemsOf(client).find({}, { signal: controller.signal }).toArray();
      controller.abort(reason);
      await expect(
        found.then(
          () => {},
          () => 'given up',
        ),
      ).resolves.toBe('given up');
    }
    await sleeping;
    expect(await slotsOf(given)).toEqual({ used: 0, idle: 1, pending: 0 });
    expect(valueOf(await given.read(), 'db.client.connection.timeouts')).toBe(0);
    await itemsOf(client).findOne();
    expect(commandsOf(await given.read())).toMatchObject({ sleep: 1, 'find items': 1 });
  });

  test('leaves operations of MongoDB alone when it is detached in the middle', async (given) => {
    const client = given.open({ maxPoolSize: 2 });
    const { prototype } = require(`${name}/lib/cmap/connection.js`).Connection;
    const patched = prototype.command;
    await itemsOf(client).insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
    const cursor = itemsOf(client).find({}, { batchSize: 2 });
    await cursor.next();
    const before = commandsOf(await given.read());
    const sleeping = [sleep(client, 200), sleep(client, 200), sleep(client, 1)];
    await pause(50);
    given.attached.detach();
    expect(prototype.command).not.toBe(patched);
    expect(await Promise.all(sleeping)).toEqual([{ ok: 1 }, { ok: 1 }, { ok: 1 }]);
    expect(await cursor.toArray()).toHaveLength(2);
    await itemsOf(client).findOne();
    await client.close();
    // The end of what was pending is still recorded; nothing later is.
    const after = commandsOf(await given.read());
    expect({ ...after, sleep: undefined }).toEqual({ ...before, sleep: undefined });
    expect(after['sleep']).toBe(2);
  });
});

describe('replies and errors of MongoDB', () => {
  it('parses replies and errors of MongoDB of any kind without throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (anything) => {
        const hostile = new Proxy({}, { get: () => anything });
        for (const value of [
          anything,
          hostile,
          { writeErrors: anything },
          { cursor: anything },
          { code: anything, name: 'Mongo' },
        ]) {
          refusalOf(value);
          expect(['number', 'undefined']).toContain(typeof returnedDocuments(value));
          isNotSent(value);
          expect(typeof mongoErrorType(value)).toBe('string');
        }
      }),
    );
  });

  it('never records a text of a server of MongoDB', () => {
    expect(mongoErrorType({ name: 'MongoServerError', code: 'secret' })).toBe('MongoServerError');
    expect(refusalOf({ ok: 1, writeErrors: [{ code: 'secret', errmsg: 'secret' }] })).toBe('_OTHER');
    expect(refusalOf({ ok: 1, writeConcernError: { code: 64, errmsg: 'secret' } })).toBe('64');
  });
});
