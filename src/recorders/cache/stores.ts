// Times the calls to the stores of caches, such as Redis, by their wrapped methods; a cache may swallow the errors of its store.
import type { cacheOperationDuration } from '../../catalog/cache.ts';
import { nowMillis } from '../../core/clock.ts';
import { copyFunctionShape } from '../../core/function-shape.ts';
import { type OperationListener, timeOperation } from '../../core/operation.ts';
import type { Histogram } from '../../core/recording/instrument.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { WeakUndos } from '../../hooks/weak-undos.ts';
import type { Method } from '../../hooks/wrap-method.ts';
import type { CacheIdentity } from './caches.ts';

const { isPromise } = process.getBuiltinModule('node:util').types;

/** The `cache.operation` of each method of a store. */
export type StoreMethods = Readonly<Record<string, string>>;

export class CacheStores {
  readonly #duration: Histogram<typeof cacheOperationDuration>;
  readonly #stores = new WeakUndos();
  #isStopped = false;

  constructor(duration: Histogram<typeof cacheOperationDuration>) {
    this.#duration = duration;
  }

  /** Times the methods of a store, by the name of its first cache. Calls that return no promise are not timed. */
  watch(store: object, identity: CacheIdentity, methods: StoreMethods): void {
    if (this.#stores.has(store)) return;
    // Where a method calls another of the same store, as `getMany` may call `get`, the outer call alone is timed.
    const calls: Calls = { depth: 0 };
    const undos = Object.entries(methods).map(([name, operation]) =>
      this.#time(store, name, calls, this.#listener({ ...identity, 'cache.operation': operation })),
    );
    this.#stores.add(store, undoAll(undos));
  }

  /** Restores the methods of all stores. */
  stop(): void {
    this.#isStopped = true;
    this.#stores.undoAll();
  }

  #listener(attributes: CacheIdentity & { readonly 'cache.operation': string }): OperationListener {
    return ({ durationSeconds, errorType }) =>
      this.#duration.record(durationSeconds, errorType === undefined ? attributes : { ...attributes, 'error.type': errorType });
  }

  #time(store: object, name: string, calls: Calls, ended: OperationListener): () => void {
    const original = (store as Record<string, unknown>)[name];
    if (typeof original !== 'function') return () => {};
    const isIdle = (): boolean => this.#isStopped || calls.depth > 0;
    const timed: Method = function (...values) {
      if (isIdle()) return Reflect.apply(original, this, values) as unknown;
      calls.depth += 1;
      try {
        const startMillis = nowMillis();
        const result = Reflect.apply(original, this, values) as unknown;
        return isPromise(result) ? timeOperation(() => result, ended, startMillis) : result;
      } finally {
        calls.depth -= 1;
      }
    };
    return replace(store, name, copyFunctionShape(timed, original));
  }
}

/** How many calls of a store are on the stack. */
interface Calls {
  depth: number;
}

/** Replaces a method on an object, which may have it from its class; the function returned restores it. */
function replace(store: object, name: string, value: object): () => void {
  const own = Object.getOwnPropertyDescriptor(store, name);
  const descriptor = { value, configurable: true, writable: true, enumerable: own?.enumerable ?? false };
  // A method that cannot be replaced is not timed.
  if (!Reflect.defineProperty(store, name, descriptor)) return () => {};
  return () => {
    // A wrapper that was put around ours later stays.
    if ((store as Record<string, unknown>)[name] !== value) return;
    if (own === undefined) Reflect.deleteProperty(store, name);
    else Reflect.defineProperty(store, name, own);
  };
}
