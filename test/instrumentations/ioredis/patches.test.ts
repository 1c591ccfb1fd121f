// What ioredis does is what it does without promtel, and a command that it sends more than once counts once.
import { channel } from 'node:diagnostics_channel';
import { Command } from 'ioredis';
import { Redis as Ioredis5 } from 'ioredis5';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { openIoredis as open, reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { commandsOf, testsWithRedis } from '../../kit/servers/redis-tests.ts';

const test = testsWithRedis(ioredis, () => {
  reloadIoredis();
  reloadIoredis('ioredis5');
});

let unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(String(error));
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', onUnhandled);
});
afterEach(() => {
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

describe('ioredis under promtel', () => {
  test('does not make ioredis publish its commands', async (server, { read }) => {
    await using client = await open(server);
    await client.get('key');
    for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error'])
      expect(channel(`tracing:ioredis:command:${event}`).hasSubscribers).toBe(false);
    expect(commandsOf(await read())).toEqual({ GET: 1 });
  });

  for (const [name, openClient] of [
    ['ioredis 6', open],
    ['ioredis 5', async ({ port }: { port: number }) => new Ioredis5(port)],
  ] as const)
    test(`leaves unhandled errors of ioredis unhandled, and handled ones handled: ${name}`, async (server, { read }) => {
      const client = await openClient(server);
      await client.set('key', 'value');
      void client.lpush('key', 1);
      await eventually(() => expect(unhandled).toHaveLength(1));
      expect(unhandled.splice(0)).toEqual([expect.stringContaining('WRONGTYPE')]);
      await client.lpush('key', 1).catch(() => {});
      void client.lpush('key', 1, () => {});
      await client.pipeline().lpush('key', 1).exec();
      await client.multi().lpush('key', 1).exec();
      client.disconnect();
      expect(commandsOf(await read())).toEqual({ SET: 1, 'LPUSH WRONGTYPE': 4, MULTI: 1 });
    });

  test('leaves the promise of a command of ioredis as it is', async (server) => {
    await using client = await open(server);
    const command = new Command('get', ['key']);
    expect(client.sendCommand(command)).toBe(command.promise);
    expect(await command.promise).toBeNull();
  });
});

describe('commands that ioredis sends again', () => {
  test('counts a command of ioredis once that is sent again after its connection was closed', async (server, { read }) => {
    await using client = await open(server, { retryStrategy: () => 1 });
    await server.cli('client', 'pause', '200');
    const waiting = [client.get('key'), client.incr('counter')];
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.stream.destroy();
    expect(await Promise.all(waiting)).toEqual([null, 1]);
    expect(commandsOf(await read())).toEqual({ GET: 1, INCR: 1 });
  });

  test('counts a command of ioredis once that the application has sent again', async (server, { read }) => {
    let errors = 0;
    const reconnectOnError = (): 2 | false => ((errors += 1) === 1 ? 2 : false);
    await using client = await open(server, { reconnectOnError, retryStrategy: () => 1 });
    await client.set('key', 'value');
    await expect(client.lpush('key', 1)).rejects.toThrow('WRONGTYPE');
    expect(errors).toBe(2);
    expect(commandsOf(await read())).toEqual({ SET: 1, 'LPUSH WRONGTYPE': 1 });
  });

  test('counts a command of ioredis once that is answered after its timeout', async (server, { read }) => {
    await using client = await open(server, { commandTimeout: 20 });
    await server.cli('client', 'pause', '60000', 'write');
    await expect(client.incr('counter')).rejects.toThrow('timed out');
    await server.cli('client', 'unpause');
    await eventually(async () => expect(await server.cli('get', 'counter')).toContain('1'));
    await eventually(async () => expect(await client.ping().catch(() => '')).toBe('PONG'));
    const { PING, 'PING timeout': _, ...others } = commandsOf(await read());
    expect(PING).toBe(1);
    expect(others).toEqual({ 'INCR timeout': 1 });
  });

  test('counts a command of ioredis once that waited for the connection', async (server, { read }) => {
    const client = new Ioredis5(server.port);
    expect(await Promise.all([client.get('one'), client.get('two')])).toEqual([null, null]);
    client.disconnect();
    expect(commandsOf(await read())).toEqual({ GET: 2 });
  });
});

describe('commands of ioredis with other forms', () => {
  test('leaves out blocking commands of ioredis in every form', async (server, { read }) => {
    await using client = await open(server);
    await client.call('XREAD', Buffer.from('block'), 5, 'STREAMS', 'stream', '$');
    await client.call('XREAD', Buffer.from('count'), 5, 'STREAMS', 'block', '0');
    expect(commandsOf(await read())).toEqual({ XREAD: 1 });
  });

  test('records a command of ioredis as failed whose reply cannot be parsed', async (server, { read }) => {
    await using client = await open(server);
    Command.setReplyTransformer('echo', () => {
      throw new TypeError('no sense');
    });
    await expect(client.echo('words')).rejects.toThrow('no sense');
    Command.setReplyTransformer('echo', (reply: unknown) => reply);
    expect(await client.echo('words')).toBe('words');
    expect(commandsOf(await read())).toEqual({ ECHO: 1, 'ECHO TypeError': 1 });
  });
});
