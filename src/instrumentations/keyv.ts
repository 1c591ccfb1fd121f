// Caches made with Keyv, those of cache-manager among them: requests by result, items in memory, and the calls to their stores.
//
// Keyv's own statistics count the keys of a `getMany` as one, so the answers are looked at. Each Keyv counts for itself: of a cache
// with two tiers, the second is asked for what the first did not have. A read that a store fails is a miss, as Keyv answers it;
// that it failed is seen where the store is timed. A store is timed where it answers with a promise, because there is something to
// wait for and because Keyv keeps most errors of a store to itself; not a Map, nor what Keyv wraps around one, for which the clock
// alone would take a tenth of the call. Keyv does not tell why an item is gone, so there are no evictions.
//
// Keyv before 5 is built in another way and deep in the dependencies of many packages, mostly to hold what is fetched by tools at
// development; it is not looked at, and not reported. An ES module of Keyv is seen where the program uses keyv or cache-manager
// itself, not where it only uses an adapter that brings its own Keyv.
import { cacheItems, cacheOperationDuration, cacheRequests } from '../catalog/cache.ts';
import type { CounterCell } from '../core/recording/cell.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../hooks/instrumentation.ts';
import { type Method, wrapMethod } from '../hooks/wrap-method.ts';
import { type CacheIdentity, Caches } from '../recorders/cache/caches.ts';
import { nameOfCache } from '../recorders/cache/names.ts';
import { CacheStores, type StoreMethods } from '../recorders/cache/stores.ts';
import { nameOfTier } from '../recorders/cache/tiers.ts';

const { isPromise } = process.getBuiltinModule('node:util').types;

interface Keyv {
  readonly store?: Store | null;
  readonly namespace?: unknown;
}

interface Store {
  /** Of what Keyv 6 puts around the application's store, to which of its kinds that belongs. */
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

/** What is kept of a Keyv. */
interface KeyvRecord {
  readonly identity: CacheIdentity;
  readonly hit: CounterCell;
  readonly miss: CounterCell;
  /** The store that is watched; it may be replaced. */
  store: unknown;
}

type Watched = (cache: unknown) => KeyvRecord | undefined;

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

/** The namespace that Keyv 5 gives to all that have none. */
const NO_NAMESPACE = 'keyv';

const patched = new WeakSet<object>();

export const keyv: Instrumentation = {
  name: 'keyv',
  target: { package: 'keyv', versions: '>=5 <7' },
  metrics: [cacheRequests, cacheItems, cacheOperationDuration],
  attach(attachment) {
    const keyvs = new Keyvs(attachment);
    attachment.onDetach(() => keyvs.stop());
    const watch = ({ Keyv }: { readonly Keyv: Class }): Undo => keyvs.watchClass(Keyv.prototype);
    // cache-manager's ES module uses a Keyv that nobody tells of: a cache that is made for nothing but this has one.
    const watchWithin = ({ createCache }: CacheManager): Undo => {
      const [store] = createCache().stores ?? [];
      return store === undefined ? () => {} : keyvs.watchClass(Object.getPrototypeOf(store) as object);
    };
    // The later versions of both are built with .mjs, Keyv since 6 and cache-manager since 7.2.9. The instrumentation of the latter
    // comes first, as it has the module loaded in a way of its own.
    for (const esFile of ['dist/index.mjs', 'dist/index.js']) {
      attachment.patch({ file: 'dist/index.cjs', esFile }, watch);
      attachment.patch({ package: 'cache-manager', versions: '>=7 <8', file: 'dist/index.cjs', esFile }, watchWithin);
    }
  },
};

class Keyvs {
  readonly #guard: Guard;
  readonly #caches: Caches<Map<unknown, unknown>>;
  readonly #stores: CacheStores;
  readonly #records = new WeakMap<Keyv, KeyvRecord>();
  #isStopped = false;

  constructor(attachment: Attachment) {
    this.#guard = attachment.guard;
    this.#caches = new Caches(attachment);
    this.#stores = new CacheStores(this.#caches.operationDuration);
  }

  watchClass(prototype: object): Undo {
    if (patched.has(prototype)) return () => {};
    patched.add(prototype);
    const watched = this.#guard((cache: unknown) => this.#recordOf(cache));
    const undo = [...this.#wrapReads(prototype, watched), ...wrapOthers(prototype, watched)];
    return () => {
      patched.delete(prototype);
      for (const one of undo) one();
    };
  }

  stop(): void {
    this.#isStopped = true;
    this.#caches.stop();
    this.#stores.stop();
  }

  #wrapReads(prototype: object, watched: Watched): Undo[] {
    const count = this.#guard(countReply);
    return wrapEach(prototype, READS, (original, name) => {
      return function (...values) {
        const record = watched(this);
        const isBatch = Array.isArray(values[0]);
        // A `get` of many keys is a `getMany`, which is counted.
        if (record === undefined || (isBatch && name === 'get')) return original.apply(this, values);
        const replying = original.apply(this, values);
        if (!isPromise(replying)) return replying;
        // A rejection goes on to who awaits this, and stays unhandled if nobody does.
        return replying.then((reply) => {
          count(record, isBatch, reply);
          return reply;
        });
      };
    });
  }

  /** Undefined if nothing is to be counted, as of a method that is called on what is no Keyv. */
  #recordOf(cache: unknown): KeyvRecord | undefined {
    if (this.#isStopped || !isKeyv(cache)) return undefined;
    let record = this.#records.get(cache);
    if (record === undefined) this.#records.set(cache, (record = this.#newRecord(cache)));
    const { store } = cache;
    if (record.store !== store) {
      record.store = store;
      if (typeof store === 'object' && store !== null) this.#watchStore(store, record);
    }
    return record;
  }

  #newRecord(cache: Keyv): KeyvRecord {
    const name = nameOfCache(cache) ?? namespaceOf(cache) ?? nameOfTier(cache);
    const identity: CacheIdentity = { 'cache.name': name, 'cache.system': 'keyv' };
    const { requests } = this.#caches;
    const hit = requests.bind({ ...identity, 'cache.result': 'hit' });
    const miss = requests.bind({ ...identity, 'cache.result': 'miss' });
    return { identity, hit, miss, store: undefined };
  }

  /** Several that share a store are one by what it holds and by its calls, with the name of the first. */
  #watchStore(around: Store, { identity }: KeyvRecord): void {
    const kind = around.capabilities?.store;
    const store = kind !== undefined && isStore(around.store) ? around.store : around;
    if (store instanceof Map) this.#caches.watch(store, identity, ({ size }) => ({ items: size }));
    else if (kind !== 'mapLike') this.#stores.watch(store, identity, STORE_METHODS);
  }
}

/** So that the store is watched before its first call, whatever that is. */
function wrapOthers(prototype: object, watched: Watched): Undo[] {
  return wrapEach(prototype, OTHERS, (original) => {
    return function (...values) {
      watched(this);
      return original.apply(this, values);
    };
  });
}

/** Wraps those of the methods that this version has. */
function wrapEach(holder: object, names: readonly string[], around: (original: Method, name: string) => Method): Undo[] {
  return names
    .filter((name) => Object.hasOwn(holder, name))
    .map((name) => wrapMethod(holder, name, (original) => around(original, name)));
}

function countReply({ hit, miss }: KeyvRecord, isBatch: boolean, reply: unknown): void {
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
