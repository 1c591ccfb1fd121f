// The names of the caches that a cache is made of, such as the tiers of cache-manager: they go by the name of the whole.

/** By tier; what tells the name must hold on to neither the tier nor the whole. */
const tiers = new WeakMap<object, () => string | undefined>();

/** Says how to learn the name of a tier; the first whole that has it counts. */
export function noteTier(tier: object, nameOf: () => string | undefined): void {
  if (!tiers.has(tier)) tiers.set(tier, nameOf);
}

/** The name of a tier; undefined if it is of no larger cache, or that has no name. */
export function nameOfTier(tier: object): string | undefined {
  return tiers.get(tier)?.();
}
