// The same commands, seen at once by promtel and by the official instrumentations of Redis, which make spans: as many of each.
import { createRequire } from 'node:module';
import { SpanStatusCode, type TracerProvider as ApiTracerProvider } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect } from 'vitest';
import { ioredis } from '../../src/instrumentations/ioredis/ioredis.ts';
import { redis } from '../../src/instrumentations/redis.ts';
import { freshCopy } from '../kit/apps/fresh-copy.ts';
import { loadOfficial } from '../kit/apps/official.ts';
import { commandsOf, testsWithRedis } from '../kit/servers/redis-tests.ts';

type Ioredis = typeof import('ioredis');
type NodeRedis = typeof import('redis');

const require = createRequire(import.meta.url);

/** What clients send by themselves, and EXEC, with which what MULTI began is counted here. */
const LEFT_OUT = new Set(['CONNECT', 'HELLO', 'INFO', 'CLIENT', 'EXEC']);

interface Official<Library> {
  readonly library: Library;
  /** How often each command was sent, as `commandsOf` gives it. */
  commands(): Record<string, number>;
  stop(): void;
}

/** Loads a library that an official instrumentation has patched. */
function loadWithOfficial<Library>(packageName: string, className: string, name: string): Official<Library> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const Instrumentation = loadOfficial(packageName, className);
  const instrumentation = new Instrumentation({ requireParentSpan: false }) as InstanceType<typeof Instrumentation> & {
    setTracerProvider(provider: ApiTracerProvider): void;
  };
  instrumentation.setTracerProvider(provider);
  return {
    library: freshCopy(require, name) as Library,
    commands: () => countsOf(exporter.getFinishedSpans()),
    stop: () => instrumentation.disable(),
  };
}

function countsOf(spans: readonly ReadableSpan[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name, status, attributes } of spans) {
    const command = name.replace(/^redis-/, '').toUpperCase();
    const isInTransaction = String(attributes['db.operation.name']).startsWith('MULTI');
    if (LEFT_OUT.has(command) || isInTransaction) continue;
    const code = status.code === SpanStatusCode.ERROR ? ` ${status.message!.split(' ')[0]}` : '';
    counts[command + code] = (counts[command + code] ?? 0) + 1;
  }
  return counts;
}

testsWithRedis(ioredis)('ioredis: the same commands, but those that wait', async ({ url }, { read }) => {
  const official = loadWithOfficial<Ioredis>('@opentelemetry/instrumentation-ioredis', 'IORedisInstrumentation', 'ioredis');
  // The official one counts a command again that waited for its connection.
  const client = new official.library.Redis(url, { lazyConnect: true });
  await client.connect();
  for (let index = 0; index < 10; index += 1) await client.set(`key${index}`, index);
  await Promise.all(Array.from({ length: 25 }, (_, index) => client.get(`key${index}`)));
  await client.pipeline().mget('key1', 'none').lpush('list', 1).lpush('key1', 1).exec();
  await client.multi().incr('counter').get('key1').exec();
  await client.hget('key1', 'field').catch(() => {});
  await client.call('nonsense').catch(() => {});
  await client.eval('return 1', 0);
  await client.blpop('none', 0.01);
  await client.quit();
  const measured = commandsOf(await read());
  expect(official.commands()).toEqual({ ...measured, BLPOP: 1, QUIT: 1 });
  expect(measured).toMatchObject({ SET: 10, GET: 25, MGET: 1, LPUSH: 1, 'LPUSH WRONGTYPE': 1, MULTI: 1, 'NONSENSE ERR': 1 });
  official.stop();
});

testsWithRedis(redis)('node-redis: the same commands, but those that wait', async ({ url }, { read }) => {
  const official = loadWithOfficial<NodeRedis>('@opentelemetry/instrumentation-redis', 'RedisInstrumentation', '@redis/client');
  const client = await official.library.createClient({ url }).connect();
  for (let index = 0; index < 10; index += 1) await client.set(`key${index}`, index);
  await Promise.all(Array.from({ length: 25 }, (_, index) => client.get(`key${index}`)));
  await client.multi().mGet(['key1', 'none']).lPush('list', '1').execAsPipeline();
  await client.multi().incr('counter').get('key1').exec();
  await client.hGet('key1', 'field').catch(() => {});
  await client.sendCommand(['NONSENSE']).catch(() => {});
  await client.eval('return 1');
  await client.blPop('none', 0.01);
  await client.close();
  const { MULTI, ...measured } = commandsOf(await read());
  expect(official.commands()).toEqual({ ...measured, BLPOP: 1 });
  // The official one records its commands only.
  expect(MULTI).toBe(1);
  expect(measured).toMatchObject({ SET: 10, GET: 25, MGET: 1, LPUSH: 1, 'HGET WRONGTYPE': 1, 'NONSENSE ERR': 1 });
  official.stop();
});
