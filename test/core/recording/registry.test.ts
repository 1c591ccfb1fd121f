// The registry: one instrument a metric, overrides, callbacks that fail alone.
import { afterEach, describe, expect, it } from 'vitest';
import { defineMetric } from '../../../src/core/metric.ts';
import { onProblem, type Problem } from '../../../src/core/problem.ts';
import { CHANGED_FOR_ALL } from '../../../src/core/recording/block.ts';
import { Registry } from '../../../src/core/recording/registry.ts';

const orders = defineMetric({
  name: 'orders',
  instrument: 'counter',
  unit: '{order}',
  brief: 'Orders.',
  stability: 'stable',
  attributes: [],
});
const stock = defineMetric({
  name: 'stock',
  instrument: 'gauge',
  unit: '{item}',
  brief: 'Stock.',
  stability: 'stable',
  merge: 'max',
  attributes: [],
});

afterEach(() => onProblem(undefined));

describe('instruments', () => {
  it('the registry returns the same instrument for the same metric', () => {
    const registry = new Registry();
    const counter = registry.instrument(orders);
    expect(registry.instrument(orders)).toBe(counter);
    expect(registry.families.map(({ definition }) => definition.name)).toEqual(['orders']);
  });

  it('a second definition of another kind does not disturb the first', () => {
    const problems: Problem[] = [];
    onProblem((problem) => problems.push(problem));
    const registry = new Registry();
    registry.instrument(orders).add(1);
    registry.instrument(defineMetric({ ...stock, name: 'orders' })).set(9);
    expect(registry.families).toHaveLength(1);
    expect(registry.instrument(orders).bind().value).toBe(1);
    expect(problems).toEqual([
      { subject: 'orders', message: 'is defined as a counter and again as a gauge; the second is not exported' },
    ]);
  });

  const duration = defineMetric({
    name: 'shop.duration',
    instrument: 'histogram',
    unit: 's',
    brief: 'Duration.',
    stability: 'stable',
    buckets: [1, 5],
    attributes: [
      { key: 'shop.a', type: 'string', brief: 'A.' },
      { key: 'shop.b', type: 'int', brief: 'B.' },
    ],
  });

  it.each([
    [{ unit: 'ms' }, 'with unit s and again with unit ms'],
    [{ buckets: [1, 6] }, 'with bounds 1, 5 and again with bounds 1, 6'],
    [
      { attributes: duration.attributes.slice(1) },
      'with attributes shop.a (string), shop.b (int) and again with attributes shop.b (int)',
    ],
    [{ attributes: [] }, 'with attributes shop.a (string), shop.b (int) and again with no attributes'],
  ])('of a metric that is defined again with %o do not disturb the first', (other, difference) => {
    const problems: Problem[] = [];
    onProblem((problem) => problems.push(problem));
    const registry = new Registry();
    const name = `shop.duration.${Object.keys(other).join()}.${difference.length}`;
    const first = registry.instrument({ ...duration, name });
    registry.instrument({ ...duration, name, ...other }).record(3, {});
    expect(first.family.size).toBe(0);
    expect(registry.families).toHaveLength(1);
    expect(problems).toEqual([{ subject: name, message: `is defined ${difference}; the second is not exported` }]);
  });

  it('an equal second definition gets the same instrument', () => {
    const registry = new Registry();
    registry.overrideOf = () => ({ buckets: [7], dropAttributes: ['shop.a'] });
    const attributes = duration.attributes.toReversed().map((attribute) => ({ ...attribute }));
    const again = { ...duration, attributes, buckets: [...duration.buckets], brief: 'In other words.' };
    expect(registry.instrument(again)).toBe(registry.instrument(duration));
  });

  it('a second definition of a dropped metric gets the same instrument', () => {
    const registry = new Registry();
    registry.overrideOf = () => ({ drop: true });
    const first = registry.instrument(duration);
    expect(registry.instrument({ ...duration })).toBe(first);
    first.record(1, { 'shop.a': 'x' });
    expect(first.family.keys).toEqual([]);
  });

  it('the instrument of a dropped metric exports nothing', () => {
    const registry = new Registry();
    registry.overrideOf = (name) => (name === 'orders' ? { drop: true } : undefined);
    registry.instrument(orders).add(1);
    registry.instrument(stock).set(1);
    expect(registry.families.map(({ definition }) => definition.name)).toEqual(['stock']);
  });

  it('a reset sets all series to zero, bound cells too', () => {
    const registry = new Registry();
    const bound = registry.instrument(orders).bind();
    bound.add(3);
    registry.reset();
    bound.add(2);
    expect(registry.instrument(orders).bind().value).toBe(2);
  });
});

describe('collecting', () => {
  it('collect runs callbacks once for calls at the same time and waits for slow ones', async () => {
    const registry = new Registry();
    const gauge = registry.instrument(stock);
    let runs = 0;
    registry.onCollect('stock', async () => {
      await Promise.resolve();
      gauge.set((runs += 1));
    });
    await Promise.all([registry.collect(), registry.collect()]);
    expect(gauge.bind().value).toBe(1);
    await registry.collect();
    expect(gauge.bind().value).toBe(2);
  });

  it('collect counts a failing callback and runs the others', async () => {
    const registry = new Registry();
    const gauge = registry.instrument(stock);
    registry.onCollect('broken', () => {
      throw new Error('no');
    });
    registry.onCollect('rejecting', () => Promise.reject(new Error('never')));
    const stop = registry.onCollect('stock', () => gauge.set(5));
    await registry.collect();
    stop();
    gauge.set(6);
    await registry.collect();
    expect(gauge.bind().value).toBe(6);
    expect([...registry.failedCallbacks]).toEqual([
      ['broken', 2],
      ['rejecting', 2],
    ]);
  });

  it('a callback registered twice is removed one registration at a time', async () => {
    const registry = new Registry();
    const runs = { count: 0 };
    const failing = (): void => {
      runs.count += 1;
      throw new Error('no');
    };
    const stopFirst = registry.onCollect('first', failing);
    registry.onCollect('second', failing);
    await registry.collect();
    expect(runs.count).toBe(2);
    stopFirst();
    stopFirst();
    await registry.collect();
    expect([...registry.failedCallbacks]).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
  });

  it('collect gives up a callback that does not end', async () => {
    const registry = new Registry();
    registry.onCollect('hanging', () => new Promise(() => {}));
    await registry.collect();
    expect(registry.failedCallbacks.size).toBe(0);
  });
});

describe('readers', () => {
  it('each reader gets a bit of its own, as long as there are any', () => {
    const registry = new Registry();
    const bits = Array.from({ length: 30 }, () => registry.claimReaderBit());
    expect(new Set(bits).size).toBe(30);
    expect(bits.reduce((all, bit) => all | bit, 0)).toBe(CHANGED_FOR_ALL);
    expect(registry.claimReaderBit()).toBe(0);
    registry.releaseReaderBit(bits[7]!);
    expect(registry.claimReaderBit()).toBe(bits[7]);
  });
});
