// The client-side cache of node-redis, against its own statistics: requests by result, items, and evictions by reason.
import { createRequire } from 'node:module';
import { BasicClientSideCache, BasicPooledClientSideCache, createClient, createClientPool, type RedisClientOptions } from 'redis';
import { describe, expect } from 'vitest';
import { redis } from '../../../src/instrumentations/redis.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { countsOf, valueOf } from '../../kit/samples/samples.ts';
import type { RedisProcess } from '../../kit/servers/redis-process.ts';
import { commandsOf, lookUpsOf, testsWithRedis } from '../../kit/servers/redis-tests.ts';

const test = testsWithRedis(redis);

/** A client that is ready, and that ends with the test. */
async function open({ url }: Pick<RedisProcess, 'url'>, clientSideCache: RedisClientOptions['clientSideCache']) {
  const client = createClient({ url, RESP: 3, clientSideCache: clientSideCache! });
  client.on('error', () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.destroy() });
}

describe('the client-side cache of node-redis', () => {
  const SYSTEM = { 'cache.system': 'node-redis-csc' };

  // What is patched is patched as it is loaded, and it was loaded before the instrumentation was attached.
  const reload = (): unknown => createRequire(import.meta.url)('@redis/client/dist/lib/client/cache.js');

  test('counts the requests of the client-side cache like the cache itself, and the commands of its misses', async (server, {
    read,
  }) => {
    reload();
    const cache = new BasicClientSideCache({ maxEntries: 10 });
    await using client = await open(server, cache);
    for (let round = 0; round < 3; round += 1) for (let key = 0; key < 5; key += 1) await client.get(`key${key}`);
    const { hitCount, missCount } = cache.stats();
    const samples = await read();
    expect(countsOf(samples, 'cache.requests', ['cache.result'], SYSTEM)).toEqual({ hit: hitCount, miss: missCount });
    expect([hitCount, missCount]).toEqual([10, 5]);
    expect(lookUpsOf(samples)).toEqual({ hit: 0, miss: 5 });
    expect(commandsOf(samples)).toEqual({ GET: 5 });
    const named = { ...SYSTEM, 'cache.name': `127.0.0.1:${server.port}/0` };
    expect(valueOf(samples, 'cache.items', named)).toBe(5);
    expect(valueOf(samples, 'cache.max_items', named)).toBe(10);
  });

  test('counts the client-side cache of a pool as one', async (server, { read }) => {
    reload();
    const cache = new BasicPooledClientSideCache({ maxEntries: 10 });
    const options = { minimum: 2, maximum: 4, clientSideCache: cache };
    const pool = createClientPool({ url: server.url, RESP: 3 }, options);
    await pool.connect();
    for (let round = 0; round < 2; round += 1) await Promise.all(Array.from({ length: 5 }, (_, key) => pool.get(`key${key}`)));
    const samples = await read();
    const named = { ...SYSTEM, 'cache.name': `127.0.0.1:${server.port}/0` };
    expect(countsOf(samples, 'cache.requests', ['cache.result'], named)).toEqual({ hit: 5, miss: 5 });
    expect(countsOf(samples, 'cache.items', ['cache.name'])).toEqual({ [named['cache.name']]: 5 });
    await pool.close();
    expect(valueOf(await read(), 'cache.items', named)).toBe(0);
  });

  test('reads no client-side cache after it is detached', async (server, { read, attached }) => {
    reload();
    await using client = await open(server, { maxEntries: 10 });
    await client.get('key');
    expect(valueOf(await read(), 'cache.items')).toBe(1);
    attached.detach();
    expect(await client.get('key')).toBeNull();
    expect(valueOf(await read(), 'cache.items')).toBeUndefined();
  });

  test('counts evictions of the client-side cache by reason', async (server, { read }) => {
    await using client = await open(server, { maxEntries: 2, ttl: 50 });
    for (const key of ['one', 'two', 'three']) await client.get(key);
    await server.cli('set', 'three', '3');
    const evicted = async () => countsOf(await read(), 'cache.evictions', ['cache.eviction.reason'], SYSTEM);
    await eventually(async () => expect(await evicted()).toEqual({ capacity: 1, invalidated: 1 }));
    await new Promise((resolve) => setTimeout(resolve, 60));
    await client.get('two');
    expect(await evicted()).toEqual({ capacity: 1, invalidated: 1, expired: 1 });
  });
});
