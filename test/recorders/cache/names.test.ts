// The name that an application gives to a cache is found by the cache, and the last one counts.
import { expect, it } from 'vitest';
import { nameCache, nameOfCache } from '../../../src/recorders/cache/names.ts';

it('a cache has the name that it was given last, and none before', () => {
  const [users, other] = [{}, {}];
  expect(nameOfCache(users)).toBeUndefined();
  nameCache(users, 'people');
  nameCache(users, 'users');
  expect([nameOfCache(users), nameOfCache(other)]).toEqual(['users', undefined]);
});

it('names of caches are shared by all copies of promtel in the process', () => {
  const cache = {};
  nameCache(cache, 'users');
  const shared = (globalThis as Record<symbol, unknown>)[Symbol.for('promtel.cacheNames.1')];
  expect((shared as WeakMap<object, string>).get(cache)).toBe('users');
});
