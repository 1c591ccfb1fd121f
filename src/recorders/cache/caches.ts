// Records caches: their requests by result, evictions, the time of their operations, and how full they are.
import {
  cacheEvictions,
  cacheItems,
  cacheMaxItems,
  cacheOperationDuration,
  cacheRequests,
  cacheSize,
} from '../../catalog/cache.ts';
import type { Registry } from '../../core/recording/registry.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import { WeakList } from '../../hooks/weak-list.ts';
import { type StateFields, StateGauges } from '../state-gauges.ts';

/** How full a cache is; what is not known is left out. */
export interface CacheState {
  readonly items?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly sizeBytes?: number | undefined;
}

export const CACHE_FIELDS: StateFields<CacheState> = { items: [cacheItems], maxItems: [cacheMaxItems], sizeBytes: [cacheSize] };

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
  /** Seconds that it took to call the store of a cache, or to load an item. */
  readonly operationDuration;
  readonly #registry: Registry;
  readonly #caches = new WeakList<Cache, Watched<Cache>>();
  /** By what identifies the caches that are on the page. */
  readonly #gauges = new Map<string, StateGauges<CacheState>>();

  constructor({ registry, onCollect }: Pick<Attachment, 'registry' | 'onCollect'>) {
    this.requests = registry.instrument(cacheRequests);
    this.evictions = registry.instrument(cacheEvictions);
    this.operationDuration = registry.instrument(cacheOperationDuration);
    this.#registry = registry;
    onCollect(() => this.#read());
  }

  /**
   * Reads a cache at every collection for as long as it lives; caches of one identity add up. `stateOf` must not hold on to it.
   */
  watch(cache: Cache, identity: CacheIdentity, stateOf: (cache: Cache) => CacheState): void {
    this.#caches.add(cache, { identity, stateOf });
  }

  /** Takes the state of all caches off the page, which is no longer read. */
  stop(): void {
    for (const gauges of this.#gauges.values()) gauges.hide();
    this.#gauges.clear();
  }

  #read(): void {
    const totals = new Map<string, { readonly identity: CacheIdentity; readonly state: CacheState }>();
    for (const [cache, { identity, stateOf }] of this.#caches) {
      const key = JSON.stringify(identity);
      const state = stateOf(cache);
      const others = totals.get(key)?.state;
      totals.set(key, { identity, state: others === undefined ? state : sumOf(others, state) });
    }
    for (const [key, gauges] of this.#gauges) {
      if (totals.has(key)) continue;
      gauges.hide();
      this.#gauges.delete(key);
    }
    for (const [key, { identity, state }] of totals) this.#gaugesOf(key, identity).show(state);
  }

  #gaugesOf(key: string, identity: CacheIdentity): StateGauges<CacheState> {
    let gauges = this.#gauges.get(key);
    if (gauges === undefined) {
      gauges = new StateGauges(this.#registry, CACHE_FIELDS, { ...identity });
      this.#gauges.set(key, gauges);
    }
    return gauges;
  }
}

function sumOf(first: CacheState, second: CacheState): CacheState {
  return {
    items: sumOfKnown(first.items, second.items),
    maxItems: sumOfKnown(first.maxItems, second.maxItems),
    sizeBytes: sumOfKnown(first.sizeBytes, second.sizeBytes),
  };
}

function sumOfKnown(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined ? second : first + (second ?? 0);
}
