// Commands of node-redis against a real server: each counted once, with its outcome, whatever way it was sent.
import { createClient, createClientPool, defineScript, type RedisClientOptions } from 'redis';
import { describe, expect, it } from 'vitest';
import { sendInternal } from '../../../src/core/internal-traffic.ts';
import { redis } from '../../../src/instrumentations/redis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { freePort } from '../../kit/free-port.ts';
import { attachAlone, countsOf, valueOf } from '../../kit/samples/samples.ts';
import type { RedisProcess } from '../../kit/servers/redis-process.ts';
import { commandsOf, commandStats, lookUpsOf, testsWithRedis } from '../../kit/servers/redis-tests.ts';

const test = testsWithRedis(redis);

/** A client that is ready, and that ends with the test. */
async function open({ url }: Pick<RedisProcess, 'url'>, options: RedisClientOptions = {}) {
  const client = createClient({ url, ...options });
  client.on('error', () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.destroy() });
}

type Client = Awaited<ReturnType<typeof open>>;

describe('commands of node-redis', () => {
  test('records a command of node-redis with the attributes of the semantic conventions', async (server, { read }) => {
    await using client = await open(server);
    await client.set('key', 'value');
    const samples = await read();
    expect(samples.filter(({ name }) => name === 'db.client.operation.duration')).toMatchObject([
      {
        value: 1,
        attributes: {
          'db.system.name': 'redis',
          'db.operation.name': 'SET',
          'db.namespace': '0',
          'server.address': '127.0.0.1',
          'server.port': server.port,
        },
      },
    ]);
  });

  test('counts commands of node-redis as often as the server ran them', async (server, { read }) => {
    await using client = await open(server);
    await runEverything(client);
    const stats = await commandStats(server);
    expect(commandsOf(await read())).toEqual(stats);
    expect(stats).toMatchObject({ SET: 20, GET: 40, HSET: 1, EVAL: 1, XADD: 1, SCAN: 1 });
  });

  test('records a failed command of node-redis with the code of the reply', async (server, { read }) => {
    await using client = await open(server);
    await client.set('key', 'value');
    await expect(client.lPush('key', '1')).rejects.toThrow('WRONGTYPE');
    await expect(client.evalSha('0'.repeat(40))).rejects.toThrow('NOSCRIPT');
    await expect(client.sendCommand(['get'])).rejects.toThrow('wrong number of arguments');
    expect(commandsOf(await read())).toEqual({ SET: 1, 'LPUSH WRONGTYPE': 1, 'EVALSHA NOSCRIPT': 1, 'GET ERR': 1 });
  });

  test('records a command of node-redis that is aborted, or sent to a closed client, with the class of the error', async (server, {
    read,
  }) => {
    const client = await open(server);
    await server.cli('client', 'pause', '200');
    const controller = new AbortController();
    const given = client.withAbortSignal(controller.signal).get('key');
    controller.abort();
    await expect(given).rejects.toThrow('aborted');
    await server.cli('client', 'unpause');
    client.destroy();
    await expect(client.get('key')).rejects.toThrow('closed');
    expect(commandsOf(await read())).toEqual({ 'GET AbortError': 1, 'GET ClientClosedError': 1 });
  });

  test('leaves out commands of node-redis that promtel sends', async (server, { read }) => {
    await using client = await open(server);
    await Promise.all([sendInternal(() => client.get('own')), client.get('key')]);
    await Promise.all([sendInternal(() => client.multi().get('own').exec()), client.get('key')]);
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ GET: 2 });
    expect(lookUpsOf(samples)).toEqual({ hit: 0, miss: 2 });
  });

  test('records a script of node-redis as the command that is sent', async (server, { read }) => {
    const twice = defineScript({
      SCRIPT: 'return 2',
      NUMBER_OF_KEYS: 0,
      parseCommand(parser: { push(...values: string[]): unknown }) {
        parser.push();
      },
      transformReply: (reply: number) => reply,
    });
    const client = await createClient({ url: server.url, scripts: { twice } }).connect();
    await client.twice();
    await client.twice();
    client.destroy();
    expect(commandsOf(await read())).toEqual({ 'EVALSHA NOSCRIPT': 1, EVAL: 1, EVALSHA: 1 });
  });

  test('counts a slow command of node-redis', async (server, { read }) => {
    await using client = await open(server);
    await server.cli('client', 'pause', '1050');
    await client.set('key', 'value');
    await client.set('key', 'value');
    expect(countsOf(await read(), 'db.client.slow_operations', ['db.operation.name'])).toEqual({ SET: 1 });
  });
});

/** A bit of everything that is sent as a command by itself. */
async function runEverything(client: Client): Promise<void> {
  for (let index = 0; index < 20; index += 1) {
    await client.set(`key${index}`, index);
    await client.get(`key${index}`);
  }
  await Promise.all(Array.from({ length: 20 }, (_, index) => client.get(`none${index}`)));
  await client.mGet(['key1', 'key2', 'none']);
  await client.hSet('hash', { one: 1, two: 2 });
  await client.hGet('hash', 'one');
  await client.hGetAll('hash');
  await client.eval('return 1');
  await client.xAdd('stream', '*', { field: 'value' });
  await client.xRead({ key: 'stream', id: '0' });
  await client.zAdd('sorted', { score: 1, value: 'member' });
  await client.expire('key1', 60);
  await client.scan('0');
  await client.incrBy('counter', 2);
}

describe('blocking commands of node-redis', () => {
  test('leaves out blocking commands of node-redis', async (server, { read }) => {
    await using client = await open(server);
    await using subscriber = await open(server);
    await client.blPop('list', 0.01);
    await client.bzPopMin('sorted', 0.01);
    await client.wait(0, 1);
    await client.xRead({ key: 'stream', id: '$' }, { BLOCK: 5 });
    await client.xRead({ key: 'block', id: '0' }, { COUNT: 5 });
    const received = new Promise((resolve) => {
      void subscriber.subscribe('channel', resolve).then(() => client.publish('channel', 'message'));
    });
    await received;
    await subscriber.unsubscribe();
    expect(commandsOf(await read())).toEqual({ XREAD: 1, PUBLISH: 1 });
  });
});

describe('pipelines of node-redis', () => {
  test('records a pipeline of node-redis as its commands', async (server, { read }) => {
    await using client = await open(server);
    await client.multi().set('key', 'value').get('key').get('none').execAsPipeline();
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ SET: 1, GET: 2 });
    expect(lookUpsOf(samples)).toEqual({ hit: 1, miss: 1 });
  });

  test('records a failed pipeline of node-redis as its commands, each with its outcome', async (server, { read }) => {
    await using client = await open(server);
    await expect(client.multi().set('key', 'value').lPush('key', '1').execAsPipeline()).rejects.toThrow('WRONGTYPE');
    expect(commandsOf(await read())).toEqual({ SET: 1, 'LPUSH WRONGTYPE': 1 });
  });
});

describe('transactions of node-redis', () => {
  test('records a transaction of node-redis once', async (server, { read }) => {
    await using client = await open(server);
    await Promise.all([client.multi().set('key', 'value').get('key').get('none').exec(), client.ping()]);
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ MULTI: 1, PING: 1 });
    expect(lookUpsOf(samples)).toEqual({});
  });

  test('records a transaction of node-redis that the server or the client aborts as one failure', async (server, { read }) => {
    await using client = await open(server);
    await expect(client.multi().addCommand(['GET']).set('key', 1).exec()).rejects.toThrow('wrong number of arguments');
    await client.watch('key');
    await server.cli('set', 'key', 'another');
    await expect(client.multi().set('key', '1').exec()).rejects.toThrow('watched');
    expect(commandsOf(await read())).toEqual({ 'MULTI ERR': 1, WATCH: 1, 'MULTI WatchError': 1 });
  });
});

describe('look-ups of node-redis', () => {
  test('counts a hit or a miss for each item of a look-up of node-redis', async (server, { read }) => {
    await using client = await open(server);
    await client.mSet({ one: '1', two: '2', empty: '' });
    await client.hSet('hash', 'field', 'value');
    await client.get('one');
    await client.get('empty');
    await client.get('none');
    await client.getEx('two', { type: 'EX', value: 60 });
    await client.getDel('two');
    await client.getDel('two');
    await client.mGet(['one', 'none', 'nothing', 'empty']);
    await client.hGet('hash', 'field');
    await client.hmGet('hash', ['field', 'none']);
    const samples = await read();
    expect(lookUpsOf(samples)).toEqual({ hit: 8, miss: 5 });
    expect(lookUpsOf(samples, { 'cache.name': `127.0.0.1:${server.port}/0` })).toEqual({ hit: 8, miss: 5 });
  });

  test('counts no write of node-redis as a look-up, whatever it returns', async (server, { read }) => {
    await using client = await open(server);
    await client.set('key', 1, { GET: true });
    await client.lPop('list');
    expect(lookUpsOf(await read())).toEqual({});
  });
});

describe('the namespace of commands of node-redis', () => {
  test('records the database that a connection of node-redis has selected', async (server, { read }) => {
    await using client = await open(server, { database: 3 });
    await client.get('key');
    await client.select(5);
    await client.get('key');
    await client.get('key');
    const samples = await read();
    expect(commandsOf(samples, { 'db.namespace': '3' })).toEqual({ GET: 1 });
    expect(commandsOf(samples, { 'db.namespace': '5' })).toEqual({ GET: 2 });
    expect(lookUpsOf(samples, { 'cache.name': `127.0.0.1:${server.port}/5` })).toEqual({ hit: 0, miss: 2 });
  });
});

describe('connections of node-redis', () => {
  const poolOf = ({ port }: { port: number }) => ({ 'db.client.connection.pool.name': `127.0.0.1:${port}` });

  test('times the opening of a connection of node-redis, and counts it while it is open', async (server, { read }) => {
    await using client = await open(server);
    const other = await open(server, { database: 1 });
    expect(valueOf(await read(), 'db.client.connection.count', poolOf(server))).toBe(2);
    other.destroy();
    expect(valueOf(await read(), 'db.client.connection.count', poolOf(server))).toBe(1);
    await client.close();
    const samples = await read();
    expect(valueOf(samples, 'db.client.connection.count', poolOf(server))).toBe(0);
    expect(valueOf(samples, 'db.client.connection.create_time', poolOf(server))).toBe(2);
    expect(commandsOf(samples)).toEqual({});
    expect(countsOf(samples, 'db.client.connection.errors', ['error.type'])).toEqual({});
  });

  test('counts no error and no second connection where node-redis is connected already', async (server, { read }) => {
    const client = await open(server);
    await expect(client.connect()).rejects.toThrow('already');
    expect(valueOf(await read(), 'db.client.connection.count', poolOf(server))).toBe(1);
    client.destroy();
    const samples = await read();
    expect(valueOf(samples, 'db.client.connection.count', poolOf(server))).toBe(0);
    expect(countsOf(samples, 'db.client.connection.errors', ['error.type'])).toEqual({});
  });

  test('counts a closed connection of node-redis as an error, and again when it is opened again', async (server, { read }) => {
    await using client = await open(server, { socket: { host: '127.0.0.1', port: server.port, reconnectStrategy: () => 1 } });
    await client.get('key');
    await server.cli('client', 'kill', 'type', 'normal', 'skipme', 'yes');
    await eventually(async () => expect(valueOf(await read(), 'db.client.connection.create_time', poolOf(server))).toBe(2));
    const samples = await read();
    expect(valueOf(samples, 'db.client.connection.count', poolOf(server))).toBe(1);
    expect(countsOf(samples, 'db.client.connection.errors', ['error.type'])).toEqual({ SocketClosedUnexpectedlyError: 1 });
  });

  it('counts an error for each time that a connection of node-redis is refused', async () => {
    const port = await freePort();
    const { read, attached } = attachAlone(redis);
    const client = createClient({
      socket: { host: '127.0.0.1', port, reconnectStrategy: (retries) => (retries < 2 ? 1 : false) },
    });
    client.on('error', () => {});
    await expect(client.connect()).rejects.toThrow('ECONNREFUSED');
    const samples = await read();
    expect(countsOf(samples, 'db.client.connection.errors', ['error.type'], poolOf({ port }))).toEqual({ ECONNREFUSED: 3 });
    expect(valueOf(samples, 'db.client.connection.count')).toBeUndefined();
    attached.detach();
  });

  test('times the wait for a connection of a pool of node-redis', async (server, { read }) => {
    const pool = createClientPool({ url: server.url }, { minimum: 1, maximum: 2 });
    await pool.connect();
    await server.cli('client', 'pause', '100');
    await Promise.all(Array.from({ length: 10 }, () => pool.get('key')));
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ GET: 10 });
    expect(valueOf(samples, 'db.client.connection.count', poolOf(server))).toBe(2);
    // The one by which the pool grows is not published.
    const waits = samples.find(({ name }) => name === 'db.client.connection.wait_time')!;
    expect(waits.value).toBeGreaterThanOrEqual(9);
    expect(waits.sum).toBeGreaterThan(0.05);
    await pool.close();
    expect(valueOf(await read(), 'db.client.connection.count', poolOf(server))).toBe(0);
  });
});

describe('the instrumentation of node-redis', () => {
  test('leaves pending commands of node-redis alone when it is detached', async (server, { read, attached }) => {
    await using client = await open(server);
    await client.set('key', 'value');
    const under = [client.get('key'), client.multi().get('key').exec()];
    attached.detach();
    await expect(Promise.all(under)).resolves.toEqual(['value', ['value']]);
    await client.get('key');
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ SET: 1 });
    expect(valueOf(samples, 'db.client.connection.count')).toBe(0);
  });
});
