// Caches made with cache-manager: how long the functions take, and how they fail, that `wrap` has an item loaded with or refreshed.
//
// What a cache is asked for is counted where it is asked, by the instrumentation of Keyv: each of its tiers is one. They go by the
// name of the whole, which is the one that it was given, else the `cacheId` of its options. Calls that wait for the load of another
// ask no tier and load nothing, so they are not counted. Versions before 7.2.9 give away a function that cannot be replaced.
import { cacheOperationDuration } from '../catalog/cache.ts';
import { type OperationListener, timeOperation } from '../core/operation.ts';
import type { Histogram } from '../core/recording/instrument.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';
import { WeakUndos } from '../hooks/weak-undos.ts';
import { type Method, wrapMethod } from '../hooks/wrap-method.ts';
import { nameOfCache } from '../recorders/cache/names.ts';
import { noteTier } from '../recorders/cache/tiers.ts';

interface Cache {
  readonly stores: readonly object[];
  readonly wrap: Method;
}

interface Options {
  readonly cacheId?: unknown;
}

/** Of two attachments, the first follows a cache. */
const followed = new WeakSet<object>();

export const cacheManager: Instrumentation = {
  name: 'cache-manager',
  target: { package: 'cache-manager', versions: '>=7.2.9 <8' },
  metrics: [cacheOperationDuration],
  attach(attachment) {
    const loads = new Loads(attachment);
    attachment.onDetach(() => loads.stop());
    const follow = attachment.guard((cache: Cache, options: Options | undefined) => loads.follow(cache, options));
    const patch = (exports: object) =>
      wrapMethod(
        exports,
        'createCache',
        (original) =>
          function (...values) {
            const cache = original.apply(this, values);
            follow(cache as Cache, values[0] as Options | undefined);
            return cache;
          },
      );
    attachment.patch({ file: 'dist/index.cjs', esFile: 'dist/index.mjs', esReplaces: ['createCache'] }, patch);
    // So that an earlier version is seen, and reported.
    attachment.patch({ file: 'dist/index.cjs', esFile: 'dist/index.js' }, () => () => {});
  },
};

class Loads {
  readonly #duration: Histogram<typeof cacheOperationDuration>;
  readonly #caches = new WeakUndos();
  #isStopped = false;

  constructor({ registry }: Attachment) {
    this.#duration = registry.instrument(cacheOperationDuration);
  }

  follow(cache: Cache, options: Options | undefined): void {
    if (followed.has(cache)) return;
    followed.add(cache);
    const { cacheId } = options ?? {};
    const nameOf = namerOf(cache, typeof cacheId === 'string' && cacheId !== '' ? cacheId : undefined);
    nameTiers(cache.stores, nameOf);
    const ended: OperationListener = ({ durationSeconds, errorType }) =>
      this.#duration.record(durationSeconds, {
        'cache.name': nameOf(),
        'cache.system': 'cache-manager',
        'cache.operation': 'load',
        'error.type': errorType,
      });
    const isOver = (): boolean => this.#isStopped;
    this.#caches.add(
      cache,
      wrapMethod(cache, 'wrap', (original) => timingLoads(original, ended, isOver)),
    );
  }

  stop(): void {
    this.#isStopped = true;
    this.#caches.undoAll();
  }
}

/** `wrap` calls the function that it is given only where it loads or refreshes, and of several callers the function of one. */
function timingLoads(original: Method, ended: OperationListener, isOver: () => boolean): Method {
  return function (...values) {
    const load = values[1];
    if (typeof load === 'function' && !isOver())
      values[1] = function (this: unknown) {
        return timeOperation(() => Reflect.apply(load, this, arguments) as unknown, ended);
      };
    return original.apply(this, values);
  };
}

/** Asked later, because a cache is named after it was made; holds on to no cache, because its tiers may outlive it. */
function namerOf(cache: Cache, cacheId: string | undefined): () => string | undefined {
  const reference = new WeakRef(cache);
  return () => {
    const living = reference.deref();
    return (living === undefined ? undefined : nameOfCache(living)) ?? cacheId;
  };
}

/** Where there are several, each has in addition what cache-manager's own events call it. */
function nameTiers(tiers: readonly object[], nameOf: () => string | undefined): void {
  const isAlone = tiers.length === 1;
  for (const [index, tier] of tiers.entries()) {
    const label = index === 0 ? 'primary' : `secondary:${index - 1}`;
    noteTier(tier, () => {
      const name = nameOf();
      return name === undefined || isAlone ? name : `${name}/${label}`;
    });
  }
}
