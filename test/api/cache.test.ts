// `cache` counts hits and misses, times operations and loads, shows how full a cache is, and names instances.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { cache } from '../../src/index.ts';
import { nameOfCache } from '../../src/recorders/cache/names.ts';
import { newId, seriesOf } from './api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

describe('cache.track', () => {
  it('cache.track counts a get as a hit or a miss by its result, and times it', async () => {
    const name = newId();
    for (const value of ['ada', 0, '', null, undefined]) await cache.track({ name }, () => Promise.resolve(value));
    expect(await seriesOf('cache.requests', name)).toEqual([
      { 'cache.result': 'hit', value: 3 },
      { 'cache.result': 'miss', value: 2 },
    ]);
    expect(await seriesOf('cache.operation.duration', name)).toEqual([{ 'cache.operation': 'get', value: 5 }]);
  });

  it('cache.track counts a get by resultOf where it is given', async () => {
    const name = newId();
    const resultOf = ({ isOld }: { isOld: boolean }): 'hit' | 'stale' => (isOld ? 'stale' : 'hit');
    for (const isOld of [true, false, true]) cache.bind({ name }).track(() => ({ isOld }), { resultOf });
    expect(await seriesOf('cache.requests', name)).toEqual([
      { 'cache.result': 'stale', value: 2 },
      { 'cache.result': 'hit', value: 1 },
    ]);
  });

  it('cache.track counts a failed get neither as a hit nor as a miss', async () => {
    const name = newId();
    await cache.track({ name }, () => Promise.reject(new RangeError('x'))).catch(() => {});
    expect(await seriesOf('cache.requests', name)).toEqual([]);
    const failed = { 'cache.operation': 'get', 'error.type': 'RangeError', value: 1 };
    expect(await seriesOf('cache.operation.duration', name)).toEqual([failed]);
  });

  it('cache.track and load count no request for other operations', async () => {
    const name = newId();
    cache.track({ name, operation: 'set' }, () => true);
    await cache.load({ name }, () => Promise.resolve('ada'));
    expect(await seriesOf('cache.requests', name)).toEqual([]);
    expect(await seriesOf('cache.operation.duration', name)).toEqual([
      { 'cache.operation': 'set', value: 1 },
      { 'cache.operation': 'load', value: 1 },
    ]);
  });
});

describe('the events of a cache', () => {
  it.each(['hit', 'miss', 'stale'] as const)('cache.%s counts requests, bound as unbound', async (result) => {
    const [unbound, bound] = [newId(), newId()];
    cache[result]({ name: unbound, system: 'map' });
    cache[result]({ name: unbound, system: 'map' }, 4);
    const series = cache.bind({ name: bound, system: 'map' });
    series[result]();
    series[result](4);
    expect(await seriesOf('cache.requests', unbound)).toEqual([{ 'cache.system': 'map', 'cache.result': result, value: 5 }]);
    expect(await seriesOf('cache.requests', bound)).toEqual(await seriesOf('cache.requests', unbound));
  });

  it('cache.evicted counts by reason, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    cache.evicted({ name: unbound }, 'capacity');
    cache.evicted({ name: unbound }, 'expired', 3);
    const series = cache.bind({ name: bound });
    series.evicted('capacity');
    series.evicted('expired', 3);
    expect(await seriesOf('cache.evictions', unbound)).toEqual([
      { 'cache.eviction.reason': 'capacity', value: 1 },
      { 'cache.eviction.reason': 'expired', value: 3 },
    ]);
    expect(await seriesOf('cache.evictions', bound)).toEqual(await seriesOf('cache.evictions', unbound));
  });

  it('cache reports a missing name', () => {
    (cache.miss as (named: unknown) => void)({ nam: 'users' });
    const message = "is recorded without its name, which is undefined: accepted is { name: 'users', system: 'memcached' }";
    expect(problems).toContainEqual({ subject: 'cache.requests', message });
  });
});

it('cache.observe shows how full a cache is', async () => {
  const name = newId();
  const stop = cache.observe({ name, system: 'map' }, () => ({ items: 3, maxItems: 10, sizeBytes: 2048 }));
  const gauges = ['cache.items', 'cache.max_items', 'cache.size'];
  const values = await Promise.all(gauges.map((metric) => seriesOf(metric, name)));
  expect(values.flat()).toEqual([3, 10, 2048].map((value) => ({ 'cache.system': 'map', value })));
  stop();
  for (const metric of gauges) expect(await seriesOf(metric, name)).toEqual([]);
});

describe('cache.name', () => {
  it('cache.name names an instance and returns it', () => {
    const instance = new Map();
    expect(cache.name(instance, 'users')).toBe(instance);
    expect(nameOfCache(instance)).toBe('users');
  });

  it('cache.name reports what cannot be named, and throws nothing', () => {
    const untyped = cache.name as (instance: unknown, name: unknown) => unknown;
    const instance = new Map();
    expect([untyped(undefined, 'users'), untyped('text', 'users'), untyped(instance, 7)]).toEqual([undefined, 'text', instance]);
    expect(nameOfCache(instance)).toBeUndefined();
    const message = 'cannot be named with a name that is of type number: accepted is an instance and a text';
    expect(problems).toContainEqual({ subject: 'cache.items', message });
  });
});
