// Caches, in the process and on servers: look-ups, evictions, size, and durations. The semantic conventions have none.
import { defineMetric } from '../core/metric.ts';
import { cacheEvictionReason, cacheName, cacheOperation, cacheResult, cacheSystem, errorType } from './attributes.ts';
import { SECONDS_DB } from './buckets.ts';

const cache = [cacheName, cacheSystem] as const;

export const cacheRequests = defineMetric({
  name: 'cache.requests',
  instrument: 'counter',
  unit: '{request}',
  brief: 'Cache look-ups by result; each tier and its store count them again, so sum within one cache.name only.',
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
  brief: 'Maximum number of items in a cache.',
  note: 'Absent where their number has no limit.',
  stability: 'stable',
  merge: 'sum',
  attributes: cache,
});

export const cacheSize = defineMetric({
  name: 'cache.size',
  instrument: 'gauge',
  unit: 'By',
  brief: 'Size of the items in a cache.',
  note: 'Absent where the application gives no sizes.',
  stability: 'stable',
  merge: 'sum',
  attributes: cache,
});

export const cacheEvictions = defineMetric({
  name: 'cache.evictions',
  instrument: 'counter',
  unit: '{item}',
  brief: 'Cache evictions by reason.',
  stability: 'stable',
  attributes: [...cache, cacheEvictionReason],
});

export const cacheOperationDuration = defineMetric({
  name: 'cache.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of calls to cache stores and of loads.',
  stability: 'stable',
  buckets: SECONDS_DB,
  attributes: [...cache, cacheOperation, errorType],
});
