// The registry: one instrument a metric, overrides, callbacks that fail alone.
import { afterEach, describe, expect, it } from 'vitest';
import { CHANGED_FOR_ALL } from '../../src/core/block.ts';
import { defineMetric } from '../../src/core/metric.ts';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { Registry } from '../../src/core/registry.ts';

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
  it('are the same for the same metric', () => {
    const registry = new Registry();
    const counter = registry.instrument(orders);
    expect(registry.instrument(orders)).toBe(counter);
    expect(registry.families.map(({ definition }) => definition.name)).toEqual(['orders']);
  });

  it('of a metric that is defined twice with different kinds do not disturb the first', () => {
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

  it('of a dropped metric record into nothing', () => {
    const registry = new Registry();
    registry.overrideOf = (name) => (name === 'orders' ? { drop: true } : undefined);
    registry.instrument(orders).add(1);
    registry.instrument(stock).set(1);
    expect(registry.families.map(({ definition }) => definition.name)).toEqual(['stock']);
  });

  it('start over after a reset, bound cells too', () => {
    const registry = new Registry();
    const bound = registry.instrument(orders).bind();
    bound.add(3);
    registry.reset();
    bound.add(2);
    expect(registry.instrument(orders).bind().value).toBe(2);
  });
});

describe('collecting', () => {
  it('runs callbacks once for callers at the same time and waits for slow ones', async () => {
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

  it('lets a failing callback cost only itself and counts it', async () => {
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

  it('does not wait for ever', async () => {
    const registry = new Registry();
    registry.onCollect('hanging', () => new Promise(() => {}));
    await registry.collect();
    expect(registry.failedCallbacks.size).toBe(0);
  });
});

describe('readers', () => {
  it('have a bit each, as long as there are any', () => {
    const registry = new Registry();
    const bits = Array.from({ length: 30 }, () => registry.claimReaderBit());
    expect(new Set(bits).size).toBe(30);
    expect(bits.reduce((all, bit) => all | bit, 0)).toBe(CHANGED_FOR_ALL);
    expect(registry.claimReaderBit()).toBe(0);
    registry.releaseReaderBit(bits[7]!);
    expect(registry.claimReaderBit()).toBe(bits[7]);
  });
});
