// Caches: what they were asked for, and what they hold when metrics are collected.
import {
  cacheEvictions,
  cacheItems,
  cacheMaxItems,
  cacheOperationDuration,
  cacheRequests,
  cacheSize,
} from '../../catalog/cache.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import { WeakList } from '../../hooks/weak-list.ts';

/** How full a cache is just now; what it does not know it leaves out. */
export interface CacheState {
  readonly items?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly sizeBytes?: number | undefined;
}

/** The attributes of a cache. */
export interface CacheIdentity {
  readonly 'cache.name': string | undefined;
  readonly 'cache.system': string;
}

interface Watched<Cache> {
  readonly identity: CacheIdentity;
  readonly stateOf: (cache: Cache) => CacheState;
}

export class Caches<Cache extends object> {
  readonly requests;
  readonly evictions;
  /** Seconds that it waited for its store or for what loads an item. */
  readonly operationDuration;
  readonly #items;
  readonly #maxItems;
  readonly #size;
  readonly #caches = new WeakList<Cache, Watched<Cache>>();
  #shown = new Map<string, CacheIdentity>();

  constructor({ registry, onCollect }: Pick<Attachment, 'registry' | 'onCollect'>) {
    this.requests = registry.instrument(cacheRequests);
    this.evictions = registry.instrument(cacheEvictions);
    this.operationDuration = registry.instrument(cacheOperationDuration);
    this.#items = registry.instrument(cacheItems);
    this.#maxItems = registry.instrument(cacheMaxItems);
    this.#size = registry.instrument(cacheSize);
    onCollect(() => this.#read());
  }

  /** Asks a cache from now on for as long as it lives; caches of one identity add up. `stateOf` must not hold on to it. */
  watch(cache: Cache, identity: CacheIdentity, stateOf: (cache: Cache) => CacheState): void {
    this.#caches.add(cache, { identity, stateOf });
  }

  /** Takes what the caches hold off the page: nobody is going to ask them any more. */
  stop(): void {
    for (const identity of this.#shown.values()) this.#hide(identity);
    this.#shown = new Map();
  }

  #read(): void {
    const totals = new Map<string, { readonly identity: CacheIdentity; readonly states: CacheState[] }>();
    for (const [cache, { identity, stateOf }] of this.#caches) {
      const key = JSON.stringify(identity);
      if (!totals.has(key)) totals.set(key, { identity, states: [] });
      totals.get(key)!.states.push(stateOf(cache));
    }
    for (const [key, identity] of this.#shown) if (!totals.has(key)) this.#hide(identity);
    this.#shown = new Map();
    for (const [key, { identity, states }] of totals) {
      this.#shown.set(key, identity);
      for (const [gauge, field] of [
        [this.#items, 'items'],
        [this.#maxItems, 'maxItems'],
        [this.#size, 'sizeBytes'],
      ] as const) {
        const known = states.map((state) => state[field]).filter((value) => value !== undefined);
        if (known.length > 0)
          gauge.set(
            known.reduce((sum, value) => sum + value, 0),
            identity,
          );
      }
    }
  }

  #hide(identity: CacheIdentity): void {
    for (const gauge of [this.#items, this.#maxItems, this.#size]) gauge.remove(identity);
  }
}
