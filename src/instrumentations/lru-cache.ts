// Caches made with lru-cache: requests by result, loading, items, and evictions by reason, as lru-cache tells of them.
//
// It tells nothing of items that it takes out for want of room: they are what is missing when it is asked for its size. It does not
// tell of clear() and pop() either, which are no evictions, so those two are watched. What stays an estimate: a load that memo() is
// forced to make is taken for one that replaces an item, and an item set while its own load is under way counts as one eviction too
// many. The first word of a cache is where its count begins. The time of memo() is not told, nor that of a load behind an old value.
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

interface LruCache {
  readonly size: number;
  readonly max: number;
  readonly maxSize: number;
  readonly maxEntrySize: number;
  readonly calculatedSize: number;
  /** Milliseconds; 0 if the key is not there, and at the very moment at which it expires. */
  getRemainingTTL(key: unknown): number;
  info(key: unknown): object | undefined;
  [RECORD]?: CacheRecord;
}

/** What it publishes: the status object of a call, which may be the application's own. */
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

/** What is kept of a cache, on the cache itself. */
interface CacheRecord {
  readonly owner: LruCaches;
  readonly identity: CacheIdentity;
  readonly hit: CounterCell;
  readonly miss: CounterCell;
  readonly stale: CounterCell;
  readonly expired: CounterCell;
  readonly outOfRoom: CounterCell;
  /** How many there were when it was last heard of; NaN before that, from which nothing can be missing. */
  items: number;
}

const RECORD = Symbol('promtel.lru-cache');

/** Every copy of the library has a class of its own; a program that keeps loading new ones is followed no further. */
const MOST_CLASSES = 100;

/** What `fetch` says where it has the item loaded. */
const LOADS = new Set<string | undefined>(['miss', 'stale', 'refresh']);

export const lruCache: Instrumentation = {
  name: 'lru-cache',
  target: { package: 'lru-cache', versions: '>=11.3' },
  metrics: [cacheRequests, cacheItems, cacheMaxItems, cacheSize, cacheEvictions, cacheOperationDuration],
  attach(attachment) {
    const caches = new LruCaches(attachment);
    attachment.subscribe('lru-cache:metrics', (status: Status) => caches.note(status));
    attachment.trace<Status>('lru-cache', {
      start: (status) => caches.startFetch(status),
      end: (status, durationSeconds) => caches.endFetch(status, durationSeconds),
    });
    attachment.onDetach(() => caches.stop());
  },
};

class LruCaches {
  readonly #attachment: Attachment;
  readonly #caches: Caches<LruCache>;
  readonly #classes = new Set<object>();
  #isStopped = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#caches = new Caches(attachment);
  }

  /** Neither `has` nor `peek` is a request: they ask whether an item is there, mostly before it is asked for. */
  note(status: Status | null | undefined): void {
    // An application that passes null for a status object has null published.
    if (status === null || status === undefined) return;
    const { op, cache } = status;
    const record = this.#recordOf(cache);
    if (record === undefined) return;
    if (op === 'get') countRequest(record, status.get, status);
    else if (op === 'set') settle(record, cache, status.set === 'add');
    else if (op === 'delete') noteDelete(record, cache, status);
    else if (op === 'memo') noteMemo(record, cache, status);
  }

  startFetch(status: Status): void {
    const record = this.#recordOf(status.cache);
    if (record === undefined) return;
    // Without a way to load, it is a get that publishes nothing of its own.
    countRequest(record, status.fetch === 'get' ? status.get : status.fetch, status);
    // A load takes its item's place until it is done.
    settle(record, status.cache, status.fetch === 'miss');
  }

  endFetch(status: Status & Traced, durationSeconds: number): void {
    const record = this.#recordOf(status.cache);
    if (record === undefined || !LOADS.has(status.fetch)) return;
    const isFailed = status.error !== undefined || status.fetchRejected === true || status.fetchAborted === true;
    // The answer was an old value, and the load goes on: nobody tells when it is done.
    if (status.returnedStale === true && !isFailed) return;
    this.#caches.operationDuration.record(durationSeconds, {
      ...record.identity,
      'cache.operation': 'load',
      'error.type': isFailed ? errorTypeOf(status.error ?? status.fetchError) : undefined,
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#caches.stop();
  }

  /** Undefined if another attachment counts this cache. */
  #recordOf(cache: LruCache): CacheRecord | undefined {
    const record = cache[RECORD];
    if (record !== undefined && record.owner === this) return record;
    return record === undefined || record.owner.#isStopped ? this.#claim(cache) : undefined;
  }

  #claim(cache: LruCache): CacheRecord | undefined {
    const prototype = baseOf(cache);
    // Not made with lru-cache, whatever it is.
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
    this.#watchClass(prototype);
    this.#caches.watch(cache, identity, (one) => {
      this.#settle(one);
      return stateOf(one);
    });
    return record;
  }

  /** Sees what the application takes out with `clear` and `pop`. */
  #watchClass(prototype: object): void {
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
  // Being loaded: anew, with a value to give meanwhile, or for the first time.
  else if (result === 'fetching') (status?.value === undefined ? record.miss : record.hit).add(1);
  else if (result === 'inflight') (status?.returnedStale === true ? record.stale : record.miss).add(1);
  // Who forces a refresh asks the source, not the cache.
}

/** What there is no room for any more is all that nobody told of. */
function settle(record: CacheRecord, cache: LruCache, isAdded: boolean): void {
  const { size } = cache;
  const evicted = record.items + (isAdded ? 1 : 0) - size;
  if (evicted > 0) record.outOfRoom.add(evicted);
  record.items = size;
}

/** Told before it is done, and also if there is no such item. */
function noteDelete(record: CacheRecord, cache: LruCache, { delete: reason, key }: Status): void {
  settle(record, cache, false);
  if (reason === 'expire') record.expired.add(1);
  if (reason === 'expire' || reason === 'fetch' || isThere(cache, key)) record.items -= 1;
}

/** By the two ways of looking that are published to nobody. */
function isThere(cache: LruCache, key: unknown): boolean {
  return cache.getRemainingTTL(key) !== 0 || cache.info(key) !== undefined;
}

function noteMemo(record: CacheRecord, cache: LruCache, { memo, value, forceRefresh }: Status): void {
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
