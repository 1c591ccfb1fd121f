// Caches of lru-cache, against what lru-cache itself reports: requests, loads, evictions by reason, items and sizes.
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sample } from '../../src/core/recording/samples.ts';
import { lruCache } from '../../src/instrumentations/lru-cache.ts';
import { nameCache } from '../../src/recorders/cache/names.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { attachAlone, namesOf, type AttachedAlone, valueOf } from '../kit/samples/samples.ts';

const require = createRequire(import.meta.url);

let measured: AttachedAlone;
beforeEach(() => {
  measured = attachAlone(lruCache);
});
afterEach(() => {
  expect(measured.attached.failure).toBeUndefined();
  measured.attached.detach();
});

interface Counts {
  hit: number;
  miss: number;
  stale: number;
  capacity: number;
  expired: number;
}

async function countsOf(name?: string): Promise<Counts> {
  const samples = await measured.read();
  const named = { 'cache.name': name, 'cache.system': 'lru-cache' };
  const requests = (result: string): number => valueOf(samples, 'cache.requests', { ...named, 'cache.result': result })!;
  const evictions = (reason: string): number =>
    valueOf(samples, 'cache.evictions', { ...named, 'cache.eviction.reason': reason })!;
  return {
    hit: requests('hit'),
    miss: requests('miss'),
    stale: requests('stale'),
    capacity: evictions('capacity'),
    expired: evictions('expired'),
  };
}

const NONE: Counts = { hit: 0, miss: 0, stale: 0, capacity: 0, expired: 0 };

describe('requests of an lru-cache', () => {
  it.each([
    ['ES module', LRUCache],
    ['CommonJS', require('lru-cache').LRUCache],
    ['CommonJS, readable', require('../../node_modules/lru-cache/dist/commonjs/node/index.js').LRUCache],
  ])('counts requests of an lru-cache by result (%s)', async (_, Cache) => {
    const clock = { time: 1, now: () => clock.time };
    const cache = new Cache({ max: 10, ttl: 5, ttlResolution: 0, perf: clock });
    cache.set('a', 1);
    cache.get('a');
    cache.get('a');
    cache.get('b');
    clock.time += 6;
    cache.get('a');
    expect(await countsOf()).toEqual({ ...NONE, hit: 2, miss: 1, stale: 1, expired: 1 });
  });

  it('counts neither has nor peek of an lru-cache', async () => {
    const cache = new LRUCache({ max: 10 });
    cache.set('a', 1);
    for (const key of ['a', 'b']) {
      cache.has(key);
      cache.peek(key);
    }
    expect(await countsOf()).toEqual(NONE);
  });

  it('counts memo and fetch of an lru-cache, with and without a fetchMethod', async () => {
    const memo = new LRUCache<string, number>({ max: 10, memoMethod: () => 1 });
    memo.memo('a');
    memo.memo('a');
    expect(await countsOf()).toEqual({ ...NONE, hit: 1, miss: 1 });
    const plain = new LRUCache<string, number>({ max: 10 });
    await plain.fetch('a');
    plain.set('a', 1);
    await plain.fetch('a');
    expect(await countsOf()).toEqual({ ...NONE, hit: 2, miss: 2 });
  });

  it('counts misses of an lru-cache while an item is loaded, for each that requests it', async () => {
    const cache = new LRUCache<string, number>({ max: 10, fetchMethod: async () => 1 });
    await Promise.all([cache.fetch('a'), cache.fetch('a'), cache.fetch('a')]);
    await cache.fetch('a');
    expect(await countsOf()).toEqual({ ...NONE, hit: 1, miss: 3 });
    expect(valueOf(await measured.read(), 'cache.operation.duration', { 'cache.operation': 'load' })).toBe(1);
  });

  it('counts no request of an lru-cache for a forced refresh', async () => {
    const cache = new LRUCache<string, number>({ max: 10, fetchMethod: async () => 1, memoMethod: () => 1 });
    cache.set('a', 1);
    await cache.fetch('a', { forceRefresh: true });
    cache.memo('a', { forceRefresh: true });
    expect(await countsOf()).toEqual(NONE);
  });

  it('counts requests of an lru-cache with a status object of the application, or with null', async () => {
    const cache = new LRUCache<string, number>({ max: 10 });
    const status: LRUCache.Status<string, number> = {};
    cache.set('a', 1, { status });
    cache.get('a', { status });
    cache.get('b', { status });
    const none = { status: null as never };
    cache.has('a', none);
    cache.peek('a', none);
    expect(cache.get('a', none)).toBe(1);
    expect(await countsOf()).toEqual({ ...NONE, hit: 1, miss: 1 });
    expect(Object.keys(status)).not.toContain('promtel');
  });
});

describe('loads of an lru-cache', () => {
  const durations = async (): Promise<Sample[]> =>
    (await measured.read()).filter(({ name }) => name === 'cache.operation.duration');

  it('times a load of an lru-cache, and records its error', async () => {
    const cache = new LRUCache<string, number>({
      max: 10,
      async fetchMethod(key) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (key === 'failed') throw Object.assign(new Error('on purpose'), { code: 'EPURPOSE' });
        return 1;
      },
    });
    await cache.fetch('a');
    await expect(cache.fetch('failed')).rejects.toThrow('on purpose');
    await cache.fetch('a');
    const [loaded, failed, ...others] = await durations();
    expect(others).toEqual([]);
    expect(loaded).toMatchObject({ value: 1, attributes: { 'cache.operation': 'load', 'cache.system': 'lru-cache' } });
    expect(loaded!.attributes['error.type']).toBeUndefined();
    expect(failed).toMatchObject({ value: 1, attributes: { 'error.type': 'EPURPOSE' } });
    expect(loaded!.sum).toBeGreaterThan(0.01);
  });

  it('records a failed load of an lru-cache behind a stale value, and not one that goes on', async () => {
    const clock = { time: 1, now: () => clock.time };
    const stale = { max: 10, ttl: 5, ttlResolution: 0, perf: clock };
    const hiding = new LRUCache<string, number>({
      ...stale,
      allowStaleOnFetchRejection: true,
      fetchMethod: () => Promise.reject(Object.assign(new Error('away'), { code: 'EAWAY' })),
    });
    const going = new LRUCache<string, number>({ ...stale, allowStale: true, fetchMethod: async () => 2 });
    hiding.set('a', 1);
    going.set('a', 1);
    clock.time += 6;
    expect(await hiding.fetch('a')).toBe(1);
    expect(await going.fetch('a')).toBe(1);
    expect((await durations()).map(({ value, attributes }) => [value, attributes['error.type']])).toEqual([[1, 'EAWAY']]);
    expect(await countsOf()).toEqual({ ...NONE, stale: 2 });
  });
});

describe('evictions of an lru-cache', () => {
  it('counts an eviction of an lru-cache for want of room, and none where the application removes items', async () => {
    const cache = new LRUCache({ max: 3 });
    for (let key = 0; key < 5; key += 1) cache.set(key, key);
    expect(await countsOf()).toEqual({ ...NONE, capacity: 2 });
    cache.delete(4);
    cache.delete('nothing');
    cache.pop();
    cache.clear();
    cache.load([[1, { value: 1 }]]);
    expect(await countsOf()).toEqual({ ...NONE, capacity: 2 });
  });

  it('counts an eviction of an lru-cache for each item that a big one displaces', async () => {
    const cache = new LRUCache<string, string>({ maxSize: 10, sizeCalculation: ({ length }) => length });
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 'xx');
    cache.set('big', 'x'.repeat(7));
    expect(await countsOf()).toEqual({ ...NONE, capacity: 3 });
    cache.set('too big', 'x'.repeat(11));
    cache.set('d', 'x'.repeat(9));
    expect(await countsOf()).toEqual({ ...NONE, capacity: 4 });
  });

  it('agrees with the reasons that an lru-cache passes to dispose, whatever is done', async () => {
    await fc.assert(fc.asyncProperty(settings, fc.array(action, { maxLength: 60 }), agreesWithDispose), { numRuns: 300 });
  });
});

const settings = fc
  .record({
    max: fc.integer({ min: 0, max: 4 }),
    maxSize: fc.constantFrom(0, 6),
    ttl: fc.constantFrom(0, 5),
    allowStale: fc.boolean(),
    noDeleteOnStaleGet: fc.boolean(),
  })
  .filter(({ max, maxSize }) => max > 0 || maxSize > 0);

const key = fc.integer({ min: 0, max: 6 });
const action = fc.oneof(
  fc.tuple(fc.constant('set' as const), key, fc.integer({ min: 1, max: 8 })),
  fc.tuple(fc.constantFrom('get' as const, 'has' as const, 'peek' as const, 'delete' as const, 'fetch' as const), key),
  fc.tuple(fc.constantFrom('clear' as const, 'pop' as const, 'purge' as const), key),
  fc.tuple(fc.constant('wait' as const), fc.integer({ min: 1, max: 6 })),
);

type Settings = typeof settings extends fc.Arbitrary<infer Value> ? Value : never;
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

async function agreesWithDispose(options: Settings, actions: readonly Action[]): Promise<void> {
  const alone = attachAlone(lruCache);
  measured.attached.detach();
  measured = alone;
  const clock = { time: 1, now: () => clock.time };
  const expected = { ...NONE };
  let isPopping = false;
  const cache = new LRUCache<number, number>({
    ...options,
    perf: clock,
    ttlResolution: 0,
    ...(options.maxSize > 0 && { sizeCalculation: (value: number) => value }),
    fetchMethod: async (requested) => (requested === 6 ? undefined : 1 + requested),
    dispose(_value, _key, reason) {
      if (reason === 'evict' && !isPopping) expected.capacity += 1;
      if (reason === 'expire') expected.expired += 1;
    },
  });
  cache.get(-1);
  expected.miss += 1;
  const note = ({ get, fetch }: LRUCache.Status<number, number>): void => {
    for (const result of [get, fetch]) if (result !== undefined) expected[result as keyof Counts] += 1;
  };
  for (const [name, value, size] of actions) {
    const status: LRUCache.Status<number, number> = {};
    if (name === 'set') cache.set(value, size);
    else if (name === 'get') cache.get(value, { status });
    else if (name === 'fetch') await cache.fetch(value, { status });
    else if (name === 'has' || name === 'peek' || name === 'delete') cache[name](value);
    else if (name === 'clear') cache.clear();
    else if (name === 'purge') cache.purgeStale();
    else if (name === 'wait') clock.time += value;
    else {
      isPopping = true;
      cache.pop();
      isPopping = false;
    }
    note(status);
  }
  expect(await countsOf()).toEqual(expected);
  expect(valueOf(await measured.read(), 'cache.items')).toBe(cache.size);
  expect(measured.attached.failure).toBeUndefined();
}

describe('items and sizes of an lru-cache', () => {
  it('reads the items and the size of an lru-cache', async () => {
    const cache = new LRUCache<string, string>({ max: 100, maxSize: 1000, sizeCalculation: ({ length }) => length });
    for (const text of ['a', 'bb', 'ccc']) cache.set(text, text);
    const samples = await measured.read();
    expect(valueOf(samples, 'cache.items')).toBe(cache.size);
    expect(valueOf(samples, 'cache.max_items')).toBe(100);
    expect(valueOf(samples, 'cache.size')).toBe(6);
  });

  it('has no size and no maximum of an lru-cache without them', async () => {
    const cache = new LRUCache({ ttl: 1000, ttlAutopurge: true });
    cache.set('a', 1);
    const names = namesOf(await measured.read());
    expect(names).toContain('cache.items');
    expect(names).not.toContain('cache.size');
    expect(names).not.toContain('cache.max_items');
  });

  it('adds up lru-caches of one name, which is given, or that of their class', async () => {
    class UserCache extends LRUCache<string, number> {}
    const caches = [new UserCache({ max: 5 }), new UserCache({ max: 5 }), new LRUCache<string, number>({ max: 7 })] as const;
    nameCache(caches[2], 'rates');
    for (const cache of caches) for (const name of ['a', 'b']) cache.set(name, 1);
    const samples = await measured.read();
    expect(valueOf(samples, 'cache.items', { 'cache.name': 'UserCache' })).toBe(4);
    expect(valueOf(samples, 'cache.max_items', { 'cache.name': 'UserCache' })).toBe(10);
    expect(valueOf(samples, 'cache.items', { 'cache.name': 'rates' })).toBe(2);
  });

  it('removes an lru-cache from the page that was collected', async () => {
    const script = `
      import { LRUCache } from 'lru-cache';
      import { lruCache } from './src/instrumentations/lru-cache.ts';
      import { attachAlone } from './test/kit/samples/samples.ts';
      const { read } = attachAlone(lruCache);
      const fill = () => new LRUCache({ max: 5 }).set('a', 1);
      let cache = fill();
      const items = async () => (await read()).filter(({ name }) => name.startsWith('cache.items')).map(({ value }) => value);
      console.log(JSON.stringify(await items()));
      cache = undefined;
      for (let turn = 0; turn < 50 && (await items()).length > 0; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        gc();
      }
      console.log(JSON.stringify(await items()));`;
    const { stdout, stderr } = await runToEnd(['--expose-gc', '--input-type=module', '--eval', script]);
    expect({ stdout, stderr }).toEqual({ stdout: '[1]\n[]\n', stderr: '' });
  });
});

describe('the instrumentation of lru-cache', () => {
  it('puts no key and no value of an lru-cache on the page', async () => {
    const cache = new LRUCache<string, string>({ max: 1, fetchMethod: async () => 'secret value' });
    cache.set('secret key', 'secret value');
    cache.get('secret key');
    await cache.fetch('secret other');
    expect(JSON.stringify(await measured.read())).not.toContain('secret');
  });

  it('can be detached and attached again while an lru-cache is in use', async () => {
    const { clear } = LRUCache.prototype;
    let load = (_value: number): void => {};
    const cache = new LRUCache<string, number>({ max: 2, fetchMethod: () => new Promise((resolve) => (load = resolve)) });
    const loading = cache.fetch('a');
    expect(LRUCache.prototype.clear).not.toBe(clear);
    measured.attached.detach();
    load(1);
    expect(await loading).toBe(1);
    expect(LRUCache.prototype.clear).toBe(clear);
    expect(namesOf(await measured.read())).not.toContain('cache.items');
    measured = attachAlone(lruCache);
    for (const name of ['b', 'c', 'd']) cache.set(name, 1);
    cache.get('d');
    expect(await countsOf()).toEqual({ ...NONE, hit: 1, capacity: 2 });
  });
});
