// promtel/testing finds what was recorded, and explains what it did not find.
import { beforeEach, describe, expect, it } from 'vitest';
import { defineMetric } from '../src/core/metric.ts';
import { sharedRegistry } from '../src/core/recording/shared-registry.ts';
import { collect, expectMetric, reset } from '../src/testing.ts';

const sales = defineMetric({
  name: 'test.sales',
  instrument: 'counter',
  unit: '{sale}',
  brief: 'Sales.',
  stability: 'stable',
  attributes: [{ key: 'shop', type: 'string', brief: 'Shop.' }],
});
const wait = defineMetric({
  name: 'test.wait',
  instrument: 'histogram',
  unit: 's',
  brief: 'Wait.',
  stability: 'stable',
  buckets: [1],
  attributes: [],
});
const sold = sharedRegistry().instrument(sales);
const waited = sharedRegistry().instrument(wait);

beforeEach(reset);

describe('expectMetric', () => {
  it('expectMetric finds series by some of their attributes and adds them up', async () => {
    sold.add(2, { shop: 'north' });
    sold.add(3, { shop: 'south' });
    await expectMetric(sales, { attributes: { shop: 'north' }, value: 2 });
    await expectMetric('test.sales', { value: 5 });
    await expectMetric('test.sales', { value: (total) => total > 4 });
  });

  it('expectMetric expects the count and sum of histograms', async () => {
    waited.record(0.5);
    waited.record(4);
    const [sample] = await expectMetric(wait, { value: 2, sum: 4.5 });
    expect(sample!.buckets).toEqual([
      { upTo: 1, count: 1 },
      { upTo: Infinity, count: 1 },
    ]);
  });

  it('expectMetric lists the series that there are where none matches', async () => {
    sold.add(2, { shop: 'north' });
    await expect(expectMetric(sales, { attributes: { shop: 'west' }, value: 2 })).rejects.toThrow(
      'expected test.sales {shop="west"}, value 2; there are\n  {shop="north"} value 2',
    );
    await expect(expectMetric('test.nothing')).rejects.toThrow(
      'expected test.nothing {}, but test.nothing has no series (promtel/register was not loaded in this thread)',
    );
  });
});

describe('a series that was reset', () => {
  it('expectMetric does not match a series that was reset unless something is recorded again', async () => {
    sold.add(2, { shop: 'north' });
    reset();
    await expect(expectMetric(sales, { attributes: { shop: 'north' } })).rejects.toThrow('{shop="north"} value 0');
    await expectMetric(sales, { attributes: { shop: 'north' }, value: 0 });
    sold.add(1, { shop: 'north' });
    await expectMetric(sales, { attributes: { shop: 'north' } });
  });
});

describe('collect and reset', () => {
  it('collect reads values, and reset sets series to zero', async () => {
    const stop = sharedRegistry().onCollect('test', () => sold.observe(7, { shop: 'east' }));
    expect(await collect()).toContainEqual({
      name: 'test.sales',
      instrument: 'counter',
      unit: '{sale}',
      attributes: { shop: 'east' },
      value: 7,
    });
    stop();
    reset();
    expect((await collect()).filter(({ value }) => value !== 0)).toEqual([]);
  });
});
