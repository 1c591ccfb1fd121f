// Caches within the process and beside it. There are no conventions for them.
import { defineMetric } from '../core/metric.ts';
import { cacheEvictionReason, cacheName, cacheOperation, cacheResult, cacheSystem, errorType } from './attributes.ts';
import { SECONDS_DB } from './buckets.ts';

const cache = [cacheName, cacheSystem] as const;

export const cacheRequests = defineMetric({
  name: 'cache.requests',
  instrument: 'counter',
  unit: '{request}',
  brief: 'Items that a cache was asked for, by whether it had them.',
  stability: 'stable',
  attributes: [...cache, cacheResult],
});

export const cacheItems = defineMetric({
  name: 'cache.items',
  instrument: 'gauge',
  unit: '{item}',
  brief: 'Items in a cache.',
  stability: 'stable',
  merge: 'sum',
  attributes: cache,
});

export const cacheMaxItems = defineMetric({
  name: 'cache.max_items',
  instrument: 'gauge',
  unit: '{item}',
  brief: 'Items that a cache has room for, where it is bounded by their number.',
  stability: 'stable',
  merge: 'sum',
  attributes: cache,
});

export const cacheSize = defineMetric({
  name: 'cache.size',
  instrument: 'gauge',
  unit: 'By',
  brief: 'Size of the items in a cache, where the application tells it the sizes.',
  stability: 'stable',
  merge: 'sum',
  attributes: cache,
});

export const cacheEvictions = defineMetric({
  name: 'cache.evictions',
  instrument: 'counter',
  unit: '{item}',
  brief: 'Items that a cache took out by itself.',
  stability: 'stable',
  attributes: [...cache, cacheEvictionReason],
});

export const cacheOperationDuration = defineMetric({
  name: 'cache.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of what a cache waits for: calls to its store, and loading what it did not have.',
  stability: 'stable',
  buckets: SECONDS_DB,
  attributes: [...cache, cacheOperation, errorType],
});
