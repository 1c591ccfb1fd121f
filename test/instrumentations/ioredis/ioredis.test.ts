// Commands of ioredis against a real server: each counted once, with its outcome, whatever way it was sent.
import { createRequire } from 'node:module';
import { Redis } from 'ioredis';
import { describe, expect } from 'vitest';
import { sendInternal } from '../../../src/core/internal-traffic.ts';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { openIoredis as open, reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { countsOf } from '../../kit/samples/samples.ts';
import { commandsOf, commandStats, lookUpsOf, testsWithRedis } from '../../kit/servers/redis-tests.ts';

const test = testsWithRedis(ioredis, reloadIoredis);

describe('commands of ioredis', () => {
  test('records a command of ioredis with the attributes of the semantic conventions', async (server, { read }) => {
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

  test('counts commands of ioredis as often as the server ran them', async (server, { read }) => {
    await using client = await open(server);
    await runEverything(client);
    const stats = await commandStats(server);
    expect(commandsOf(await read())).toEqual(stats);
    expect(stats).toMatchObject({ SET: 20, GET: 41, HSET: 1, EVAL: 1, EVALSHA: 1, XADD: 1, SCAN: 1 });
  });

  test('records a failed command of ioredis with the code of the reply', async (server, { read }) => {
    await using client = await open(server);
    await client.set('key', 'value');
    await expect(client.lpush('key', 1)).rejects.toThrow('WRONGTYPE');
    await expect(client.evalsha('0'.repeat(40), 0)).rejects.toThrow('NOSCRIPT');
    await expect(client.call('GET')).rejects.toThrow('wrong number of arguments');
    await expect(client.eval('return redis.error_reply("MY key:secret is 5")', 0)).rejects.toThrow('MY');
    expect(commandsOf(await read())).toEqual({
      SET: 1,
      'LPUSH WRONGTYPE': 1,
      'EVALSHA NOSCRIPT': 1,
      'GET ERR': 1,
      'EVAL MY': 1,
    });
  });

  test('records a command of ioredis in upper case as the same command', async (server, { read }) => {
    await using client = await open(server);
    for (const name of ['get', 'GET', 'GeT']) await client.call(name, 'key');
    expect(commandsOf(await read())).toEqual({ GET: 3 });
  });

  test('limits the names of unknown commands of ioredis', async (server, { read }) => {
    await using client = await open(server);
    await Promise.allSettled(Array.from({ length: 1200 }, (_, index) => client.call(`unknown${index}`)));
    const commands = commandsOf(await read());
    expect(Object.keys(commands).length).toBeLessThanOrEqual(201);
    expect(Object.values(commands).reduce((sum, count) => sum + count)).toBe(1200);
  });

  test('records a custom command of ioredis as the command that is sent', async (server, { read }) => {
    await using client = await open(server, { scripts: { twice: { lua: 'return 2', numberOfKeys: 0 } } });
    const { twice } = client as unknown as { twice(): Promise<number> };
    expect([await twice.call(client), await twice.call(client)]).toEqual([2, 2]);
    expect(commandsOf(await read())).toEqual({ EVAL: 1, EVALSHA: 1 });
  });

  test('records a command of ioredis with a callback like one with a promise', async (server, { read }) => {
    await using client = await open(server);
    await new Promise<void>((resolve) => {
      void client.get('key', () => resolve());
    });
    expect(commandsOf(await read())).toEqual({ GET: 1 });
  });

  test('leaves out commands of ioredis that promtel sends', async (server, { read }) => {
    await using client = await open(server);
    await Promise.all([sendInternal(() => client.get('own')), client.get('key')]);
    await Promise.all([sendInternal(() => client.multi().get('own').exec()), client.get('key')]);
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ GET: 2 });
    expect(lookUpsOf(samples)).toEqual({ hit: 0, miss: 2 });
  });

  test('counts a slow command of ioredis', async (server, { read }) => {
    await using client = await open(server);
    await server.cli('client', 'pause', '1050');
    await client.set('key', 'value');
    await client.set('key', 'value');
    expect(countsOf(await read(), 'db.client.slow_operations', ['db.operation.name'])).toEqual({ SET: 1 });
  });
});

/** A bit of everything that is sent as a command by itself. */
async function runEverything(client: Redis): Promise<void> {
  for (let index = 0; index < 20; index += 1) {
    await client.set(`key${index}`, index);
    await client.get(`key${index}`);
  }
  await Promise.all(Array.from({ length: 20 }, (_, index) => client.get(`none${index}`)));
  await client.mget('key1', 'key2', 'none');
  await client.hset('hash', { one: 1, two: 2 });
  await client.hget('hash', 'one');
  await client.hgetall('hash');
  await client.eval('return 1', 0);
  await client.evalsha('e0e1f9fabfc9d4800c877a703b823ac0578ff8db', 0);
  await client.xadd('stream', '*', 'field', 'value');
  await client.xread('STREAMS', 'stream', '0');
  await client.zadd('sorted', 1, 'member');
  await client.expire('key1', 60);
  await client.scan(0);
  await client.getBuffer('key1');
  await client.incrby('counter', 2);
}

describe('blocking commands of ioredis', () => {
  test('leaves out blocking commands of ioredis', async (server, { read }) => {
    await using client = await open(server);
    await using other = await open(server);
    await client.blpop('list', 0.01);
    await client.brpop('list', 0.01);
    await client.blmove('list', 'other', 'LEFT', 'LEFT', 0.01);
    await client.bzpopmin('sorted', 0.01);
    await client.wait(0, 1);
    await client.xread('BLOCK', 5, 'STREAMS', 'stream', '$');
    await client.call('xread', 'block', '5', 'streams', 'stream', '$');
    await client.xread('COUNT', 5, 'STREAMS', 'block', '0');
    await client.xgroup('CREATE', 'stream', 'group', '$', 'MKSTREAM');
    await client.xreadgroup('GROUP', 'group', 'me', 'BLOCK', 5, 'STREAMS', 'stream', '>');
    await client.subscribe('channel');
    await other.publish('channel', 'message');
    await client.unsubscribe();
    expect(commandsOf(await read())).toEqual({ XREAD: 1, XGROUP: 1, PUBLISH: 1 });
  });

  test('leaves out blocking commands of ioredis that fail', async (server, { read }) => {
    await using client = await open(server);
    await client.set('key', 'value');
    await expect(client.blpop('key', 1)).rejects.toThrow('WRONGTYPE');
    expect(commandsOf(await read())).toEqual({ SET: 1 });
  });
});

describe('pipelines of ioredis', () => {
  test('records a pipeline of ioredis as its commands', async (server, { read }) => {
    await using client = await open(server);
    await client.pipeline().set('key', 'value').get('key').get('none').lpush('key', 1).exec();
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ SET: 1, GET: 2, 'LPUSH WRONGTYPE': 1 });
    expect(lookUpsOf(samples)).toEqual({ hit: 1, miss: 1 });
  });

  test('records an automatic pipeline of ioredis as its commands', async (server, { read }) => {
    await using client = await open(server, { enableAutoPipelining: true });
    await Promise.all([client.set('key', 'value'), client.get('key'), client.get('none')]);
    expect(commandsOf(await read())).toEqual({ SET: 1, GET: 2 });
  });
});

describe('transactions of ioredis', () => {
  test('records a transaction of ioredis once', async (server, { read }) => {
    await using client = await open(server);
    await client.multi().set('key', 'value').get('key').get('none').exec();
    await client.multi([['get', 'key']]).exec();
    const samples = await read();
    expect(commandsOf(samples)).toEqual({ MULTI: 2 });
    expect(lookUpsOf(samples)).toEqual({});
  });

  test('records a transaction of ioredis once that waited for the connection', async (server, { read }) => {
    const client = new Redis(server.port, '127.0.0.1');
    await client.multi().set('key', 'QUEUED').get('key').exec();
    await client.get('key');
    client.disconnect();
    expect(commandsOf(await read())).toEqual({ MULTI: 1, GET: 1 });
  });

  test('records a transaction of ioredis that the server rejects as one failure', async (server, { read }) => {
    await using client = await open(server);
    await expect(client.multi().call('get').set('key', 1).exec()).rejects.toThrow('EXECABORT');
    await client.get('key');
    expect(commandsOf(await read())).toEqual({ 'MULTI EXECABORT': 1, GET: 1 });
  });

  test('records commands of ioredis beside a transaction as they are', async (server, { read }) => {
    await using client = await open(server);
    await using other = await open(server);
    await Promise.all([client.multi().incr('counter').exec(), other.get('key'), client.get('key')]);
    await Promise.all([client.multi({ pipeline: false }), other.get('key'), client.exec()]);
    expect(commandsOf(await read())).toEqual({ MULTI: 2, GET: 3 });
  });

  test('records no discarded transaction of ioredis', async (server, { read }) => {
    await using client = await open(server);
    await client.multi({ pipeline: false });
    await client.discard();
    await client.get('key');
    expect(commandsOf(await read())).toEqual({ DISCARD: 1, GET: 1 });
  });
});

describe('look-ups of ioredis', () => {
  test('counts a hit or a miss for each item of a look-up of ioredis', async (server, { read }) => {
    await using client = await open(server);
    await client.mset('one', 1, 'two', 2, 'empty', '');
    await client.hset('hash', 'field', 'value');
    await client.get('one');
    await client.get('empty');
    await client.getBuffer('none');
    await client.getex('two', 'EX', 60);
    await client.getdel('two');
    await client.getdel('two');
    await client.mget('one', 'none', 'nothing', 'empty');
    await client.hget('hash', 'field');
    await client.hmget('hash', 'field', 'none');
    const samples = await read();
    expect(lookUpsOf(samples)).toEqual({ hit: 8, miss: 5 });
    expect(lookUpsOf(samples, { 'cache.name': `127.0.0.1:${server.port}/0` })).toEqual({ hit: 8, miss: 5 });
  });

  test('counts no hit and no miss for a failed look-up of ioredis', async (server, { read }) => {
    await using client = await open(server);
    await client.lpush('list', 1);
    await expect(client.get('list')).rejects.toThrow('WRONGTYPE');
    expect(lookUpsOf(await read())).toEqual({});
  });

  test('counts no write of ioredis as a look-up, whatever it returns', async (server, { read }) => {
    await using client = await open(server);
    await client.set('key', 1, 'GET');
    await client.getset('other', 1);
    await client.lpop('list');
    expect(lookUpsOf(await read())).toEqual({});
  });
});

describe('the namespace of commands of ioredis', () => {
  test('records the database that a connection of ioredis has selected', async (server, { read }) => {
    await using client = await open(server, { db: 3 });
    await client.get('key');
    await client.select(5);
    await client.get('key');
    await client.get('key');
    const samples = await read();
    expect(commandsOf(samples, { 'db.namespace': '3' })).toEqual({ GET: 1 });
    expect(commandsOf(samples, { 'db.namespace': '5' })).toEqual({ GET: 2 });
    expect(commandsOf(samples)).toEqual({ GET: 3 });
    expect(lookUpsOf(samples, { 'cache.name': `127.0.0.1:${server.port}/5` })).toEqual({ hit: 0, miss: 2 });
  });

  test('records the database and server of the current connection of ioredis', async (server, { read }) => {
    await using client = await open(server);
    await client.get('key');
    client.options.host = 'localhost';
    client.disconnect(true);
    await eventually(() => expect(client.status).toBe('ready'));
    await client.get('key');
    const samples = await read();
    expect(commandsOf(samples, { 'server.address': '127.0.0.1' })).toEqual({ GET: 1 });
    expect(commandsOf(samples, { 'server.address': 'localhost' })).toEqual({ GET: 1 });
  });

  test('keeps two databases of ioredis apart that are used in turns', async (server, { read }) => {
    await using client = await open(server);
    await using other = await open(server, { db: 1 });
    for (let turn = 0; turn < 5; turn += 1) await Promise.all([client.get('key'), other.get('key'), other.get('key')]);
    const samples = await read();
    expect(commandsOf(samples, { 'db.namespace': '0' })).toEqual({ GET: 5 });
    expect(commandsOf(samples, { 'db.namespace': '1' })).toEqual({ GET: 10 });
  });
});

describe('the instrumentation of ioredis', () => {
  test('leaves pending commands of ioredis alone when it is detached', async (server, { read, attached }) => {
    await using client = await open(server);
    await client.set('key', 'value');
    const under = [client.get('key'), client.multi().get('key').exec()];
    attached.detach();
    await expect(Promise.all(under)).resolves.toEqual(['value', [[null, 'value']]]);
    await client.get('key');
    expect(commandsOf(await read())).toEqual({ SET: 1 });
  });

  test('instruments ioredis for CommonJS and ES modules', async (server, { read }) => {
    const { Redis: Required } = createRequire(import.meta.url)('ioredis') as { Redis: typeof Redis };
    const client = new Required(server.port, '127.0.0.1');
    await client.get('key');
    client.disconnect();
    expect(commandsOf(await read())).toEqual({ GET: 1 });
  });
});
