// Which collections end an interval, with one reader and with several.
import { expect, it } from 'vitest';
import { CollectionInterval } from '../../src/core/collection-interval.ts';

function endsOf(...atSeconds: number[]): number[] {
  const interval = new CollectionInterval();
  return atSeconds.filter((seconds) => interval.ends(seconds));
}

it('every collection of a single reader ends an interval', () => {
  expect(endsOf(1, 6, 11, 16)).toEqual([1, 6, 11, 16]);
  expect(endsOf(0.01, 60, 120)).toEqual([0.01, 60, 120]);
});

it('collections within three seconds share an interval', () => {
  expect(endsOf(0, 0.005, 15, 15.5, 17.9, 30, 32)).toEqual([0, 15, 30]);
});

it('an interval ends after three seconds even if collections never pause', () => {
  expect(endsOf(...Array.from({ length: 20 }, (_, index) => index / 2))).toEqual([0, 3, 6, 9]);
});
