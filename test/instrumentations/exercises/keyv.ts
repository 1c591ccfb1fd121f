// Makes Keyv 6 and 5 find and miss items in memory, and ask a store beside the process that fails at times.
import { createRequire } from 'node:module';
import { exerciseOf } from '../../kit/contracts/exercise.ts';
import { SlowStore } from '../../kit/servers/slow-store.ts';

const require = createRequire(import.meta.url);
const requireOfCacheManager = createRequire(require.resolve('cache-manager'));

export const exercise = exerciseOf(async (track) => {
  const caches: object[] = [];
  for (const { Keyv } of [require('keyv'), requireOfCacheManager('keyv')]) {
    const store = new SlowStore();
    for (const cache of [new Keyv(), new Keyv({ store, namespace: 'slow' })]) {
      cache.on('error', () => {});
      for (const one of [cache, store]) track(one);
      caches.push(cache);
      await cache.set('a', 1);
      await cache.get('a');
      await cache.get(['a', 'b']);
      await cache.get('failed');
      await cache.delete('a');
    }
  }
  // For long enough to be read: what nobody holds any more leaves the page.
  setTimeout(() => caches.splice(0), 100);
});
