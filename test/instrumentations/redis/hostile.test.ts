// Hostile Redis: for any command and reply, and any failure, the application gets the same as without promtel.
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis as Ioredis6 } from 'ioredis';
import { Redis as Ioredis5 } from 'ioredis5';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { ioredis } from '../../../src/instrumentations/ioredis/ioredis.ts';
import { redis } from '../../../src/instrumentations/redis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { attachAlone, countsOf, type AttachedAlone } from '../../kit/samples/samples.ts';
import { type RedisProcess, startRedis } from '../../kit/servers/redis-process.ts';
import { commandsOf } from '../../kit/servers/redis-tests.ts';
import { testsWithServer } from '../../kit/with-program.ts';

let server: RedisProcess;
const test = testsWithServer('redis-server', async (program) => {
  server = await startRedis(program, undefined, ['--enable-debug-command', 'yes']);
  return server;
});

/** A client of any library, with no more than is needed here. */
interface Client {
  call(...command: string[]): Promise<unknown>;
  /** Returns each reply, or the error in its place. */
  pipeline(commands: readonly string[][]): Promise<unknown>;
  close(): void;
}

interface Library {
  readonly name: string;
  readonly instrumentation: Instrumentation;
  /** Loads what is patched. */
  load(): void;
  /** Connects; a connection that breaks is opened again only if that is said. */
  open(reopens?: boolean): Promise<Client>;
}

function ofIoredis(name: string, Redis: typeof Ioredis6, load: () => void): Library {
  return {
    name,
    instrumentation: ioredis,
    load,
    async open(reopens = false) {
      const retryStrategy = () => (reopens ? 1 : null);
      const client = new Redis(server.port, '127.0.0.1', { lazyConnect: true, retryStrategy, enableOfflineQueue: true });
      client.on('error', () => {});
      await client.connect();
      return {
        call: (command, ...values) => client.call(command, ...values),
        pipeline: (commands) => client.pipeline(commands.map(([command, ...values]) => ['call', command!, ...values])).exec(),
        close: () => client.disconnect(),
      };
    },
  };
}

const libraries: readonly Library[] = [
  ofIoredis('ioredis 6', Ioredis6, () => reloadIoredis()),
  ofIoredis('ioredis 5', Ioredis5 as unknown as typeof Ioredis6, () => reloadIoredis('ioredis5')),
  {
    name: 'node-redis',
    instrumentation: redis,
    load: () => void createRequire(import.meta.url)('@redis/client/dist/lib/client/cache.js'),
    async open(reopens = false) {
      const socket = { host: '127.0.0.1', port: server.port, reconnectStrategy: () => (reopens ? 1 : false) as number | false };
      const client = createClient({ socket });
      client.on('error', () => {});
      await client.connect();
      return {
        call: (...command) => client.sendCommand(command),
        pipeline: (commands) => commands.reduce((batch, command) => batch.addCommand(command), client.multi()).execAsPipeline(),
        close: () => client.destroy(),
      };
    },
  },
];

const ODD_COMMANDS: readonly string[][] = [
  [''],
  [' '],
  ['GET'],
  ['get', 'a', 'b', 'c'],
  ['GET key'],
  ['GET\r\nkey', 'key'],
  ['gęt', 'key'],
  ['\u{1F600}', '\uD800'],
  ['x'.repeat(100_000)],
  ['get', '\0'],
  ['set', '\uFFFF', '\uDC00'],
  ['xread', 'block', 'never', 'streams', 's', '$'],
  ['xread', 'streams'],
  ['object', 'freq', 'key'],
  ['eval', 'return redis.error_reply("")', '0'],
  ['eval', 'return redis.error_reply("lower case \u0007")', '0'],
  ['eval', `return redis.error_reply("${'A'.repeat(1000)}")`, '0'],
  ['exec'],
  ['discard'],
];

const REPLIES: readonly string[][] = [
  ...['string', 'integer', 'double', 'null', 'array', 'set', 'map', 'verbatim', 'true', 'false', 'bignum'].map((kind) => [
    'debug',
    'protocol',
    kind,
  ]),
  ['eval', 'return {1, {2, {3, {}}}, "four", false, redis.error_reply("FIVE in an array")}', '0'],
  ['eval', 'return {ok = "QUEUED"}', '0'],
  ['eval', 'return string.rep("x", 1000000)', '0'],
  ['mget', ...Array.from({ length: 1000 }, (_, index) => `key${index}`)],
  ['set', 'queued', 'QUEUED'],
  ['get', 'queued'],
  ['set', 'empty', ''],
  ['get', 'empty'],
  ['hmget', 'none', 'a', 'b'],
  ['lpop', 'none', '2'],
];

describe.each(libraries)('$name', ({ instrumentation, load, open }) => {
  let measured: AttachedAlone;
  let uncaught: unknown[] = [];
  const onUncaught = (error: unknown): void => void uncaught.push(error);
  beforeEach(() => {
    uncaught = [];
    process.on('uncaughtException', onUncaught);
    process.on('unhandledRejection', onUncaught);
  });
  afterEach(async () => {
    await wait(20);
    process.off('uncaughtException', onUncaught);
    process.off('unhandledRejection', onUncaught);
    measured?.attached.detach();
    expect(uncaught).toEqual([]);
  });

  function attach(): void {
    measured = attachAlone(instrumentation);
    load();
  }

  /** What a client is answered, one after the other and all at once. */
  async function answersTo(commands: readonly string[][]): Promise<string[]> {
    const client = await open();
    const answer = async (command: string[]): Promise<string> => {
      try {
        return JSON.stringify(await client.call(...command));
      } catch (error) {
        return String(error);
      }
    };
    const answers: string[] = [];
    for (const command of commands) answers.push(await answer(command));
    answers.push(...(await Promise.all(commands.map(answer))));
    client.close();
    return answers;
  }

  for (const [what, commands, waiting] of [
    ['odd commands', ODD_COMMANDS, 1],
    ['replies of every kind', REPLIES, 0],
  ] as const)
    test(`lets Redis clients answer as without promtel: ${what}`, async () => {
      const expected = await answersTo(commands);
      attach();
      expect(await answersTo(commands)).toEqual(expected);
      expect(measured.attached.failure).toBeUndefined();
      expect(total(commandsOf(await measured.read()))).toBe(2 * (commands.length - waiting));
    });

  describe('a Redis client whose connection is killed in the middle of a pipeline', () => {
    /** Every second one waits at the server until the connection is gone. */
    const commands = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? ['get', 'key'] : ['incr', 'counter']));

    async function outcomeOf(reopens: boolean): Promise<string> {
      const client = await open(reopens);
      await server.cli('set', 'counter', '0');
      await server.cli('client', 'pause', '60000', 'write');
      const replies = client.pipeline(commands).catch(String);
      await wait(30);
      await server.cli('client', 'kill', 'type', 'normal', 'skipme', 'yes');
      await server.cli('client', 'unpause');
      const outcome = JSON.stringify(await replies);
      if (reopens) await eventually(async () => expect(await client.call('ping')).toBe('PONG'));
      client.close();
      return outcome;
    }

    for (const reopens of [false, true])
      test(`fails as it does without promtel, each command once${reopens ? ', and goes on' : ''}`, async () => {
        const expected = await outcomeOf(reopens);
        attach();
        expect(await outcomeOf(reopens)).toBe(expected);
        const { PING = 0, ...counts } = commandsOf(await measured.read());
        expect(total(counts)).toBe(commands.length);
        expect(PING > 0).toBe(reopens);
        expect(measured.attached.failure).toBeUndefined();
        const connections = async () => countsOf(await measured.read(), 'db.client.connection.count', []);
        await eventually(async () => expect(await connections()).toEqual({ '': 0 }));
      });
  });
});

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
