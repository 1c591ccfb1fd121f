// lru-cache 11.3 and later: requests by result, loads, items, and evictions by reason, from what lru-cache publishes.
//
// It publishes nothing of items that it removes for want of room: they are what is missing when its size is next read. Nor does
// it publish clear() and pop(), which are no evictions, so these two are patched. Two counts remain estimates: a load that memo()
// is forced to make counts as one that replaces an item, and an item set during its own load counts as one eviction too many.
// Counting begins with the first message of a cache. The duration of memo() is not published, nor that of a load behind a stale
// value.
//
// Versions before 11.3 publish nothing, and are not reported: npm's own tools bring one into nearly every application, and a line
// about a cache that is not the application's would teach people not to read the lines.
import { cacheEvictions, cacheItems, cacheMaxItems, cacheOperationDuration, cacheRequests, cacheSize } from '../catalog/cache.ts';
import { errorTypeOf } from '../core/operation.ts';
import type { CounterCell } from '../core/recording/cell.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';
import type { Traced } from '../hooks/tracing-channel.ts';
import { wrapMethod } from '../hooks/wrap-method.ts';
import { type CacheIdentity, Caches, type CacheState } from '../recorders/cache/caches.ts';
import { nameOfCache } from '../recorders/cache/names.ts';

/** The methods and fields of a cache that are used here; `getRemainingTTL` and `info` publish nothing. */
interface LruCache {
  readonly size: number;
  readonly max: number;
  readonly maxSize: number;
  readonly maxEntrySize: number;
  readonly calculatedSize: number;
  /** Milliseconds; 0 if there is no such key, and at the very moment at which it expires. */
  getRemainingTTL(key: unknown): number;
  info(key: unknown): object | undefined;
  [RECORD]?: CacheRecord;
}

/** The message: the status object of a call, which may be the application's own. */
interface Status {
  readonly op: string;
  readonly cache: LruCache;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly get?: string;
  readonly memo?: string;
  readonly set?: string;
  readonly delete?: string;
  readonly fetch?: string;
  readonly forceRefresh?: boolean;
  readonly returnedStale?: boolean;
  readonly fetchRejected?: boolean;
  readonly fetchAborted?: boolean;
  readonly fetchError?: unknown;
}

/** Kept on the cache itself. */
interface CacheRecord {
  /** A record of an attachment that is over counts no more. */
  readonly owner: LruCaches;
  readonly identity: CacheIdentity;
  readonly hit: CounterCell;
  readonly miss: CounterCell;
  readonly stale: CounterCell;
  readonly expired: CounterCell;
  readonly outOfRoom: CounterCell;
  /** The size at the last message; NaN before the first, from which nothing can be missing. */
  items: number;
}

const RECORD = Symbol('promtel.lru-cache');

/** Every copy of the library has a class of its own; a program could keep loading new copies. */
const MOST_CLASSES = 100;

/** The outcomes of `fetch` by which it loads the item. */
const LOADS = new Set<string | undefined>(['miss', 'stale', 'refresh']);

export const lruCache: Instrumentation = {
  name: 'lru-cache',
  target: { package: 'lru-cache', versions: '>=11.3' },
  metrics: [cacheRequests, cacheItems, cacheMaxItems, cacheSize, cacheEvictions, cacheOperationDuration],
  attach(attachment) {
    const caches = new LruCaches(attachment);
    attachment.subscribe('lru-cache:metrics', (status: Status) => caches.record(status));
    attachment.trace<Status>('lru-cache', {
      start: (status) => caches.startFetch(status),
      end: (status, durationSeconds) => caches.endFetch(status, durationSeconds),
    });
  },
};

class LruCaches {
  readonly #attachment: Attachment;
  readonly #caches: Caches<LruCache>;
  readonly #classes = new Set<object>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#caches = new Caches(attachment);
    attachment.onDetach(() => this.#caches.stop());
  }

  /** `has` and `peek` are no requests: they find out whether there is an item, mostly before it is requested. */
  record(status: Status | null | undefined): void {
    // Where an application passes null for the status object, null is published.
    if (status === null || status === undefined) return;
    const { op, cache } = status;
    const record = this.#recordOf(cache);
    if (record === undefined) return;
    if (op === 'get') countRequest(record, status.get, status);
    else if (op === 'set') settle(record, cache, status.set === 'add');
    else if (op === 'delete') countDelete(record, cache, status);
    else if (op === 'memo') countMemo(record, cache, status);
  }

  startFetch(status: Status): void {
    const record = this.#recordOf(status.cache);
    if (record === undefined) return;
    // In a cache that cannot load, it is a `get` that publishes nothing of its own.
    countRequest(record, status.fetch === 'get' ? status.get : status.fetch, status);
    // A load takes the place of its item until it is done.
    settle(record, status.cache, status.fetch === 'miss');
  }

  endFetch(status: Status & Traced, durationSeconds: number): void {
    const record = this.#recordOf(status.cache);
    if (record === undefined || !LOADS.has(status.fetch)) return;
    const isFailed = status.error !== undefined || status.fetchRejected === true || status.fetchAborted === true;
    // The result was a stale value, and the load goes on: its end is not published.
    if (status.returnedStale === true && !isFailed) return;
    this.#caches.operationDuration.record(durationSeconds, {
      ...record.identity,
      'cache.operation': 'load',
      'error.type': isFailed ? errorTypeOf(status.error ?? status.fetchError) : undefined,
    });
  }

  #recordOf(cache: LruCache): CacheRecord | undefined {
    const record = cache[RECORD];
    return record?.owner === this ? record : this.#begin(cache);
  }

  #begin(cache: LruCache): CacheRecord | undefined {
    const prototype = baseOf(cache);
    // No cache of lru-cache, whatever it is.
    if (prototype === undefined) return undefined;
    const identity = { 'cache.name': nameOfCache(cache) ?? subclassOf(cache, prototype), 'cache.system': 'lru-cache' };
    const { requests, evictions } = this.#caches;
    const record: CacheRecord = {
      owner: this,
      identity,
      hit: requests.bind({ ...identity, 'cache.result': 'hit' }),
      miss: requests.bind({ ...identity, 'cache.result': 'miss' }),
      stale: requests.bind({ ...identity, 'cache.result': 'stale' }),
      expired: evictions.bind({ ...identity, 'cache.eviction.reason': 'expired' }),
      outOfRoom: evictions.bind({ ...identity, 'cache.eviction.reason': 'capacity' }),
      items: Number.NaN,
    };
    if (!Reflect.defineProperty(cache, RECORD, { value: record, configurable: true })) return undefined;
    this.#patchClass(prototype);
    this.#caches.watch(cache, identity, (one) => {
      this.#settle(one);
      return stateOf(one);
    });
    return record;
  }

  /** Not by `observeCalls`, since items are removed even where the application's `dispose` throws. */
  #patchClass(prototype: object): void {
    if (this.#classes.has(prototype) || this.#classes.size >= MOST_CLASSES) return;
    this.#classes.add(prototype);
    const before = this.#attachment.guard((cache: LruCache) => this.#settle(cache));
    const after = this.#attachment.guard((cache: LruCache) => this.#forget(cache));
    for (const name of ['clear', 'pop']) {
      const undo = wrapMethod(
        prototype,
        name,
        (original) =>
          function (...values) {
            before(this as LruCache);
            try {
              return original.apply(this, values);
            } finally {
              after(this as LruCache);
            }
          },
      );
      this.#attachment.onDetach(undo);
    }
  }

  #settle(cache: LruCache): void {
    const record = cache[RECORD];
    if (record?.owner === this) settle(record, cache, false);
  }

  #forget(cache: LruCache): void {
    const record = cache[RECORD];
    if (record?.owner === this) record.items = cache.size;
  }
}

function countRequest(record: CacheRecord, result: string | undefined, status?: Status): void {
  if (result === 'hit') record.hit.add(1);
  else if (result === 'miss') record.miss.add(1);
  else if (result === 'stale' || result === 'stale-fetching') record.stale.add(1);
  // Being loaded: again, with a value for the meantime, or for the first time.
  else if (result === 'fetching') (status?.value === undefined ? record.miss : record.hit).add(1);
  else if (result === 'inflight') (status?.returnedStale === true ? record.stale : record.miss).add(1);
  // A forced refresh is a request to the source, not to the cache.
}

/** Evictions for want of room are the only ones that are not published. */
function settle(record: CacheRecord, cache: LruCache, isAdded: boolean): void {
  const { size } = cache;
  const evicted = record.items + (isAdded ? 1 : 0) - size;
  if (evicted > 0) record.outOfRoom.add(evicted);
  record.items = size;
}

/** Published before the item is deleted, and also if there is none. */
function countDelete(record: CacheRecord, cache: LruCache, { delete: reason, key }: Status): void {
  settle(record, cache, false);
  if (reason === 'expire') record.expired.add(1);
  if (reason === 'expire' || reason === 'fetch' || hasItem(cache, key)) record.items -= 1;
}

function hasItem(cache: LruCache, key: unknown): boolean {
  return cache.getRemainingTTL(key) !== 0 || cache.info(key) !== undefined;
}

function countMemo(record: CacheRecord, cache: LruCache, { memo, value, forceRefresh }: Status): void {
  if (forceRefresh !== true) countRequest(record, memo);
  settle(record, cache, memo === 'miss' && forceRefresh !== true && value !== undefined);
}

function stateOf(cache: LruCache): CacheState {
  const { size, max, maxSize, maxEntrySize, calculatedSize } = cache;
  return {
    items: size,
    maxItems: max > 0 ? max : undefined,
    sizeBytes: maxSize > 0 || maxEntrySize > 0 ? calculatedSize : undefined,
  };
}

/** The prototype of the library's own class, below whatever the application derived from it. */
function baseOf(cache: LruCache): object | undefined {
  let base: object | null = Object.getPrototypeOf(cache) as object | null;
  while (base !== null && !['clear', 'pop', 'calculatedSize'].every((name) => Object.hasOwn(base!, name)))
    base = Object.getPrototypeOf(base) as object | null;
  return base ?? undefined;
}

/** The name of the application's own class, as of `class UserCache extends LRUCache`. */
function subclassOf(cache: LruCache, base: object): string | undefined {
  const prototype = Object.getPrototypeOf(cache) as { readonly constructor?: { readonly name?: unknown } };
  const name = prototype === base ? undefined : prototype.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
