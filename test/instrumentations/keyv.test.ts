// Caches of Keyv 5 and 6, as ES modules and as CommonJS: requests by result, items, calls to stores, and nothing broken.
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Sample } from '../../src/core/recording/samples.ts';
import { keyv } from '../../src/instrumentations/keyv.ts';
import { nameCache } from '../../src/recorders/cache/names.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { attachAlone, namesOf, type AttachedAlone, valueOf } from '../kit/samples/samples.ts';
import { SlowStore } from '../kit/servers/slow-store.ts';

const require = createRequire(import.meta.url);
const requireOfCacheManager = createRequire(require.resolve('cache-manager'));

type KeyvModule = typeof import('keyv');
type Cache = InstanceType<KeyvModule['Keyv']>;

let measured: AttachedAlone;
beforeEach(() => {
  measured = attachAlone(keyv);
});
afterEach(() => {
  expect(measured.attached.failure).toBeUndefined();
  measured.attached.detach();
});

interface Counts {
  hit: number | undefined;
  miss: number | undefined;
}

async function countsOf(name?: string): Promise<Counts> {
  const samples = await measured.read();
  const counted = (result: string): number | undefined =>
    valueOf(samples, 'cache.requests', { 'cache.name': name, 'cache.system': 'keyv', 'cache.result': result });
  return { hit: counted('hit'), miss: counted('miss') };
}

/** How often a store was called, by operation and error. */
async function callsOf(name?: string): Promise<Record<string, number>> {
  const calls: Record<string, number> = {};
  for (const { name: metric, value, attributes } of await measured.read()) {
    if (metric !== 'cache.operation.duration' || attributes['cache.name'] !== name) continue;
    const { 'cache.operation': operation, 'error.type': errorType } = attributes;
    calls[errorType === undefined ? String(operation) : `${operation} ${errorType}`] = value;
  }
  return calls;
}

const loadKeyv6 = (): KeyvModule => require('keyv') as KeyvModule;
const VERSIONS: readonly (readonly [string, () => KeyvModule])[] = [
  ['Keyv 6', loadKeyv6],
  ['Keyv 5', () => requireOfCacheManager('keyv')],
];

describe.each(VERSIONS)('requests of %s', (_, load) => {
  let Keyv: KeyvModule['Keyv'];
  beforeEach(() => {
    ({ Keyv } = load());
  });

  it('counts requests of Keyv by result, each key of many on its own', async () => {
    const cache = new Keyv<number>();
    await cache.set('a', 1);
    expect(await cache.get('a')).toBe(1);
    expect(await cache.get('b')).toBeUndefined();
    expect(await countsOf()).toEqual({ hit: 1, miss: 1 });
    expect(await cache.get(['a', 'b', 'c'])).toEqual([1, undefined, undefined]);
    expect(await cache.getMany(['a', 'b'])).toEqual([1, undefined]);
    expect(await countsOf()).toEqual({ hit: 3, miss: 4 });
    expect(await cache.getRaw('a')).toMatchObject({ value: 1 });
    await cache.getManyRaw(['a', 'b']);
    expect(await countsOf()).toEqual({ hit: 5, miss: 5 });
  });

  it('counts no write, deletion, has or iteration of Keyv as a request', async () => {
    const cache = new Keyv<number>();
    await cache.setMany([
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ]);
    await cache.has('a');
    await cache.hasMany(['a', 'c']);
    const iterator = cache.iterator as unknown as () => AsyncIterable<[string, number]>;
    const found: unknown[] = [];
    for await (const entry of iterator.call(cache)) found.push(entry);
    expect(found).toHaveLength(2);
    await cache.delete('a');
    await cache.deleteMany(['b']);
    await cache.clear();
    expect(await countsOf()).toEqual({ hit: 0, miss: 0 });
  });

  it('counts misses of Keyv for null in the store and expired items, and hits for null and false', async () => {
    const cache = new Keyv<unknown>();
    await cache.set('null', null);
    await cache.set('false', false);
    await cache.set('short', 1, 5);
    expect([await cache.get('null'), await cache.get('false')]).toEqual([null, false]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await cache.get('short')).toBeUndefined();
    expect(await countsOf()).toEqual({ hit: 2, miss: 1 });
  });

  it('names a Keyv by the name that the application gave it, else by its namespace', async () => {
    const named = new Keyv<number>();
    nameCache(named, 'users');
    const spaced = new Keyv<number>({ namespace: 'posts' });
    for (const cache of [named, spaced, new Keyv<number>()]) await cache.get('a');
    for (const name of ['users', 'posts', undefined]) expect(await countsOf(name)).toEqual({ hit: 0, miss: 1 });
  });

  it('counts requests of a subclass of Keyv, once where it calls its parent', async () => {
    class Loud extends Keyv<number> {
      override async get(key: never): Promise<never> {
        return (await super.get(key)) as never;
      }
    }
    await new Loud({ namespace: 'loud' }).get('a' as never);
    expect(await countsOf('loud')).toEqual({ hit: 0, miss: 1 });
  });

  it('counts no method of Keyv that is called on another object', async () => {
    const { get, set } = Keyv.prototype as unknown as Record<string, (this: unknown, ...values: unknown[]) => Promise<unknown>>;
    for (const nothing of [undefined, null, 1, {}, { store: null }, { store: {} }]) {
      await expect(get!.call(nothing, 'a')).rejects.toThrow(TypeError);
      await expect(set!.call(nothing, 'a', 1)).rejects.toThrow(TypeError);
    }
    await new Keyv().get('a');
    expect((await countsOf()).miss).toBe(1);
  });
});

describe.each(VERSIONS)('a store of %s', (_, load) => {
  let Keyv: KeyvModule['Keyv'];
  let store: SlowStore;
  let cache: Cache;
  const errors: unknown[] = [];
  beforeEach(() => {
    ({ Keyv } = load());
    store = new SlowStore();
    cache = new Keyv({ store });
    nameCache(cache, 'slow');
    cache.on('error', (error: unknown) => errors.push(error));
  });

  it('times calls to a store of Keyv by operation, once for a call of many', async () => {
    await cache.set('a', 1);
    await cache.get('a');
    await cache.getMany(['a', 'b']);
    await cache.delete('a');
    await cache.clear();
    const calls = await callsOf('slow');
    expect(calls).toMatchObject({ set: 1, delete: 1, clear: 1 });
    // Without a `getMany` of its own, it gets one call for each.
    expect(calls['get']).toBe(3);
    const slowest = (await measured.read()).find(({ attributes }) => attributes['cache.operation'] === 'get') as Sample;
    expect(slowest.sum).toBeGreaterThan(0);
  });

  it('times a call of many once where a store of Keyv makes single calls for it', async () => {
    class Many extends SlowStore {
      getMany(keys: string[]): Promise<unknown[]> {
        return Promise.all(keys.map((key) => this.get(key)));
      }
    }
    const many = new Keyv({ store: new Many(), namespace: 'many' });
    await many.getMany(['a', 'b', 'c']);
    expect(await callsOf('many')).toEqual({ get: 1 });
    expect(await countsOf('many')).toEqual({ hit: 0, miss: 3 });
  });

  it('records a failed call of a store of Keyv with the code of its error, and a miss of the cache', async () => {
    expect(await cache.get('failed')).toBeUndefined();
    expect(await callsOf('slow')).toEqual({ 'get EPURPOSE': 1 });
    expect(await countsOf('slow')).toEqual({ hit: 0, miss: 1 });
  });

  it('does not time a store of Keyv that throws at once, and leaves its error to Keyv', async () => {
    store.set = () => {
      throw new Error('at once');
    };
    errors.length = 0;
    expect(await cache.set('a', 1)).toBe(false);
    expect(errors).toEqual([expect.objectContaining({ message: 'at once' })]);
    expect(await callsOf('slow')).toEqual({});
  });

  it('does not time a store of Keyv that answers at once', async () => {
    const fast = new Keyv({ store: Object.assign(new SlowStore(), { get: () => undefined }), namespace: 'fast' });
    await fast.get('a');
    expect(await callsOf('fast')).toEqual({});
    expect(await countsOf('fast')).toEqual({ hit: 0, miss: 1 });
  });

  it('times stores of Keyv that are frozen, replaced or shared', async () => {
    const stubborn = new SlowStore();
    Object.defineProperty(stubborn, 'get', { value: stubborn.get });
    expect(await new Keyv({ store: stubborn }).get('a')).toBeUndefined();
    await cache.get('a');
    cache.store = new SlowStore() as never;
    await cache.get('a');
    const other = new Keyv({ store, namespace: 'other' });
    await other.get('a');
    expect(await callsOf('slow')).toEqual({ get: 3 });
    expect(await countsOf('other')).toEqual({ hit: 0, miss: 1 });
    expect(await callsOf('other')).toEqual({});
  });

  it('leaves a store as it was for another Keyv, and for the application', async () => {
    const before = Object.keys(store);
    await cache.get('a');
    expect(store.get.constructor.name).toBe('AsyncFunction');
    expect([store.get.name, store.get.length]).toEqual(['get', 1]);
    expect(Object.keys(store)).toEqual(before);
    const second = new Keyv({ store, namespace: 'second' });
    await second.set('a', 1);
    expect(await second.get('a')).toBe(1);
    expect(second.store.constructor.name).toBe(cache.store.constructor.name);
  });

  it('restores the methods of a store of Keyv when it is detached, own ones too', async () => {
    const own = vi.fn(async () => true);
    store.delete = own;
    await cache.get('a');
    await cache.delete('a');
    expect(own).toHaveBeenCalledTimes(1);
    expect(store.delete).not.toBe(own);
    expect(Object.hasOwn(store, 'get')).toBe(true);
    measured.attached.detach();
    expect(store.delete).toBe(own);
    expect(Object.hasOwn(store, 'get')).toBe(false);
  });

  it('keeps spies of the application on a store of Keyv, before and after', async () => {
    const early = vi.spyOn(store, 'get');
    await cache.get('a');
    const late = vi.spyOn(store, 'set');
    await cache.set('a', 1);
    expect([early.mock.calls.length, late.mock.calls.length]).toEqual([1, 1]);
    expect(await callsOf('slow')).toEqual({ get: 1, set: 1 });
    measured.attached.detach();
    await cache.set('a', 2);
    expect(late).toHaveBeenCalledTimes(2);
    expect(store.set).toBe(late);
    expect(await callsOf('slow')).toEqual({ get: 1, set: 1 });
  });
});

it('counts a Keyv within a Keyv for each of them', async () => {
  const { Keyv } = loadKeyv6();
  const inner = new Keyv();
  const outer = new Keyv({ store: inner });
  nameCache(inner, 'inner');
  nameCache(outer, 'outer');
  await outer.set('a', 1);
  expect(await outer.get('a')).toBe(1);
  for (const name of ['inner', 'outer']) expect(await countsOf(name)).toEqual({ hit: 1, miss: 0 });
});

describe('items of Keyv', () => {
  it.each(VERSIONS)('counts the items of a Map, of %s', async (_, load) => {
    const { Keyv } = load();
    const map = new Map();
    const caches = [new Keyv({ store: map, namespace: 'mine' }), new Keyv()] as const;
    for (const cache of caches) for (const key of ['a', 'b']) await cache.set(key, 1);
    await caches[1].delete('a');
    const samples = await measured.read();
    expect(valueOf(samples, 'cache.items', { 'cache.name': 'mine' })).toBe(map.size);
    expect(valueOf(samples, 'cache.items', { 'cache.name': undefined })).toBe(1);
  });

  it('has no items of another store of Keyv', async () => {
    const { Keyv } = loadKeyv6();
    await new Keyv({ store: new SlowStore() }).get('a');
    expect(namesOf(await measured.read())).not.toContain('cache.items');
  });
});

describe('the instrumentation of Keyv', () => {
  it('lets a rejection of Keyv through, unhandled if nothing handles it', async () => {
    const { Keyv } = requireOfCacheManager('keyv') as KeyvModule;
    const cache = new Keyv({ store: new SlowStore(), throwOnErrors: true });
    await expect(cache.get('failed')).rejects.toMatchObject({ code: 'EPURPOSE' });
    expect(await countsOf()).toEqual({ hit: 0, miss: 0 });
  });

  it('puts no key and no value of Keyv on the page', async () => {
    const { Keyv } = loadKeyv6();
    const cache = new Keyv({ store: new SlowStore() });
    await cache.set('secret key', 'secret value');
    await cache.get('secret key');
    expect(JSON.stringify(await measured.read())).not.toContain('secret');
  });

  it('can be detached and attached again while a Keyv is in use', async () => {
    const { Keyv } = loadKeyv6();
    const watched = Keyv.prototype.get;
    const cache = new Keyv();
    await cache.get('a');
    const asking = cache.get('a');
    measured.attached.detach();
    expect(await asking).toBeUndefined();
    expect(Keyv.prototype.get).not.toBe(watched);
    expect(namesOf(await measured.read())).not.toContain('cache.items');
    measured = attachAlone(keyv);
    loadKeyv6();
    await cache.get('a');
    expect(await countsOf()).toEqual({ hit: 0, miss: 1 });
    expect(valueOf(await measured.read(), 'cache.items')).toBe(0);
  });

  it('lets a Keyv and its store be collected, and the process exit', async () => {
    const script = `
      import { keyv } from './src/instrumentations/keyv.ts';
      import { attachAlone } from './test/kit/samples/samples.ts';
      import { createRequire } from 'node:module';
      import { SlowStore } from './test/kit/servers/slow-store.ts';
      const { read } = attachAlone(keyv);
      const { Keyv } = createRequire(import.meta.url)('keyv');
      let caches = [new Keyv(), new Keyv({ store: new SlowStore() })];
      const gone = caches.flatMap((cache) => [new WeakRef(cache), new WeakRef(cache.store)]);
      await Promise.all(caches.map((cache) => cache.get('a')));
      const items = async () => (await read()).filter(({ name }) => name === 'cache.items').map(({ value }) => value);
      console.log(JSON.stringify(await items()));
      caches = undefined;
      const held = () => gone.filter((one) => one.deref() !== undefined).length;
      for (let turn = 0; turn < 50 && held() > 0; turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        gc();
      }
      console.log(held(), JSON.stringify(await items()));`;
    const { stdout, stderr, code } = await runToEnd(['--expose-gc', '--input-type=module', '--eval', script]);
    expect({ stdout, stderr, code }).toEqual({ stdout: '[0]\n0 []\n', stderr: '', code: 0 });
  });
});
