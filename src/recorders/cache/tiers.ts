// The names of the tiers of a cache, such as those of cache-manager: a tier has the name of the cache that it is a part of.

/** By tier; the function must hold on to neither the tier nor its cache. */
const tiers = new WeakMap<object, () => string | undefined>();

/** Sets how to look up the name of a tier; of several caches that share it, the first one counts. */
export function noteTier(tier: object, nameOf: () => string | undefined): void {
  if (!tiers.has(tier)) tiers.set(tier, nameOf);
}

/** The name of a tier's cache; undefined if it is no tier, or its cache has no name. */
export function nameOfTier(tier: object): string | undefined {
  return tiers.get(tier)?.();
}
