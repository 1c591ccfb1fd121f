// What caches hold adds up by name and system when metrics are collected, and leaves the page with the last of them.
import { beforeEach, describe, expect, it } from 'vitest';
import { Caches, type CacheState } from '../../../src/recorders/cache/caches.ts';
import { attachRecorder, type AttachedRecorder } from '../../kit/samples/recorder.ts';

const USERS = { 'cache.name': 'users', 'cache.system': 'lru-cache' };
const ORDERS = { ...USERS, 'cache.name': 'orders' };

let caches: AttachedRecorder<Caches<CacheState>>;
beforeEach(() => {
  caches = attachRecorder((attachment) => new Caches<CacheState>(attachment));
});

const items = (): Promise<object[]> => caches.collect('cache.items');
const watch = (state: CacheState, identity = USERS): void => caches.recorder.watch(state, identity, (cache) => cache);

describe('what caches hold', () => {
  it('what caches hold is read at each collection', async () => {
    const state = { items: 1, maxItems: 10, sizeBytes: 500 };
    watch(state);
    expect(await items()).toEqual([{ ...USERS, value: 1 }]);
    state.items = 2;
    expect(await items()).toEqual([{ ...USERS, value: 2 }]);
    expect(await caches.collect('cache.max_items')).toEqual([{ ...USERS, value: 10 }]);
    expect(await caches.collect('cache.size')).toEqual([{ ...USERS, value: 500 }]);
  });

  it('what caches hold adds up for caches of one name and system', async () => {
    watch({ items: 1, maxItems: 10 });
    watch({ items: 2 });
    watch({ items: 4 }, ORDERS);
    expect(await items()).toEqual([
      { ...USERS, value: 3 },
      { ...ORDERS, value: 4 },
    ]);
    expect(await caches.collect('cache.max_items')).toEqual([{ ...USERS, value: 10 }]);
  });

  it('what caches hold is off the page where it is not known', async () => {
    watch({});
    expect(await items()).toEqual([]);
  });

  it('what caches hold is off the page when caches are watched no longer', async () => {
    watch({ items: 1 });
    await items();
    caches.recorder.stop();
    caches.detach();
    expect(await items()).toEqual([]);
  });
});

it('requests, evictions and operations of caches are recorded as they come', async () => {
  caches.recorder.requests.add(2, { ...USERS, 'cache.result': 'hit' });
  caches.recorder.evictions.add(1, { ...USERS, 'cache.eviction.reason': 'capacity' });
  caches.recorder.operationDuration.record(0.25, { ...USERS, 'cache.operation': 'load' });
  expect(await caches.collect('cache.requests')).toEqual([{ ...USERS, 'cache.result': 'hit', value: 2 }]);
  expect(await caches.collect('cache.evictions')).toEqual([{ ...USERS, 'cache.eviction.reason': 'capacity', value: 1 }]);
  expect(await caches.collect('cache.operation.duration')).toMatchObject([{ 'cache.operation': 'load', value: 1, sum: 0.25 }]);
});
