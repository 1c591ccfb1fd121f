// Exponential histograms with fixed bounds: every value is counted, in a bucket that holds it, whatever the SDK's scale.
import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromExponential } from '../../../src/exporters/prometheus/exponential.ts';
import { AggregationType, application } from './sources.ts';

async function recorded(values: readonly number[], maxSize?: number): Promise<ExponentialHistogram> {
  const options = { recordMinMax: true, ...(maxSize === undefined ? {} : { maxSize }) };
  const { provider, collect } = application([
    { instrumentName: '*', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options } },
  ]);
  const histogram = provider.getMeter('app').createHistogram('h');
  for (const value of values) histogram.record(value);
  const { scopeMetrics } = await collect();
  return scopeMetrics[0]!.metrics[0]!.dataPoints[0]!.value as ExponentialHistogram;
}

describe('an exponential histogram', () => {
  it('an exponential histogram has every value in a bucket that holds it', async () => {
    const anyValues = fc.array(
      fc.oneof(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), fc.constant(0), fc.integer({ min: 1, max: 1000 })),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(anyValues, fc.constantFrom(4, 20, 160), async (values, maxSize) => {
        const { bounds, counts, sum } = fromExponential(await recorded(values, maxSize));
        expect(counts.reduce((total, count) => total + count, 0)).toBe(values.length);
        expect(sum).toBeCloseTo(values.reduce((total, value) => total + value, 0));
        expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
        let cumulative = 0;
        for (const [index, bound] of bounds.entries()) {
          cumulative += counts[index]!;
          // A value on a bound may be on either side of it, since the SDK takes a logarithm.
          const surely = values.filter((value) => value <= bound * (1 - 1e-12)).length;
          const atMost = values.filter((value) => value <= bound * (1 + 1e-12)).length;
          expect(cumulative).toBeGreaterThanOrEqual(surely);
          expect(cumulative).toBeLessThanOrEqual(atMost);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('an exponential histogram that grows keeps its bounds and gets more', async () => {
    const narrow = fromExponential(await recorded([1, 1.1, 1.3]));
    const wide = fromExponential(await recorded([1, 1.1, 1.3, 1000]));
    expect(narrow.bounds).toEqual([1, Math.SQRT2]);
    expect(wide.bounds.slice(0, 2)).toEqual(narrow.bounds);
    expect(wide.bounds.at(-1)).toBe(1024);
    expect(wide.bounds.length).toBe(21);
  });

  it('an exponential histogram can hold negative values', () => {
    const value: ExponentialHistogram = {
      count: 7,
      scale: 0,
      zeroCount: 1,
      positive: { offset: 1, bucketCounts: [2, 0, 1] },
      negative: { offset: 0, bucketCounts: [1, 2] },
    };
    expect(fromExponential(value)).toEqual({ bounds: [-2, -1, 0, 4, 8, 16], counts: [2, 1, 1, 2, 0, 1, 0], sum: undefined });
  });

  it('an exponential histogram can be empty', () => {
    const nothing = { offset: 0, bucketCounts: [] };
    const value: ExponentialHistogram = { count: 0, sum: 0, scale: 20, zeroCount: 0, positive: nothing, negative: nothing };
    expect(fromExponential(value)).toEqual({ bounds: [], counts: [0], sum: 0 });
  });
});
