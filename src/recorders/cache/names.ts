// The names that an application gives to its caches, shared by every copy of promtel in the process; no cache is kept alive.
import { sharedAcrossCopies } from '../../core/shared-across-copies.ts';

const names = sharedAcrossCopies('cacheNames.1', () => new WeakMap<object, string>());

/** Gives a cache a name for `cache.name`; the last one counts. */
export function nameCache(cache: object, name: string): void {
  names().set(cache, name);
}

/** The name that the application gave to a cache; undefined if it gave none. */
export function nameOfCache(cache: object): string | undefined {
  return names().get(cache);
}
