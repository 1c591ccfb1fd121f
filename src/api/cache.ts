// `cache`: the API for caches of libraries that are not instrumented, in the same series as those that are.
import { cacheName, cacheOperation, cacheSystem } from '../catalog/attributes.ts';
import { cacheEvictions, cacheItems, cacheOperationDuration, cacheRequests } from '../catalog/cache.ts';
import type { AttributesOf } from '../core/metric.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { CACHE_FIELDS, type CacheState } from '../recorders/cache/caches.ts';
import { nameCache } from '../recorders/cache/names.ts';
import { attributesFrom, describeValue } from './named-attributes.ts';
import { observe, type ReadState } from './observe.ts';
import { callSafely, instrumentOf, seriesOf, timeFor, wrapFor } from './record.ts';

/** A cache, by its name and its system, such as `memcached`. */
export interface CacheNamed {
  readonly name: string;
  readonly system?: string | undefined;
}

/** An operation of a cache: `get` by default, or another one, such as `set`. */
export interface CacheCall extends CacheNamed {
  readonly operation?: string | undefined;
}

export type CacheResult = 'hit' | 'miss' | 'stale';

/** Why a cache removed an item: it was full, or the item expired or was invalidated. */
export type EvictionReason = 'capacity' | 'expired' | 'invalidated';

export interface LookUpOptions<Value> {
  /** What a `get` found; by default undefined and null are a miss, and all else is a hit. */
  readonly resultOf?: ((value: Value) => CacheResult) | undefined;
}

type CacheAttributes = AttributesOf<typeof cacheItems>;
type CallAttributes = AttributesOf<typeof cacheOperationDuration>;

const attributesOf = attributesFrom(
  { name: cacheName, system: cacheSystem },
  { required: ['name'], example: "{ name: 'users', system: 'memcached' }" },
);
const callAttributesOf = attributesFrom(
  { name: cacheName, system: cacheSystem, operation: cacheOperation },
  { required: ['name'], example: "{ name: 'users', system: 'memcached', operation: 'get' }" },
);

/** `cache` for one cache, its series looked up once. */
export type BoundCache = ReturnType<typeof bind>;

/** Records caches. Methods throw nothing but the errors of tracked functions. */
export const cache = {
  /**
   * Runs an operation of a cache, synchronous or not, and returns its result. Records its duration in seconds in
   * `cache.operation.duration`, by operation and `error.type`. A `get` also counts in `cache.requests`, as a hit or a miss by its
   * result; one that fails is neither.
   *
   * @throws the error of the function
   * @example
   * ```js
   * const user = await cache.track({ name: 'users', system: 'memcached' }, () => store.get('ada'));
   * // cache.requests{cache.name="users", cache.system="memcached", cache.result="hit"} 1
   * // cache.operation.duration{cache.name="users", cache.system="memcached", cache.operation="get"} 1
   * ```
   */
  track<Result>(call: CacheCall, run: () => Result, options?: LookUpOptions<Awaited<Result>>): Result {
    return trackCall(callAttributesOf(call, cacheOperationDuration), run, options);
  },

  /**
   * Wraps a function to track every call. The wrapper keeps its name and length, and passes `this` on.
   *
   * @example
   * ```js
   * const find = cache.wrap({ name: 'wrapped' }, (id) => store.get(id));
   * await find('nobody');
   * // cache.requests{cache.name="wrapped", cache.result="miss"} 1
   * ```
   */
  wrap<Arguments extends unknown[], Result, This>(
    call: CacheCall,
    run: (this: This, ...values: Arguments) => Result,
    options?: LookUpOptions<Awaited<Result>>,
  ): (this: This, ...values: Arguments) => Result {
    return wrapCall(callAttributesOf(call, cacheOperationDuration), run, options);
  },

  /**
   * Runs what loads an item that is not in the cache, synchronous or not, and returns its result. Records its duration in seconds
   * in `cache.operation.duration`, operation `load`.
   *
   * @throws the error of the function
   * @example
   * ```js
   * const user = await cache.load({ name: 'users' }, () => store.get('ada'));
   * // cache.operation.duration{cache.name="users", cache.operation="load"} 1
   * ```
   */
  load<Result>(named: CacheNamed, run: () => Result): Result {
    return trackCall({ ...attributesOf(named, cacheOperationDuration), 'cache.operation': 'load' }, run, undefined);
  },

  /**
   * Counts requests for items that were in the cache, in `cache.requests`.
   *
   * @example
   * ```js
   * cache.hit({ name: 'prices' }, 12);
   * // cache.requests{cache.name="prices", cache.result="hit"} 12
   * ```
   */
  hit(named: CacheNamed, count = 1): void {
    request(named, 'hit', count);
  },

  /**
   * Counts requests for items that were not in the cache, in `cache.requests`.
   *
   * @example
   * ```js
   * cache.miss({ name: 'prices' });
   * // cache.requests{cache.name="prices", cache.result="miss"} 1
   * ```
   */
  miss(named: CacheNamed, count = 1): void {
    request(named, 'miss', count);
  },

  /**
   * Counts requests for items that were in the cache but out of date, in `cache.requests`.
   *
   * @example
   * ```js
   * cache.stale({ name: 'prices' });
   * // cache.requests{cache.name="prices", cache.result="stale"} 1
   * ```
   */
  stale(named: CacheNamed, count = 1): void {
    request(named, 'stale', count);
  },

  /**
   * Counts items that the cache removed, in `cache.evictions`.
   *
   * @example
   * ```js
   * cache.evicted({ name: 'prices' }, 'capacity', 3);
   * // cache.evictions{cache.name="prices", cache.eviction.reason="capacity"} 3
   * ```
   */
  evicted(named: CacheNamed, reason: EvictionReason, count = 1): void {
    instrumentOf(cacheEvictions).add(count, { ...attributesOf(named, cacheEvictions), 'cache.eviction.reason': reason });
  },

  /**
   * Reads how full a cache is before every collection, which waits up to a second for a promise: `cache.items`,
   * `cache.max_items`, `cache.size` in bytes. A read that throws, rejects or takes longer than half a minute takes them off the
   * page and counts in `promtel.collection.errors`.
   *
   * @returns a function that stops it and takes the cache off the page
   * @example
   * ```js
   * const stop = cache.observe({ name: 'prices' }, () => ({ items: prices.size, maxItems: 500 }));
   * // cache.items{cache.name="prices"} 2
   * // cache.max_items{cache.name="prices"} 500
   * ```
   */
  observe(named: CacheNamed, read: ReadState<CacheState>): () => void {
    return observe(cacheItems, CACHE_FIELDS, attributesOf(named, cacheItems), read);
  },

  /**
   * Sets the `cache.name` of a cache made with an instrumented library, such as lru-cache or Keyv.
   *
   * @returns the instance
   * @example
   * ```js
   * const sessions = cache.name(new Map(), 'sessions');
   * ```
   */
  name<Instance extends object>(instance: Instance, name: string): Instance {
    if (isNameable(instance, name)) nameCache(instance, name);
    return instance;
  },

  /**
   * The same methods for one cache; the series are looked up once, for hot paths.
   *
   * @example
   * ```js
   * const pages = cache.bind({ name: 'pages', system: 'map' });
   * pages.hit();
   * pages.evicted('expired');
   * // cache.requests{cache.name="pages", cache.system="map", cache.result="hit"} 1
   * // cache.evictions{cache.name="pages", cache.system="map", cache.eviction.reason="expired"} 1
   * ```
   */
  bind,
} as const;

function bind(call: CacheCall) {
  const callAttributes = callAttributesOf(call, cacheOperationDuration);
  const attributes = attributesOf(call, cacheOperationDuration);
  const hit = seriesOf(cacheRequests, { ...attributes, 'cache.result': 'hit' });
  const miss = seriesOf(cacheRequests, { ...attributes, 'cache.result': 'miss' });
  const stale = seriesOf(cacheRequests, { ...attributes, 'cache.result': 'stale' });
  const loading = { ...attributes, 'cache.operation': 'load' };
  return {
    track: <Result>(run: () => Result, options?: LookUpOptions<Awaited<Result>>): Result =>
      trackCall(callAttributes, run, options),
    wrap: <Arguments extends unknown[], Result, This>(
      run: (this: This, ...values: Arguments) => Result,
      options?: LookUpOptions<Awaited<Result>>,
    ): ((this: This, ...values: Arguments) => Result) => wrapCall(callAttributes, run, options),
    load: <Result>(run: () => Result): Result => trackCall(loading, run, undefined),
    hit: (count = 1): void => hit().add(count),
    miss: (count = 1): void => miss().add(count),
    stale: (count = 1): void => stale().add(count),
    evicted: (reason: EvictionReason, count = 1): void =>
      instrumentOf(cacheEvictions).add(count, { ...attributes, 'cache.eviction.reason': reason }),
  };
}

function request(named: CacheNamed, result: CacheResult, count: number): void {
  instrumentOf(cacheRequests).add(count, { ...attributesOf(named, cacheRequests), 'cache.result': result });
}

function trackCall<Result>(
  callAttributes: CallAttributes,
  run: () => Result,
  options: LookUpOptions<Awaited<Result>> | undefined,
): Result {
  const { 'cache.operation': operation = 'get', ...attributes } = callAttributes;
  return timeFor(cacheOperationDuration, run, ({ durationSeconds, errorType }, value) => {
    const ended = { ...attributes, 'cache.operation': operation, 'error.type': errorType };
    instrumentOf(cacheOperationDuration).record(durationSeconds, ended);
    if (operation === 'get' && errorType === undefined) countLookUp(attributes, value, options);
  });
}

function countLookUp<Value>(attributes: CacheAttributes, value: unknown, options: LookUpOptions<Value> | undefined): void {
  const result = callSafely(cacheRequests, options?.resultOf, value) ?? (value === undefined || value === null ? 'miss' : 'hit');
  instrumentOf(cacheRequests).add(1, { ...attributes, 'cache.result': result });
}

function wrapCall<Arguments extends unknown[], Result, This>(
  attributes: CallAttributes,
  run: (this: This, ...values: Arguments) => Result,
  options: LookUpOptions<Awaited<Result>> | undefined,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(cacheOperationDuration, run, (call) => trackCall(attributes, call, options));
}

function isNameable(instance: unknown, name: unknown): boolean {
  const isInstance = (typeof instance === 'object' && instance !== null) || typeof instance === 'function';
  if (isInstance && typeof name === 'string' && name !== '') return true;
  const wrong = isInstance ? `a name that is ${describeValue(name)}` : `an instance that is ${describeValue(instance)}`;
  sharedRegistry().report(cacheItems.name, `cannot be named with ${wrong}: accepted is an instance and a text`);
  return false;
}
