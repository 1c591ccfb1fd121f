// Points made of series equal those that the SDK makes of the same records, whole and as deltas.
import { type Attributes, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineMetric } from '../../src/core/metric.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { PointReader } from '../../src/sdk/point-reader.ts';
import { CUMULATIVE, DELTA } from '../../src/sdk/points.ts';

const attributes = [{ key: 'who', type: 'string', brief: 'Who.' }] as const;
const common = { unit: 's', brief: 'For a test.', stability: 'development', attributes } as const;
const BOUNDS = [1, 10];
const definitions = {
  counter: defineMetric({ ...common, name: 'a.counter', instrument: 'counter' }),
  updowncounter: defineMetric({ ...common, name: 'a.balance', instrument: 'updowncounter' }),
  gauge: defineMetric({ ...common, name: 'a.gauge', instrument: 'gauge', merge: 'max' }),
  histogram: defineMetric({ ...common, name: 'a.histogram', instrument: 'histogram', buckets: BOUNDS }),
};

class SdkReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Deltas for everything, so that each kind is tried both ways. */
function sideBySide(temporality: AggregationTemporality) {
  const registry = new Registry();
  const ours = {
    counter: registry.instrument(definitions.counter),
    updowncounter: registry.instrument(definitions.updowncounter),
    gauge: registry.instrument(definitions.gauge),
    histogram: registry.instrument(definitions.histogram),
  };
  const reader = new PointReader(registry, () => temporality);
  const sdkReader = new SdkReader({ aggregationTemporalitySelector: () => temporality });
  const meter = new MeterProvider({ readers: [sdkReader] }).getMeter('promtel');
  const options = { unit: common.unit, description: common.brief };
  const theirs = {
    counter: meter.createCounter('a.counter', options),
    updowncounter: meter.createUpDownCounter('a.balance', options),
    gauge: meter.createGauge('a.gauge', options),
    histogram: meter.createHistogram('a.histogram', { ...options, advice: { explicitBucketBoundaries: BOUNDS } }),
  };
  return {
    add(kind: 'counter' | 'updowncounter', amount: number, who: string) {
      ours[kind].add(amount, { who });
      theirs[kind].add(amount, { who });
    },
    set(value: number, who: string) {
      ours.gauge.set(value, { who });
      theirs.gauge.record(value, { who });
    },
    record(value: number, who: string) {
      ours.histogram.record(value, { who });
      theirs.histogram.record(value, { who });
    },
    async read() {
      const { resourceMetrics, errors } = await sdkReader.collect();
      expect(errors).toEqual([]);
      return {
        ours: comparable(reader.read()[0]?.metrics ?? []),
        theirs: comparable(resourceMetrics.scopeMetrics[0]?.metrics ?? []),
      };
    },
  };
}

type Comparable = Record<string, unknown>;

/** By name and attributes, without what only one side knows: promtel keeps no minimum and maximum. */
function comparable(metrics: readonly MetricData[]): Comparable {
  const found: Comparable = {};
  for (const { descriptor, dataPoints, ...rest } of metrics) {
    const { name, description, unit, valueType } = descriptor;
    for (const { attributes: of, value, startTime, endTime } of dataPoints) {
      const whole =
        typeof value === 'number' ? { value: round(value) } : { ...value, min: undefined, max: undefined, sum: round(value.sum) };
      found[`${name} ${JSON.stringify(of)}`] = { ...rest, description, unit, valueType, startTime, endTime, ...whole };
    }
  }
  return found;
}

/** A difference of sums and a sum of differences differ in the last digits. */
function round(value: unknown): number {
  return Math.round(Number(value) * 1e6) / 1e6;
}

const who = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  fc.record({ do: fc.constant('count' as const), amount: fc.integer({ min: 1, max: 9 }), who }),
  fc.record({ do: fc.constant('balance' as const), amount: fc.constantFrom(-2, -1, 1, 2), who }),
  fc.record({ do: fc.constant('set' as const), amount: fc.integer({ min: -9, max: 9 }), who }),
  fc.record({ do: fc.constant('observe' as const), amount: fc.double({ min: 0.1, max: 20, noNaN: true }), who }),
  fc.record({ do: fc.constant('read' as const), amount: fc.constant(0), who }),
);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('points', () => {
  it('points of PointReader equal those of the SDK with cumulative temporality', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const both = sideBySide(AggregationTemporality.CUMULATIVE);
        for (const one of [...steps, { do: 'read' as const, amount: 0, who: '' }]) {
          vi.setSystemTime(Date.now() + 250);
          if (one.do !== 'read') play(both, one);
          else {
            const { ours, theirs } = await both.read();
            expect(ours).toEqual(theirs);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('points of PointReader equal those of the SDK with delta temporality', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const both = sideBySide(AggregationTemporality.DELTA);
        for (const one of [...steps, { do: 'read' as const, amount: 0, who: '' }]) {
          vi.setSystemTime(Date.now() + 250);
          if (one.do !== 'read') play(both, one);
          else {
            const { ours, theirs } = await both.read();
            expect(withoutStart(withoutIdle(ours))).toEqual(withoutStart(withoutIdle(theirs)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

function play(both: ReturnType<typeof sideBySide>, one: { do: string; amount: number; who: string }): void {
  if (one.do === 'count') both.add('counter', one.amount, one.who);
  else if (one.do === 'balance') both.add('updowncounter', one.amount, one.who);
  else if (one.do === 'set') both.set(one.amount, one.who);
  else both.record(one.amount, one.who);
}

/** The SDK begins the delta of a series that paused at its next record, promtel at the reading before, as the data model has it. */
function withoutStart(points: Comparable): Comparable {
  return Object.fromEntries(Object.entries(points).map(([key, point]) => [key, { ...(point as object), startTime: undefined }]));
}

/** The SDK reports a gauge again only if it was set, and a balance whose changes cancel out; promtel the other way about. */
function withoutIdle(points: Comparable): Comparable {
  return Object.fromEntries(
    Object.entries(points).filter(([key, point]) => !key.startsWith('a.gauge') && (point as { value?: number }).value !== 0),
  );
}

describe('a reader of points', () => {
  const counter = definitions.counter;

  it('PointReader starts a delta where the previous one ended', () => {
    const registry = new Registry();
    const reader = new PointReader(registry, () => DELTA);
    const instrument = registry.instrument(counter);
    instrument.add(1, { who: 'a' });
    expect(spans(reader)).toEqual([[0, 0, 1]]);
    vi.setSystemTime(Date.now() + 1000);
    expect(spans(reader)).toEqual([]);
    vi.setSystemTime(Date.now() + 500);
    instrument.add(2, { who: 'a' });
    instrument.add(5, { who: 'b' });
    vi.setSystemTime(Date.now() + 250);
    expect(spans(reader)).toEqual([
      [1000, 1750, 2],
      [1500, 1750, 5],
    ]);
  });

  it('PointReader reads deltas independently of other readers', () => {
    const registry = new Registry();
    const [one, other] = [new PointReader(registry, () => DELTA), new PointReader(registry, () => CUMULATIVE)];
    const instrument = registry.instrument(counter);
    instrument.add(1, { who: 'a' });
    expect(valuesOf(one)).toEqual([1]);
    instrument.add(2, { who: 'a' });
    expect(valuesOf(other)).toEqual([3]);
    expect(valuesOf(one)).toEqual([2]);
    expect(valuesOf(one)).toEqual([]);
    expect(valuesOf(other)).toEqual([3]);
  });

  it('PointReader leaves out removed series, and treats those that return as new', () => {
    const registry = new Registry();
    const [deltas, totals] = [new PointReader(registry, () => DELTA), new PointReader(registry, () => CUMULATIVE)];
    const instrument = registry.instrument(counter);
    instrument.add(5, { who: 'a' });
    expect([valuesOf(deltas), valuesOf(totals)]).toEqual([[5], [5]]);
    instrument.remove({ who: 'a' });
    expect([valuesOf(deltas), valuesOf(totals)]).toEqual([[], []]);
    vi.setSystemTime(Date.now() + 100);
    instrument.add(2, { who: 'a' });
    expect(spans(deltas)).toEqual([[100, 100, 2]]);
    registry.reset();
    instrument.add(1, { who: 'a' });
    expect(valuesOf(deltas)).toEqual([1]);
  });

  it('PointReader reads the overflow series', () => {
    const registry = new Registry();
    registry.overrideOf = () => ({ limit: 2 });
    const reader = new PointReader(registry, () => DELTA);
    const instrument = registry.instrument(counter);
    for (const name of ['a', 'b', 'c']) instrument.add(1, { who: name });
    const points = reader.read()[0]!.metrics[0]!.dataPoints;
    expect(points.map((point) => [point.attributes, point.value])).toEqual([
      [{ who: 'a' }, 1],
      [{ 'otel.metric.overflow': true } satisfies Attributes, 2],
    ]);
  });

  it('PointReader reports whether the application has recorded since, not counting metrics about promtel', () => {
    const registry = new Registry();
    const reader = new PointReader(registry, () => CUMULATIVE);
    const self = registry.instrument(defineMetric({ ...common, name: 'promtel.test', instrument: 'counter' }));
    const instrument = registry.instrument(counter);
    expect(reader.hasUnexported).toBe(false);
    self.add(1);
    expect(reader.hasUnexported).toBe(false);
    instrument.add(1, { who: 'a' });
    expect(reader.hasUnexported).toBe(true);
    reader.read();
    expect(reader.hasUnexported).toBe(false);
    reader.close();
  });

  it('PointReader gives points the DataPointType, ValueType and AggregationTemporality of the SDK', () => {
    const registry = new Registry();
    for (const definition of Object.values(definitions)) registry.instrument(definition).bind({ who: 'a' });
    const metrics = new PointReader(registry, () => CUMULATIVE).read()[0]!.metrics;
    expect(metrics.map((metric) => metric.dataPointType)).toEqual([
      DataPointType.SUM,
      DataPointType.SUM,
      DataPointType.GAUGE,
      DataPointType.HISTOGRAM,
    ]);
    expect(new Set(metrics.map((metric) => metric.descriptor.valueType))).toEqual(new Set([ValueType.DOUBLE]));
    expect(new Set(metrics.map((metric) => metric.aggregationTemporality))).toEqual(new Set([AggregationTemporality.CUMULATIVE]));
  });
});

const BEGAN = 1_800_000_000_000;

function spans(reader: PointReader): [startMillis: number, endMillis: number, value: unknown][] {
  const millis = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6 - BEGAN;
  const metrics = reader.read()[0]?.metrics ?? [];
  return metrics.flatMap(({ dataPoints }) =>
    dataPoints.map(({ startTime, endTime, value }): [number, number, unknown] => [millis(startTime), millis(endTime), value]),
  );
}

function valuesOf(reader: PointReader): unknown[] {
  return spans(reader).map(([, , value]) => value);
}
