// Makes cache-manager load what a cache does not have, with success and without.
import { createRequire } from 'node:module';
import { exerciseOf } from '../../kit/contracts/exercise.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseOf(async (track) => {
  const cache = require('cache-manager').createCache();
  track(cache);
  await cache.wrap('a', async () => 1);
  await cache.wrap('a', async () => 1);
  await cache.wrap('failed', () => Promise.reject(new Error('on purpose'))).catch(() => {});
});
