// Connections of ioredis to a real server: their times to open, how many are open, and their errors.
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { openIoredis as open, reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { freePort } from '../../kit/free-port.ts';
import { attachAlone, countsOf, valueOf } from '../../kit/samples/samples.ts';
import { startRedis } from '../../kit/servers/redis-process.ts';
import { commandsOf, testsWithRedis } from '../../kit/servers/redis-tests.ts';

const test = testsWithRedis(ioredis, reloadIoredis);

describe('connections of ioredis', () => {
  const poolOf = ({ port }: { port: number }) => ({ 'db.client.connection.pool.name': `127.0.0.1:${port}` });

  test('times the opening of a connection of ioredis, and counts it while it is open', async (server, { read }) => {
    await using _ = await open(server);
    const other = await open(server, { db: 1 });
    expect(valueOf(await read(), 'db.client.connection.count', poolOf(server))).toBe(2);
    await other.quit();
    await eventually(async () => expect(valueOf(await read(), 'db.client.connection.count', poolOf(server))).toBe(1));
    const samples = await read();
    expect(valueOf(samples, 'db.client.connection.create_time', poolOf(server))).toBe(2);
    expect(commandsOf(samples)).toEqual({});
  });

  test('counts a connection of ioredis again that was closed and opened again', async (server, { read }) => {
    await using client = await open(server, { retryStrategy: () => 1 });
    const count = async (): Promise<number | undefined> => valueOf(await read(), 'db.client.connection.count', poolOf(server));
    const closed = new Promise((resolve) => client.once('close', resolve));
    await server.cli('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await closed;
    expect(await count()).toBe(0);
    await client.get('key');
    expect(await count()).toBe(1);
  });

  test('counts a connection of ioredis once for two attachments, and for none that is detached', async (server, one) => {
    const two = attachAlone(ioredis);
    reloadIoredis();
    const counts = async () =>
      Promise.all([one, two].map(async ({ read }) => valueOf(await read(), 'db.client.connection.count') ?? 0));
    await using client = await open(server, { retryStrategy: () => 1 });
    expect(await counts()).toContain(1);
    expect(await counts()).toContain(0);
    one.attached.detach();
    two.attached.detach();
    expect(await counts()).toEqual([0, 0]);
    const three = attachAlone(ioredis);
    reloadIoredis();
    await server.cli('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await eventually(async () => expect(valueOf(await three.read(), 'db.client.connection.count')).toBe(1));
    three.attached.detach();
    expect(await client.get('key')).toBeNull();
    expect(await counts()).toEqual([0, 0]);
  });

  test('counts no error and no second connection where ioredis is connected already', async (server, { read }) => {
    await using client = await open(server);
    await expect(client.connect()).rejects.toThrow('already');
    const samples = await read();
    expect(valueOf(samples, 'db.client.connection.create_time', poolOf(server))).toBe(1);
    expect(countsOf(samples, 'db.client.connection.errors', ['error.type'])).toEqual({});
  });

  it('counts an error for each time that a connection of ioredis is refused', async () => {
    const port = await freePort();
    const { read, attached } = attachAlone(ioredis);
    reloadIoredis();
    let tries = 0;
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => ((tries += 1) < 3 ? 1 : null), maxRetriesPerRequest: 1 });
    client.on('error', () => {});
    await expect(client.get('key')).rejects.toThrow('Reached the max retries per request limit');
    await eventually(() => expect(tries).toBe(3));
    await eventually(async () =>
      expect(countsOf(await read(), 'db.client.connection.errors', ['error.type'], poolOf({ port }))).toEqual({ closed: 3 }),
    );
    // A command counts when it is sent, and this never was.
    expect(commandsOf(await read())).toEqual({});
    attached.detach();
  });

  for (const [retries, errorType, retryStrategy] of [
    ['is not opened again', 'closed', () => null],
    ['cannot be opened again', 'MaxRetriesPerRequestError', () => 1],
  ] as const)
    test(`fails pending commands of ioredis whose connection is closed and ${retries}`, async ({ program }, { read }) => {
      const own = await startRedis(program);
      await using client = await open(own, { maxRetriesPerRequest: 1, retryStrategy });
      await own.cli('client', 'pause', '60000');
      const waiting = client.get('key').catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
      await own[Symbol.asyncDispose]();
      await waiting;
      expect(commandsOf(await read())).toEqual({ [`GET ${errorType}`]: 1 });
    });

  test('fails a command of ioredis that takes too long by a timeout', async (server, { read }) => {
    await using client = await open(server, { commandTimeout: 20 });
    await server.cli('client', 'pause', '200');
    await expect(client.get('key')).rejects.toThrow('timed out');
    await server.cli('client', 'unpause');
    expect(commandsOf(await read())).toEqual({ 'GET timeout': 1 });
  });
});
