// When a collection ends an interval, with one reader and with several.
import { expect, it } from 'vitest';
import { CollectionInterval } from '../../src/core/collection-interval.ts';

function endings(...atSeconds: number[]): number[] {
  const interval = new CollectionInterval();
  return atSeconds.filter((seconds) => interval.ends(seconds));
}

it('ends with every collection of one reader, whatever its interval', () => {
  expect(endings(1, 6, 11, 16)).toEqual([1, 6, 11, 16]);
  expect(endings(0.01, 60, 120)).toEqual([0.01, 60, 120]);
});

it('is shared by collections that come close together', () => {
  expect(endings(0, 0.005, 15, 15.5, 17.9, 30, 32)).toEqual([0, 15, 30]);
});

it('still ends now and then when collections never stop coming', () => {
  expect(endings(...Array.from({ length: 20 }, (_, index) => index / 2))).toEqual([0, 3, 6, 9]);
});
