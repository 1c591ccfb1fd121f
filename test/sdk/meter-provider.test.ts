// What the application records through the API: with nothing loaded before it is needed, by the operator's rules,
// and for a provider of the application's own as well.
import { createRequire } from 'node:module';
import type * as Api from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  MetricReader,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/catalog/index.ts';
import { loadConfig } from '../../src/config/load.ts';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { overrideFor } from '../../src/core/recording/metric-overrides.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { Telemetry } from '../../src/sdk/telemetry.ts';

const require = createRequire(import.meta.url);
const KEY = Symbol.for('opentelemetry.js.api.1');

let problems: Problem[];

beforeEach(() => {
  delete (globalThis as never)[KEY];
  problems = [];
  onProblem((problem) => problems.push(problem));
});
afterEach(() => onProblem(undefined));

function start(env: Readonly<Record<string, string>> = {}, measured: readonly string[] = []): Telemetry {
  const { config } = loadConfig({ OTEL_METRICS_EXPORTER: 'prometheus', ...env });
  const registry = new Registry();
  registry.overrideOf = (name) => overrideFor(name, config.metricOverrides);
  const telemetry = new Telemetry({
    config,
    registry,
    definitions: () => CATALOG,
    isMeasured: (name) => measured.includes(name),
    pushTargets: [],
  });
  telemetry.start();
  return telemetry;
}

/** A copy of the API as an application brings it, new each time. */
function apiCopy(name = '@opentelemetry/api'): typeof Api {
  for (const file of Object.keys(require.cache)) if (/\/(api1\d|@opentelemetry\/api)\//.test(file)) delete require.cache[file];
  return require(name);
}

type Series = Record<string, unknown>;

function seriesOf(collected: ResourceMetrics | undefined): Series {
  const metrics: MetricData[] = collected?.scopeMetrics.flatMap((one) => one.metrics) ?? [];
  return Object.fromEntries(
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [
        `${descriptor.name} ${JSON.stringify(attributes)}`,
        typeof value === 'number' ? value : `${value.count} in ${JSON.stringify((value as { buckets?: unknown }).buckets)}`,
      ]),
    ),
  );
}

/** Records with every instrument there is. */
function recordEverything(meter: Api.Meter): void {
  meter.createCounter('a.counter').add(2, { k: 'v' });
  meter.createUpDownCounter('a.balance').add(-1, { k: 'v' });
  meter.createHistogram('a.histogram', { advice: { explicitBucketBoundaries: [1] } }).record(3, { k: 'v' });
  meter.createGauge?.('a.gauge').record(4, { k: 'v' });
  const seen = meter.createObservableCounter('o.counter');
  seen.addCallback((result) => result.observe(5, { k: 'v' }));
  const gone = (result: Api.ObservableResult): void => result.observe(99, { gone: true });
  seen.addCallback(gone);
  seen.removeCallback(gone);
  const [one, other] = [meter.createObservableGauge('o.gauge'), meter.createObservableUpDownCounter('o.balance')];
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(one, 6, { k: 'v' });
      result.observe(other, -7, { k: 'v' });
    },
    [one, other],
  );
  const never = (result: Api.BatchObservableResult): void => result.observe(one, 98, { gone: true });
  meter.addBatchObservableCallback(never, [one]);
  meter.removeBatchObservableCallback(never, [one]);
}

const EVERYTHING: Series = {
  'a.counter {"k":"v"}': 2,
  'a.balance {"k":"v"}': -1,
  'a.histogram {"k":"v"}': '1 in {"boundaries":[1],"counts":[0,1]}',
  'a.gauge {"k":"v"}': 4,
  'o.counter {"k":"v"}': 5,
  'o.gauge {"k":"v"}': 6,
  'o.balance {"k":"v"}': -7,
};

/** A provider such as an application's own SDK has, and what reached it. */
function ownProvider(): { provider: MeterProvider; read: () => Promise<Series> } {
  class Reader extends MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const reader = new Reader();
  return {
    provider: new MeterProvider({ readers: [reader] }),
    read: async () => seriesOf((await reader.collect()).resourceMetrics),
  };
}

describe('the provider that the application finds', () => {
  it.each(['@opentelemetry/api', 'api19', 'api14'])('the global MeterProvider takes every instrument of %s', async (name) => {
    const telemetry = start();
    recordEverything(apiCopy(name).metrics.getMeter('app', '1.0'));
    const collected = await telemetry.collectOtel();
    const expected = name === 'api14' ? { ...EVERYTHING, 'a.gauge {"k":"v"}': undefined } : EVERYTHING;
    expect(seriesOf(collected)).toMatchObject(
      Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
    );
    expect(collected?.scopeMetrics[0]?.scope).toMatchObject({ name: 'app', version: '1.0' });
    expect(problems).toEqual([]);
  });

  it('the global MeterProvider collects nothing before an instrument is made', async () => {
    const telemetry = start();
    apiCopy().metrics.getMeter('app');
    expect(await telemetry.collectOtel()).toBeUndefined();
  });

  it('the global MeterProvider gives the SDK instruments themselves, so that recording costs nothing more', () => {
    start();
    expect(apiCopy().metrics.getMeter('app').createCounter('x').constructor.name).toBe('CounterInstrument');
  });

  it('the global MeterProvider takes names and values of any kind without throwing', async () => {
    const telemetry = start({ PROMTEL_DROP_ATTRIBUTES: '*=k' });
    const { metrics } = apiCopy();
    for (const odd of [undefined, null, 7, {}, '', 'ü', 'x'.repeat(9999)] as never[]) {
      const meter = metrics.getMeter(odd);
      meter.createCounter('ok').add(odd, odd);
      meter.createHistogram(odd).record(1);
    }
    expect(await telemetry.collectOtel()).toBeDefined();
  });

  it('the global MeterProvider counts an observable callback that throws, and reports it once', async () => {
    const telemetry = start();
    const meter = apiCopy().metrics.getMeter('app');
    meter.createObservableGauge('bad').addCallback(() => {
      throw new Error('no value');
    });
    meter.createCounter('good').add(1);
    expect(seriesOf(await telemetry.collectOtel())).toEqual({ 'good {}': 1 });
    await telemetry.collectOtel();
    expect(problems).toEqual([{ subject: 'a callback of the application', message: 'could not be read: no value' }]);
  });
});

describe('the operator', () => {
  it('settings drop metrics and attributes, and set bounds and limits, for every instrument', async () => {
    const telemetry = start({
      PROMTEL_DROP_METRICS: 'secret.*',
      PROMTEL_DROP_ATTRIBUTES: '*=k',
      PROMTEL_METRIC_BUCKETS: 'a.*=10,20',
      PROMTEL_METRIC_LIMITS: 'many.*=3',
    });
    const meter = apiCopy().metrics.getMeter('app');
    meter.createCounter('secret.count').add(1);
    meter.createObservableCounter('secret.total').addCallback((result) => result.observe(1));
    recordEverything(meter);
    const many = meter.createCounter('many.things');
    for (const id of ['a', 'b', 'c', 'd']) many.add(1, { id });
    const usual = meter.createCounter('usual');
    for (const id of ['a', 'b', 'c', 'd']) usual.add(1, { id });
    expect(seriesOf(await telemetry.collectOtel())).toEqual({
      'a.counter {}': 2,
      'a.balance {}': -1,
      'a.histogram {}': '1 in {"boundaries":[10,20],"counts":[1,0,0]}',
      'a.gauge {}': 4,
      'o.counter {}': 5,
      'o.gauge {}': 6,
      'o.balance {}': -7,
      'many.things {"id":"a"}': 1,
      'many.things {"id":"b"}': 1,
      'many.things {"otel.metric.overflow":true}': 2,
      'usual {"id":"a"}': 1,
      'usual {"id":"b"}': 1,
      'usual {"id":"c"}': 1,
      'usual {"id":"d"}': 1,
    });
  });

  it('metrics of the catalog have its bounds and attributes, also if recorded through the OpenTelemetry API', async () => {
    const telemetry = start({ PROMTEL_DROP_ATTRIBUTES: 'http.server.*=url.scheme' });
    const meter = apiCopy().metrics.getMeter('another-instrumentation');
    const attributes = { 'http.request.method': 'GET', 'url.scheme': 'http', 'user.id': '17' };
    meter
      .createHistogram('http.server.request.duration', { unit: 's', advice: { explicitBucketBoundaries: [1, 2, 3] } })
      .record(0.3, attributes);
    meter.createUpDownCounter('http.server.active_requests').add(1, attributes);
    const series = seriesOf(await telemetry.collectOtel());
    expect(series['http.server.request.duration {"http.request.method":"GET"}']).toContain('"boundaries":[0.005,0.01,0.025');
    expect(series['http.server.active_requests {"http.request.method":"GET"}']).toBe(1);
  });

  it('MeterProvider records once what an official instrumentation and promtel both measure', async () => {
    const telemetry = start({}, ['http.server.request.duration']);
    const { metrics } = apiCopy();
    metrics.getMeter('@opentelemetry/instrumentation-http').createHistogram('http.server.request.duration').record(1);
    expect(await telemetry.collectOtel()).toBeUndefined();
    metrics.getMeter('@opentelemetry/instrumentation-http').createHistogram('http.server.other').record(1);
    metrics.getMeter('the application').createHistogram('http.server.request.duration').record(1);
    const names = (await telemetry.collectOtel())?.scopeMetrics.flatMap((one) =>
      one.metrics.map(({ descriptor }) => descriptor.name),
    );
    expect(names?.toSorted()).toEqual(['http.server.other', 'http.server.request.duration']);
  });
});

describe('a provider that the application registers for itself', () => {
  it('a provider that the application registers for itself gets everything that is recorded after its registration, and so does promtel', async () => {
    const telemetry = start({ PROMTEL_DROP_ATTRIBUTES: 'a.counter=k', PROMTEL_DROP_METRICS: 'a.gauge' });
    const { metrics } = apiCopy('api19');
    const before = metrics.getMeter('app').createCounter('made.before');
    const { provider, read } = ownProvider();
    expect(metrics.setGlobalMeterProvider(provider)).toBe(true);
    recordEverything(metrics.getMeter('app'));
    before.add(1);
    expect(await read()).toEqual(EVERYTHING);
    const { 'a.counter {"k":"v"}': counter, 'a.gauge {"k":"v"}': _, ...same } = EVERYTHING;
    expect(seriesOf(await telemetry.collectOtel())).toEqual({ ...same, 'a.counter {}': counter, 'made.before {}': 1 });
    expect(problems).toMatchObject([{ subject: 'MeterProvider', message: expect.stringContaining('for both') }]);
  });

  it('a provider that the application registers for itself is found by getMeterProvider with all its methods', async () => {
    start();
    const { metrics } = apiCopy();
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 })] });
    metrics.setGlobalMeterProvider(provider);
    metrics.getMeter('app').createCounter('x').add(1);
    const found = metrics.getMeterProvider() as MeterProvider;
    expect(found).toBeInstanceOf(MeterProvider);
    await found.forceFlush();
    expect(exporter.getMetrics()).toHaveLength(1);
    await found.shutdown();
  });

  it('a provider that the application registers for itself is kept if it was registered before promtel started', async () => {
    const { metrics } = apiCopy('api19');
    const { provider, read } = ownProvider();
    metrics.setGlobalMeterProvider(provider);
    metrics.getMeter('app').createCounter('early').add(1);
    const telemetry = start();
    metrics.getMeter('app').createCounter('late').add(1);
    expect(await read()).toEqual({ 'early {}': 1, 'late {}': 1 });
    expect(seriesOf(await telemetry.collectOtel())).toEqual({ 'late {}': 1 });
    expect(problems).toMatchObject([{ subject: 'MeterProvider' }]);
  });

  it('a provider that the application registers for itself is refused as a second one, as without promtel', () => {
    start();
    const { metrics } = apiCopy();
    expect(metrics.setGlobalMeterProvider(ownProvider().provider)).toBe(true);
    expect(metrics.setGlobalMeterProvider(ownProvider().provider)).toBe(false);
  });
});
