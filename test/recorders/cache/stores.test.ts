// The calls of a store are timed by operation and error, and a store is what it was before when nobody times it any more.
import { beforeEach, describe, expect, it } from 'vitest';
import { cacheOperationDuration } from '../../../src/catalog/cache.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { CacheStores } from '../../../src/recorders/cache/stores.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

const IDENTITY = { 'cache.name': 'users', 'cache.system': 'keyv' };
const METHODS = { get: 'get', getMany: 'get', set: 'set', missing: 'delete' };

class Store {
  get(key: string): Promise<string> | string {
    if (key === 'failed') return Promise.reject(Object.assign(new Error('on purpose'), { code: 'EPURPOSE' }));
    return key === 'at once' ? key : Promise.resolve(key);
  }
  getMany(keys: readonly string[]): Promise<unknown[]> {
    return Promise.all(keys.map(async (key) => this.get(key)));
  }
}

let registry: Registry;
let stores: CacheStores;
let store: Store;
beforeEach(() => {
  registry = new Registry();
  stores = new CacheStores(registry.instrument(cacheOperationDuration));
  store = new Store();
  stores.watch(store, IDENTITY, METHODS);
});

const series = (): object[] => seriesOf(registry, 'cache.operation.duration');
const GET = { ...IDENTITY, 'cache.operation': 'get', sum: expect.any(Number) as number };

describe('a store of a cache', () => {
  it('a store of a cache has the calls timed that return a promise', async () => {
    expect(await store.get('a')).toBe('a');
    expect(store.get('at once')).toBe('at once');
    expect(series()).toEqual([{ ...GET, value: 1 }]);
  });

  it('a store of a cache has a call that fails timed with its error, which it throws as before', async () => {
    await expect(store.get('failed')).rejects.toThrow('on purpose');
    expect(series()).toEqual([{ ...GET, 'error.type': 'EPURPOSE', value: 1 }]);
  });

  it('a store of a cache has a call timed once that is made of others', async () => {
    await store.getMany(['a', 'b', 'c']);
    expect(series()).toEqual([{ ...GET, value: 1 }]);
  });

  it('a store of a cache has the name of the first cache that uses it', async () => {
    stores.watch(store, { ...IDENTITY, 'cache.name': 'orders' }, METHODS);
    await store.get('a');
    expect(series()).toMatchObject([{ 'cache.name': 'users', value: 1 }]);
  });

  it('a store of a cache has its own methods again when it is timed no longer', async () => {
    expect(Object.keys(store)).toEqual([]);
    expect(Object.hasOwn(store, 'get')).toBe(true);
    stores.stop();
    expect(Object.hasOwn(store, 'get')).toBe(false);
    await store.get('a');
    expect(series()).toEqual([]);
  });

  it('a store of a cache that cannot be changed is left as it is', async () => {
    const frozen = Object.freeze(new Store());
    stores.watch(frozen, IDENTITY, METHODS);
    expect(await frozen.get('a')).toBe('a');
    expect(series()).toEqual([]);
  });
});
