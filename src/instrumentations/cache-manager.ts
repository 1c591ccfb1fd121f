// cache-manager 7: how long the functions take, and how they fail, that `wrap` calls to load or refresh an item.
//
// Requests are counted by the instrumentation of Keyv, since each tier of a cache is one. The tiers take the name of the whole
// cache: the one that the application gave it, else the `cacheId` of its options. A call that waits for the load of another reads
// no tier and loads nothing, so it is not counted. Before 7.2.9, `createCache` is exported in a way that cannot be replaced.
import { cacheOperationDuration } from '../catalog/cache.ts';
import { type OperationListener, timeOperation } from '../core/operation.ts';
import type { Histogram } from '../core/recording/instrument.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../hooks/instrumentation.ts';
import { observeCalls } from '../hooks/observe-calls.ts';
import { WeakUndos } from '../hooks/weak-undos.ts';
import { nameOfCache } from '../recorders/cache/names.ts';
import { noteTier } from '../recorders/cache/tiers.ts';

interface Cache {
  readonly stores: readonly object[];
}

interface Options {
  readonly cacheId?: unknown;
}

export const cacheManager: Instrumentation = {
  name: 'cache-manager',
  target: { package: 'cache-manager', versions: '>=7.2.9 <8' },
  metrics: [cacheOperationDuration],
  attach(attachment) {
    const loads = new Loads(attachment);
    attachment.onDetach(() => loads.stop());
    const patch = (exports: object): Undo =>
      observeCalls(exports, 'createCache', attachment.guard, {
        after: (_, [options]: [Options | undefined], cache) => loads.observe(cache as Cache, options),
      });
    attachment.patch({ file: 'dist/index.cjs', esFile: 'dist/index.mjs', esReplaces: ['createCache'] }, patch);
    // An earlier version is only reported.
    attachment.patch({ file: 'dist/index.cjs', esFile: 'dist/index.js' }, () => () => {});
  },
};

class Loads {
  readonly #duration: Histogram<typeof cacheOperationDuration>;
  readonly #caches = new WeakUndos();
  readonly #guard: Guard;

  constructor({ registry, guard }: Attachment) {
    this.#guard = guard;
    this.#duration = registry.instrument(cacheOperationDuration);
  }

  observe(cache: Cache, options: Options | undefined): void {
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
    // `wrap` calls the function that it is given only where it loads or refreshes, and of several callers the function of one.
    const undo = observeCalls(cache, 'wrap', this.#guard, {
      before(_, values: unknown[]) {
        if (typeof values[1] === 'function') values[1] = timed(values[1], ended);
      },
    });
    this.#caches.add(cache, undo);
  }

  stop(): void {
    this.#caches.undoAll();
  }
}

function timed(load: Function, ended: OperationListener): () => unknown {
  return function (this: unknown) {
    return timeOperation(() => Reflect.apply(load, this, arguments) as unknown, ended);
  };
}

/** Looks the name up later, since a cache is named after it was made. Its tiers may outlive it, so it is not kept alive. */
function namerOf(cache: Cache, cacheId: string | undefined): () => string | undefined {
  const reference = new WeakRef(cache);
  return () => {
    const living = reference.deref();
    return (living === undefined ? undefined : nameOfCache(living)) ?? cacheId;
  };
}

/** Where there are several tiers, each name ends with what the events of cache-manager call the tier. */
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
