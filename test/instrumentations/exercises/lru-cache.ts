// Makes caches of lru-cache hit, miss, go stale, load, fail to load, and take items out for want of room or time.
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseOf(async (track) => {
  let now = 1;
  const perf = { now: () => now };
  const fetchMethod = async (key: string): Promise<object> => {
    if (key === 'failed') throw Object.assign(new Error('on purpose'), { code: 'EPURPOSE' });
    return { key };
  };
  const caches = [LRUCache, require('lru-cache').LRUCache].map(
    (Cache) => new Cache({ max: 2, maxSize: 100, sizeCalculation: () => 10, ttl: 5, ttlResolution: 0, perf, fetchMethod }),
  );
  for (const cache of caches) {
    track(cache);
    for (const key of ['a', 'b', 'c']) cache.set(key, { key });
    cache.get('a');
    cache.get('c');
    now += 6;
    cache.get('c');
    await cache.fetch('loaded');
    await cache.fetch('failed').catch(() => {});
  }
  // For long enough to be read: what nobody holds any more leaves the page.
  setTimeout(() => caches.splice(0), 100);
});
