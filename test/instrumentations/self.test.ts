// promtel's metrics of itself: the version always, anything else only once there is something to report.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineMetric } from '../../src/core/metric.ts';
import { onProblem } from '../../src/core/problem.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { samplesOf } from '../../src/core/recording/samples.ts';
import { VERSION } from '../../src/core/version.ts';
import { attach, type AttachedInstrumentation } from '../../src/hooks/attach.ts';
import type { Instrumentation } from '../../src/hooks/instrumentation.ts';
import { self } from '../../src/instrumentations/self.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';

const orders = defineMetric({
  name: 'shop.orders',
  instrument: 'counter',
  unit: '{order}',
  brief: 'Orders.',
  stability: 'stable',
  attributes: [{ key: 'shop.name', type: 'string', brief: 'Name of the shop.' }],
  limit: 3,
});

let registry: Registry;
let attached: AttachedInstrumentation;

beforeEach(() => {
  onProblem(() => undefined);
  registry = new Registry();
  attached = attach(self, registry, SETTINGS);
});

afterEach(() => {
  attached.detach();
  onProblem(undefined);
});

async function read(name: string): Promise<unknown[]> {
  await registry.collect();
  return samplesOf(registry)
    .filter((sample) => sample.name === name)
    .map(({ attributes, value }) => [...Object.values(attributes), value]);
}

describe('metrics of promtel itself', () => {
  it('reports the versions of promtel and Node.js', async () => {
    expect(await read('promtel.build.info')).toEqual([[process.versions.node, VERSION, 1]]);
  });

  it('reports nothing else of promtel while nothing is wrong', async () => {
    await registry.collect();
    expect(new Set(samplesOf(registry).map(({ name }) => name))).toEqual(
      new Set(['promtel.build.info', 'promtel.metric.series']),
    );
  });

  it('counts the series of every metric that has one, its own included', async () => {
    const counter = registry.instrument(orders);
    expect(await read('promtel.metric.series')).toEqual([
      ['promtel.metric.series', 2],
      ['promtel.build.info', 1],
    ]);
    counter.add(1, { 'shop.name': 'a' });
    counter.add(1, { 'shop.name': 'b' });
    await registry.collect();
    const counted = new Map<string, number>();
    for (const { name } of samplesOf(registry)) counted.set(name, (counted.get(name) ?? 0) + 1);
    expect(new Map((await read('promtel.metric.series')) as [string, number][])).toEqual(counted);
    counter.remove({ 'shop.name': 'a' });
    counter.remove({ 'shop.name': 'b' });
    expect(await read('promtel.metric.series')).toContainEqual(['shop.orders', 0]);
  });

  it('counts series that the same collection makes', async () => {
    const gauge = registry.instrument(defineMetric({ ...orders, name: 'shop.open', instrument: 'gauge', merge: 'max' }));
    registry.onCollect('shop', () => gauge.set(1));
    expect(await read('promtel.metric.series')).toContainEqual(['shop.open', 1]);
  });

  it('counts values that went to the overflow series', async () => {
    const counter = registry.instrument(orders);
    for (const name of ['a', 'b', 'c', 'd', 'd']) counter.add(1, { 'shop.name': name });
    expect(await read('promtel.metric.overflow')).toEqual([['shop.orders', 3]]);
  });

  it('counts rejected values', async () => {
    const counter = registry.instrument(orders);
    for (const amount of [Number.NaN, -1, Infinity, 1]) counter.add(amount);
    expect(await read('promtel.metric.rejected')).toEqual([['shop.orders', 3]]);
    counter.add(-1);
    expect(await read('promtel.metric.rejected')).toEqual([['shop.orders', 4]]);
  });

  it('names an instrumentation that failed', async () => {
    const broken: Instrumentation = {
      name: 'broken',
      target: { package: 'broken', versions: '*' },
      metrics: [],
      attach() {
        throw new Error('no');
      },
    };
    attach(broken, registry, SETTINGS);
    expect(await read('promtel.instrumentation.detached')).toEqual([['broken', 1]]);
  });

  it('counts failed callbacks', async () => {
    registry.onCollect('moon', () => {
      throw new Error('too far');
    });
    registry.onCollect('mars', () => Promise.reject(new Error('further still')));
    await registry.collect();
    expect(new Map((await read('promtel.collection.errors')) as [string, number][])).toEqual(
      new Map([
        ['moon', 1],
        ['mars', 1],
      ]),
    );
  });

  it('reports nothing of promtel once it is detached', async () => {
    attached.detach();
    await registry.collect();
    expect(samplesOf(registry)).toEqual([]);
  });
});
