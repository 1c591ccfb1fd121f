// Converts an exponential histogram to one with fixed bounds, the only kind that the text formats have.
//
// Bounds are powers of the square root of two, whatever scale the SDK is at: it halves its scale when values spread, and
// bounds that moved with it would be new series each time. What is counted stays exact; a quantile is off by at most the
// width of a bucket, 41 %. An exponential histogram that comes by OTLP is stored as it is.
import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import type { Distribution } from './point.ts';

/** Buckets at scale 1 are half a power of two wide. */
const MOST_SCALE = 1;

interface Buckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

/** The same counts in buckets with fixed bounds, from the lowest that holds something to the highest. */
export function fromExponential({ scale, zeroCount, positive, negative, sum }: ExponentialHistogram): Distribution {
  const widening = Math.max(0, scale - MOST_SCALE);
  // How many times the values double from one bound to the next.
  const doublings = 2 ** -Math.min(scale, MOST_SCALE);
  const bounds: number[] = [];
  const counts: number[] = [];
  const add = (bound: number, count: number): void => {
    bounds.push(bound);
    counts.push(count);
  };
  // A bucket holds what is above base^index and up to base^(index + 1); mirrored, the lower end becomes the bound.
  for (const [index, count] of widened(negative, widening).toReversed()) add(-(2 ** (doublings * index)), count);
  if (zeroCount > 0 || bounds.length > 0) add(0, zeroCount);
  for (const [index, count] of widened(positive, widening)) add(2 ** (doublings * (index + 1)), count);
  return { bounds, counts: [...counts, 0], sum };
}

/** Counts by the index of the wider bucket that they fall into, with no gap between the first and the last. */
function widened({ offset, bucketCounts }: Buckets, widening: number): [index: number, count: number][] {
  const counts = new Map<number, number>();
  for (const [position, count] of bucketCounts.entries()) {
    if (count === 0) continue;
    const index = Math.floor((offset + position) / 2 ** widening);
    counts.set(index, (counts.get(index) ?? 0) + count);
  }
  if (counts.size === 0) return [];
  const first = Math.min(...counts.keys());
  const last = Math.max(...counts.keys());
  return Array.from({ length: last - first + 1 }, (_, step) => [first + step, counts.get(first + step) ?? 0]);
}
