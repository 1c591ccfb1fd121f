// The names that an application gives to its caches, shared by every copy of promtel in the process; no cache is kept alive.

// The number goes up when copies can no longer understand each other's names.
const KEY = Symbol.for('promtel.cacheNames.1');

interface Holder {
  [KEY]?: WeakMap<object, string>;
}

function sharedNames(): WeakMap<object, string> {
  const holder = globalThis as Holder;
  return (holder[KEY] ??= new WeakMap());
}

/** Gives a cache a name for `cache.name`; the last one counts. */
export function nameCache(cache: object, name: string): void {
  sharedNames().set(cache, name);
}

/** The name that the application gave to a cache; undefined if it gave none. */
export function nameOfCache(cache: object): string | undefined {
  return sharedNames().get(cache);
}
