// Keyv 5 and 6, also within cache-manager: requests by result, items in memory, and the calls to stores.
//
// Keyv's own statistics count the keys of a `getMany` as one, so replies are examined here. Each Keyv counts on its own: of a
// cache with two tiers, the second is read for what the first did not have. A read that a store fails is a miss, as Keyv answers
// it; that it failed shows where the store is timed. A store is timed where it returns a promise, because then there is something
// to wait for and because Keyv hides most errors of a store. A Map is not timed, nor what Keyv wraps around one: the clock alone
// would take a tenth of the call. Keyv does not say why an item is gone, so there are no evictions.
//
// Keyv before 5 is built differently and deep in the dependencies of many packages, mostly development tools; it is not patched,
// and not reported. An ES module of Keyv is patched where the program itself uses keyv or cache-manager, not where it only uses
// an adapter that brings its own Keyv.
import { cacheItems, cacheOperationDuration, cacheRequests } from '../catalog/cache.ts';
import type { CounterCell } from '../core/recording/cell.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../hooks/instrumentation.ts';
import { observeCalls } from '../hooks/observe-calls.ts';
import { observePromiseMethod } from '../hooks/promise-method.ts';
import { undoAll } from '../hooks/undo-all.ts';
import { type CacheIdentity, Caches } from '../recorders/cache/caches.ts';
import { nameOfCache } from '../recorders/cache/names.ts';
import { CacheStores, type StoreMethods } from '../recorders/cache/stores.ts';
import { nameOfTier } from '../recorders/cache/tiers.ts';

interface Keyv {
  readonly store?: Store | null;
  readonly namespace?: unknown;
}

interface Store {
  /** Of what Keyv 6 wraps around the application's store: the kind of that store. */
  readonly capabilities?: { readonly store?: string };
  /** The application's store within. */
  readonly store?: unknown;
}

interface Class {
  readonly prototype: object;
}

interface CacheManager {
  readonly createCache: () => { readonly stores?: readonly object[] };
}

interface KeyvRecord {
  readonly identity: CacheIdentity;
  readonly single: Reads;
  readonly batch: Reads;
  /** The store that is observed; it may be replaced. */
  store: unknown;
}

/** What counts the replies to reads of one key, or of many. */
interface Reads {
  readonly hit: CounterCell;
  readonly miss: CounterCell;
  readonly isBatch: boolean;
}

const READS = ['get', 'getMany', 'getRaw', 'getManyRaw'];
const OTHERS = ['set', 'setMany', 'setRaw', 'setManyRaw', 'delete', 'deleteMany', 'clear', 'has', 'hasMany'];

const STORE_METHODS: StoreMethods = {
  get: 'get',
  getMany: 'get',
  set: 'set',
  setMany: 'set',
  delete: 'delete',
  deleteMany: 'delete',
  has: 'has',
  hasMany: 'has',
  clear: 'clear',
};

/** The namespace of a Keyv 5 that was given none. */
const NO_NAMESPACE = 'keyv';

export const keyv: Instrumentation = {
  name: 'keyv',
  target: { package: 'keyv', versions: '>=5 <7' },
  metrics: [cacheRequests, cacheItems, cacheOperationDuration],
  attach(attachment) {
    const keyvs = new Keyvs(attachment);
    attachment.onDetach(() => keyvs.stop());
    const patch = ({ Keyv }: { readonly Keyv: Class }): Undo => keyvs.patch(Keyv.prototype);
    // The ES module of cache-manager bundles a Keyv that it does not export; a cache that is made for nothing but this has one.
    const patchBundled = ({ createCache }: CacheManager): Undo => {
      const [store] = createCache().stores ?? [];
      return store === undefined ? () => {} : keyvs.patch(Object.getPrototypeOf(store) as object);
    };
    // Later versions of both are built with .mjs: Keyv since 6, cache-manager since 7.2.9.
    const file = 'dist/index.cjs';
    const cacheManager = { package: 'cache-manager', versions: '>=7 <8', file };
    attachment.patch({ file, esFile: 'dist/index.mjs' }, patch);
    attachment.patch({ file, esFile: 'dist/index.js' }, patch);
    attachment.patch({ ...cacheManager, esFile: 'dist/index.mjs' }, patchBundled);
    attachment.patch({ ...cacheManager, esFile: 'dist/index.js' }, patchBundled);
  },
};

class Keyvs {
  readonly #guard: Guard;
  readonly #caches: Caches<Map<unknown, unknown>>;
  readonly #stores: CacheStores;
  readonly #records = new WeakMap<Keyv, KeyvRecord>();
  /** A class may be reached by several modules: by Keyv's own and by those that use it. */
  readonly #patched = new WeakSet<object>();

  constructor(attachment: Attachment) {
    this.#guard = attachment.guard;
    this.#caches = new Caches(attachment);
    this.#stores = new CacheStores(this.#caches.operationDuration);
  }

  patch(prototype: object): Undo {
    if (this.#patched.has(prototype)) return () => {};
    this.#patched.add(prototype);
    const own = (name: string): boolean => Object.hasOwn(prototype, name);
    return undoAll([
      ...READS.filter(own).map((name) => this.#observeRead(prototype, name)),
      ...OTHERS.filter(own).map((name) => this.#observeOther(prototype, name)),
    ]);
  }

  stop(): void {
    this.#caches.stop();
    this.#stores.stop();
  }

  #observeRead(prototype: object, name: string): Undo {
    return observePromiseMethod(prototype, name, this.#guard, {
      before: (cache: unknown, values: unknown[]) => {
        const isBatch = Array.isArray(values[0]);
        const record = this.#recordOf(cache);
        // A `get` of many keys calls `getMany`, where they are counted.
        if (record === undefined || (isBatch && name === 'get')) return undefined;
        return isBatch ? record.batch : record.single;
      },
      fulfilled: countReply,
    });
  }

  /** So that the store is observed from its first call on, whatever that is. */
  #observeOther(prototype: object, name: string): Undo {
    return observeCalls(prototype, name, this.#guard, { before: (cache: unknown) => void this.#recordOf(cache) });
  }

  /** Undefined where a method of Keyv is called on another object. */
  #recordOf(cache: unknown): KeyvRecord | undefined {
    if (!isKeyv(cache)) return undefined;
    let record = this.#records.get(cache);
    if (record === undefined) this.#records.set(cache, (record = this.#newRecord(cache)));
    const { store } = cache;
    if (record.store !== store) {
      record.store = store;
      if (typeof store === 'object' && store !== null) this.#observeStore(store, record);
    }
    return record;
  }

  #newRecord(cache: Keyv): KeyvRecord {
    const name = nameOfCache(cache) ?? namespaceOf(cache) ?? nameOfTier(cache);
    const identity: CacheIdentity = { 'cache.name': name, 'cache.system': 'keyv' };
    const { requests } = this.#caches;
    const hit = requests.bind({ ...identity, 'cache.result': 'hit' });
    const miss = requests.bind({ ...identity, 'cache.result': 'miss' });
    return { identity, single: { hit, miss, isBatch: false }, batch: { hit, miss, isBatch: true }, store: undefined };
  }

  /** A store that several share is counted once, by the name of the first. */
  #observeStore(around: Store, { identity }: KeyvRecord): void {
    const kind = around.capabilities?.store;
    const store = kind !== undefined && isStore(around.store) ? around.store : around;
    if (store instanceof Map) this.#caches.watch(store, identity, ({ size }) => ({ items: size }));
    else if (kind !== 'mapLike') this.#stores.watch(store, identity, STORE_METHODS);
  }
}

function countReply(reply: unknown, { hit, miss, isBatch }: Reads): void {
  if (!isBatch) (reply === undefined ? miss : hit).add(1);
  else if (Array.isArray(reply)) for (const value of reply) (value === undefined ? miss : hit).add(1);
}

function isKeyv(value: unknown): value is Keyv {
  return typeof value === 'object' && value !== null && 'store' in value;
}

function isStore(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'get' in value;
}

function namespaceOf({ namespace }: Keyv): string | undefined {
  return typeof namespace === 'string' && namespace !== '' && namespace !== NO_NAMESPACE ? namespace : undefined;
}
