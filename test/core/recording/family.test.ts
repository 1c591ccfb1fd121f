// Families: exact sums, bounded series, overflow, rejection, expiry, and what an operator may override.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineMetric } from '../../../src/core/metric.ts';
import { BLOCK_SIZE } from '../../../src/core/recording/block.ts';
import type { CounterCell, GaugeCell, HistogramCell } from '../../../src/core/recording/cell.ts';
import { Family, OVERFLOW_ATTRIBUTE } from '../../../src/core/recording/family.ts';

const requests = defineMetric({
  name: 'shop.requests',
  instrument: 'counter',
  unit: '{request}',
  brief: 'Requests.',
  stability: 'stable',
  attributes: [
    { key: 'method', type: 'string', brief: 'Method.', values: ['GET', 'POST', '_OTHER'] },
    { key: 'status', type: 'int', brief: 'Status.' },
    { key: 'cached', type: 'boolean', brief: 'Cached.' },
  ],
});

const names = defineMetric({
  name: 'shop.names',
  instrument: 'counter',
  unit: '1',
  brief: 'Names.',
  stability: 'stable',
  limit: 5,
  attributes: [{ key: 'name', type: 'string', brief: 'Name.' }],
});

const temperature = defineMetric({
  name: 'shop.temperature',
  instrument: 'gauge',
  unit: 'Cel',
  brief: 'Temperature.',
  stability: 'stable',
  merge: 'max',
  expireAfterSeconds: 60,
  attributes: [{ key: 'room', type: 'string', brief: 'Room.' }],
});

const latency = defineMetric({
  name: 'shop.latency',
  instrument: 'histogram',
  unit: 's',
  brief: 'Latency.',
  stability: 'stable',
  buckets: [0.1, 1, 10],
  attributes: [{ key: 'route', type: 'string', brief: 'Route.' }],
});

function seriesOf(family: Family): Record<string, number> {
  const series: Record<string, number> = {};
  for (const block of family.blocks) {
    for (const cell of block.cells) series[JSON.stringify(family.attributesOf(cell))] = 'value' in cell ? cell.value : cell.count;
  }
  return series;
}

describe('finding series', () => {
  it('find returns the same cell for the same values, whatever the order of the attributes', () => {
    const family = new Family<CounterCell>(requests);
    const cell = family.find({ method: 'GET', status: 200, cached: true });
    expect(family.find({ cached: true, status: 200, method: 'GET' })).toBe(cell);
    expect(family.size).toBe(1);
  });

  it('a value is one series whatever its type, and absent and empty values are left out', () => {
    const family = new Family<CounterCell>(requests);
    family.find({ status: 200 }).add(1);
    family.find({ status: '200' }).add(1);
    family.find({ status: 200, method: undefined }).add(1);
    family.find({ status: 200, method: null }).add(1);
    family.find({ status: 200, method: '' }).add(1);
    family.find(undefined).add(1);
    expect(seriesOf(family)).toEqual({ '{"status":200}': 5, '{}': 1 });
  });

  it('values outside a declared list become _OTHER, and undeclared attributes are ignored', () => {
    const family = new Family<CounterCell>(requests);
    family.find({ method: 'BREW' }).add(1);
    family.find({ method: 'STEEP', colour: 'red' }).add(1);
    expect(seriesOf(family)).toEqual({ '{"method":"_OTHER"}': 2 });
  });

  it('a capped attribute keeps its first values, and further ones become _OTHER', () => {
    const capped = defineMetric({ ...names, limit: 100, attributes: [{ key: 'name', type: 'string', brief: 'Name.', cap: 2 }] });
    const family = new Family<CounterCell>(capped);
    for (const name of ['a', 'b', 'c', 'd', 'a']) family.find({ name }).add(1);
    expect(seriesOf(family)).toEqual({ '{"name":"a"}': 2, '{"name":"b"}': 1, '{"name":"_OTHER"}': 2 });
  });

  it('find never throws for what is no attribute value', () => {
    const family = new Family<CounterCell>(requests);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (method, status, cached) => {
        family.find({ method, status, cached }).add(1);
      }),
    );
    expect(family.size).toBeLessThanOrEqual(2000);
  });

  it('an attribute whose getter throws is left out', () => {
    const family = new Family<CounterCell>(requests);
    const attributes = {
      method: 'GET',
      get status(): number {
        throw new Error('no');
      },
    };
    family.find(attributes).add(1);
    family.find(attributes).add(1);
    expect(seriesOf(family)).toEqual({ '{"method":"GET"}': 2 });
  });

  it('find works where code may not be compiled', () => {
    const compile = globalThis.Function;
    globalThis.Function = (() => {
      throw new EvalError('not here');
    }) as unknown as FunctionConstructor;
    try {
      const family = new Family<CounterCell>(requests);
      family.find({ method: 'GET', status: 200 }).add(2);
      family.find({ method: 'GET', status: 200 }).add(3);
      family.find(undefined).add(1);
      family.find(new Proxy({}, { get: () => JSON.parse('no') })).add(1);
      expect(seriesOf(family)).toEqual({ '{"method":"GET","status":200}': 5, '{}': 2 });
    } finally {
      globalThis.Function = compile;
    }
  });

  it('a family sums what a plain map sums, for any sequence', () => {
    const record = fc.record({
      method: fc.constantFrom('GET', 'POST'),
      status: fc.integer({ min: 200, max: 204 }),
      cached: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 300 }), (records) => {
        const family = new Family<CounterCell>(requests);
        const expected: Record<string, number> = {};
        for (const attributes of records) {
          family.find(attributes).add(1);
          const key = JSON.stringify({ cached: attributes.cached, method: attributes.method, status: attributes.status });
          expected[key] = (expected[key] ?? 0) + 1;
        }
        expect(seriesOf(family)).toEqual(expected);
      }),
    );
  });
});

describe('bounding series', () => {
  it('further series are counted in the overflow series, which is within the limit', () => {
    const family = new Family<CounterCell>(names);
    for (let index = 0; index < 1000; index += 1) family.find({ name: `name ${index}` }).add(1);
    expect(family.size).toBe(5);
    expect(family.overflowed).toBe(996);
    expect(seriesOf(family)[`{"${OVERFLOW_ATTRIBUTE}":true}`]).toBe(996);
  });

  it('series from before the overflow are still counted', () => {
    const family = new Family<CounterCell>(names);
    const known = family.find({ name: 'known' });
    for (let index = 0; index < 1000; index += 1) family.find({ name: `name ${index}` }).add(1);
    family.find({ name: 'known' }).add(7);
    expect(known.value).toBe(7);
  });

  it('limits, bounds and dropped attributes of the operator apply', () => {
    const limited = new Family<CounterCell>(names, { limit: 3 });
    for (const name of 'abcdef') limited.find({ name }).add(1);
    expect(limited.size).toBe(3);

    const dropped = new Family<CounterCell>(requests, { dropAttributes: ['status', 'cached'] });
    dropped.find({ method: 'GET', status: 200 }).add(1);
    dropped.find({ method: 'GET', status: 500 }).add(1);
    expect(seriesOf(dropped)).toEqual({ '{"method":"GET"}': 2 });

    const rebucketed = new Family<HistogramCell>(latency, { buckets: [5] });
    expect(rebucketed.find({}).counts).toEqual([0, 0]);
  });

  it('blocks are filled, and the room of removed series is used again', () => {
    const family = new Family<CounterCell>(names, { limit: 1000 });
    for (let index = 0; index < BLOCK_SIZE + 1; index += 1) family.find({ name: `${index}` }).add(1);
    expect(family.blocks.map(({ cells }) => cells.length)).toEqual([BLOCK_SIZE, 1]);
    const before = family.blocks[0]!.cells;
    family.remove({ name: '3' });
    family.remove({ name: 'never there' });
    expect(family.size).toBe(BLOCK_SIZE);
    family.find({ name: 'new' }).add(1);
    expect(family.blocks.map(({ cells }) => cells.length)).toEqual([BLOCK_SIZE, 1]);
    // Whoever was reading the cells of the block still has those of before.
    expect(before).toHaveLength(BLOCK_SIZE);
    expect(family.blocks[0]!.cells).not.toBe(before);
    expect(family.find({ name: '3' }).value).toBe(0);
  });

  it('the layout of a block goes up when a series joins or leaves, which pages of older copies rely on', () => {
    const family = new Family<CounterCell>(names, { limit: 1000 });
    const layouts: number[] = [];
    const steps = [
      () => family.find({ name: 'a' }),
      () => family.find({ name: 'b' }),
      () => family.find({ name: 'a' }).add(1),
      () => family.remove({ name: 'b' }),
    ];
    for (const step of steps) {
      step();
      layouts.push(family.blocks[0]!.layout);
    }
    expect(layouts).toEqual([1, 2, 2, 3]);
  });
});

describe('what is stored', () => {
  it('stored strings are whole characters, so that no two series are written alike', () => {
    const family = new Family<CounterCell>(names);
    for (const name of ['\uD800', '\uDBFF', 'x'.repeat(255) + '\u{1F600}']) family.find({ name }).add(1);
    expect(seriesOf(family)).toEqual({ '{"name":"\uFFFD"}': 2, [JSON.stringify({ name: 'x'.repeat(255) + '\uFFFD' })]: 1 });
  });

  it('amounts that a counter cannot take are rejected and counted', () => {
    const family = new Family<CounterCell>(requests);
    const cell = family.find({});
    for (const amount of [Number.NaN, Infinity, -Infinity, -1, 'x' as never, undefined as never]) cell.add(amount);
    cell.add(Number.MAX_VALUE);
    cell.add(Number.MAX_VALUE);
    expect(cell.value).toBe(Number.MAX_VALUE);
    expect(family.rejected).toBe(7);
  });

  it('values that are no number are rejected, without an error', () => {
    const kinds = [requests, { ...requests, instrument: 'updowncounter' }, temperature, latency] as const;
    const notNumber = fc.anything().filter((value) => typeof value !== 'number');
    const unfriendly = [Symbol('5'), 5n, '5', true, null, [5], { valueOf: () => JSON.parse('no') }];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom<unknown>(...unfriendly), notNumber), (amount) => {
        for (const definition of kinds) {
          const family = new Family(definition);
          const cell = family.find({}) as unknown as Record<string, (amount: unknown) => void>;
          const methods = ['add', 'observe', 'set', 'record'].filter((name) => typeof cell[name] === 'function');
          for (const method of methods) cell[method]!(amount);
          expect(family.rejected).toBe(methods.length);
          expect(Object.values(seriesOf(family))).toEqual([0]);
        }
      }),
    );
  });

  it('observe accepts running totals that only grow', () => {
    const cell = new Family<CounterCell>(requests).find({});
    cell.observe(5);
    cell.observe(5);
    cell.observe(4);
    expect(cell.value).toBe(5);
    expect(cell.block.family.rejected).toBe(1);
  });

  it('a value on a bound counts in the bucket of that bound', () => {
    const family = new Family<HistogramCell>(latency);
    const cell = family.find({ route: '/' });
    for (const value of [0, 0.1, 0.100_000_001, 1, 10, 10.5, Number.NaN, -0.1, Infinity]) cell.record(value);
    expect(cell.counts).toEqual([2, 2, 1, 1]);
    expect(cell.count).toBe(6);
    expect(cell.sum).toBeCloseTo(21.700_000_001);
    expect(family.rejected).toBe(3);
  });

  it('any value counts in the bucket that a linear search finds', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        fc.array(fc.double({ min: 0, max: 1e300, noNaN: true })),
        (bounds, values) => {
          bounds.sort((a, b) => a - b);
          const cell = new Family<HistogramCell>(latency, { buckets: bounds }).find({});
          for (const value of values) cell.record(value);
          const expected = [...bounds, Infinity].map(
            (bound, index) => values.filter((value) => value <= bound && !(value <= (bounds[index - 1] ?? -Infinity))).length,
          );
          expect(cell.counts).toEqual(expected);
        },
      ),
    );
  });

  it('a cell marks its block as changed only when the page would change', () => {
    const family = new Family<GaugeCell>(temperature);
    const cell = family.find({ room: 'attic' });
    cell.set(20);
    cell.block.changed = 0;
    cell.set(20);
    expect(cell.block.changed).toBe(0);
    cell.set(21);
    expect(cell.block.changed).not.toBe(0);
  });
});

describe('removing', () => {
  it('remove removes what a plain set loses, for any sequence', () => {
    const attributes = fc.record(
      { method: fc.constantFrom('GET', 'POST'), status: fc.integer({ min: 200, max: 202 }), cached: fc.boolean() },
      { requiredKeys: [] },
    );
    const step = fc.record({ attributes, isRemoved: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const family = new Family<CounterCell>(requests);
        const expected = new Map<string, CounterCell>();
        for (const {
          attributes: { method, status, cached },
          isRemoved,
        } of steps) {
          const key = JSON.stringify([method, status, cached]);
          if (isRemoved) {
            family.remove({ method, status, cached });
            expected.delete(key);
          } else {
            const cell = family.find({ method, status, cached });
            expect(cell).toBe(expected.get(key) ?? cell);
            expected.set(key, cell);
          }
        }
        expect(new Set(family.blocks.flatMap(({ cells }) => cells))).toEqual(new Set(expected.values()));
        expect(family.size).toBe(expected.size);
      }),
    );
  });

  it('removing the overflow series keeps the series without attributes', () => {
    const family = new Family<CounterCell>(names);
    const bare = family.find({});
    for (let index = 0; index < 10; index += 1) family.find({ name: `name ${index}` }).add(1);
    expect(family.overflow).toBeDefined();
    family.remove({ name: 'name 0' });
    expect(family.find({})).toBe(bare);
    family.empty();
    expect([family.size, family.overflow]).toEqual([0, undefined]);
    expect(family.find({})).not.toBe(bare);
  });

  it('removing the only series of a metric without attributes makes room for a new one', () => {
    const family = new Family<CounterCell>({ ...requests, attributes: [] });
    family.find().add(3);
    family.remove();
    expect(family.size).toBe(0);
    expect(family.find().value).toBe(0);
  });
});

describe('expiry', () => {
  it('a gauge series expires when it was not set for its time', () => {
    const family = new Family<GaugeCell>(temperature);
    family.find({ room: 'attic' }).set(20);
    const cellar = family.find({ room: 'cellar' });
    cellar.set(10);
    family.sweep(0);
    cellar.set(10);
    family.sweep(59_999);
    expect(family.size).toBe(2);
    family.sweep(60_000);
    expect(seriesOf(family)).toEqual({ '{"room":"cellar"}': 10 });
    family.find({ room: 'attic' }).set(21);
    expect(seriesOf(family)).toEqual({ '{"room":"cellar"}': 10, '{"room":"attic"}': 21 });
  });

  it('a bound cell of an expired series returns when it is set again', () => {
    const family = new Family<GaugeCell>(temperature);
    const attic = family.find({ room: 'attic' });
    attic.set(20);
    family.sweep(0);
    family.sweep(60_000);
    expect(family.size).toBe(0);
    attic.set(22);
    expect(family.find({ room: 'attic' })).toBe(attic);
    expect(seriesOf(family)).toEqual({ '{"room":"attic"}': 22 });

    family.remove({ room: 'attic' });
    const successor = family.find({ room: 'attic' });
    attic.set(23);
    expect(successor.value).toBe(23);
    expect(family.size).toBe(1);
  });

  it('a bound overflow cell that expired returns as the overflow series, not as the series without attributes', () => {
    const family = new Family<GaugeCell>({ ...temperature, limit: 3 });
    const bare = family.find({});
    family.find({ room: 'attic' });
    const overflow = family.find({ room: 'cellar' });
    family.sweep(0);
    bare.set(1);
    family.sweep(60_000);
    family.sweep(60_000);
    expect(seriesOf(family)).toEqual({ '{}': 1 });
    overflow.set(7);
    expect(family.overflow).toBe(overflow);
    expect(seriesOf(family)).toEqual({ '{}': 1, [`{"${OVERFLOW_ATTRIBUTE}":true}`]: 7 });

    family.empty();
    for (const room of ['a', 'b', 'c']) family.find({ room }).set(1);
    overflow.set(8);
    expect(family.overflow?.value).toBe(8);
    expect(family.size).toBe(3);
  });

  it('bound cells of expired series return within the limit, and further ones record into the overflow series', () => {
    const family = new Family<GaugeCell>({ ...temperature, limit: 4 });
    const rooms = ['a', 'b', 'c'].map((room) => family.find({ room }));
    family.sweep(0);
    family.sweep(60_000);
    expect(family.size).toBe(0);
    family.find({ room: 'd' }).set(4);
    for (const [index, room] of rooms.entries()) room.set(index);
    expect(seriesOf(family)).toEqual({
      '{"room":"d"}': 4,
      '{"room":"a"}': 0,
      '{"room":"b"}': 1,
      [`{"${OVERFLOW_ATTRIBUTE}":true}`]: 2,
    });
    expect([family.size, family.overflowed]).toEqual([4, 1]);
  });

  it('the only series of a gauge without attributes returns whatever the limit is', () => {
    const family = new Family<GaugeCell>({ ...temperature, attributes: [], limit: 1 });
    const only = family.find();
    family.sweep(0);
    family.sweep(60_000);
    only.set(5);
    expect(family.find()).toBe(only);
    expect(seriesOf(family)).toEqual({ '{}': 5 });
  });
});
