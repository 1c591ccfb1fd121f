// A tier goes by the name of the cache that it is part of, whenever that is given its name.
import { expect, it } from 'vitest';
import { nameOfTier, noteTier } from '../../../src/recorders/cache/tiers.ts';

it('the name of a tier is the current name of its cache', () => {
  const tier = {};
  let name: string | undefined;
  noteTier(tier, () => name);
  expect(nameOfTier(tier)).toBeUndefined();
  name = 'users';
  expect(nameOfTier(tier)).toBe('users');
});

it('a tier of two caches has the name of the first', () => {
  const tier = {};
  for (const name of ['users', 'orders']) noteTier(tier, () => name);
  expect(nameOfTier(tier)).toBe('users');
});

it('what is no tier has no name', () => {
  expect(nameOfTier({})).toBeUndefined();
});
