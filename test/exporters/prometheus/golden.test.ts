// Whole pages by behaviour: each case records something and is compared with a committed page in both formats.
//
// UPDATE_GOLDEN=true writes the pages anew.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ViewOptions } from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { exemplars } from '../../../src/core/recording/exemplar.ts';
import type { PageOptions } from '../../../src/exporters/prometheus/page.ts';
import { parseExposition } from '../../kit/samples/parse-exposition.ts';
import { AggregationType, metric, OPENMETRICS, pageOf, type Sources, sources, TEXT, textOf } from './sources.ts';

interface Case {
  readonly record: (sources: Sources) => void;
  readonly options?: Partial<PageOptions>;
  readonly views?: ViewOptions[];
  /** What the reader says of names; nothing unless said. */
  readonly escaping?: string;
}

const UTF8_METRICS = ({ registry, application }: Sources): void => {
  registry
    .instrument(metric('shop.order.duration', 'histogram', ['payment.method', 'größe'], { unit: 's' }))
    .record(0.5, { 'payment.method': 'card', größe: 'L' });
  registry.instrument(metric('shop.orders', 'counter')).add(2);
  const meter = application.provider.getMeter('app');
  meter.createUpDownCounter('stock"level\\', { unit: 'By' }).add(-3, { 'a"b\\': 'x', 'c d': 'y' });
};

const RESOURCE = { 'service.name': 'shop', 'service.version': '1.2.3', 'host.name': 'box', 'process.pid': 7 };

const CASES: Record<string, Case> = {
  'nothing-recorded': { record: ({ registry }) => void registry.instrument(metric('shop.orders', 'counter', ['kind'])) },
  counter: {
    record: ({ registry }) => {
      const orders = registry.instrument(
        metric('shop.orders', 'counter', ['kind', 'country'], { unit: '{order}', brief: 'Orders taken.' }),
      );
      orders.add(1, { kind: 'gift', country: 'NZ' });
      orders.add(2.5, { country: 'NZ' });
      orders.add(3);
      orders.bind({ kind: 'never' });
    },
  },
  'up-down-counter-is-a-gauge': {
    record: ({ registry }) => registry.instrument(metric('shop.baskets', 'updowncounter', ['kind'])).add(-2, { kind: 'open' }),
  },
  'up-down-counter-that-ends-in-count': {
    record: ({ registry }) => registry.instrument(metric('shop.basket.count', 'updowncounter')).add(2),
  },
  gauge: {
    record: ({ registry }) => {
      const temperature = registry.instrument(metric('shop.temperature', 'gauge', ['room'], { unit: 'Cel' }));
      temperature.set(-18.5, { room: 'freezer' });
      temperature.set(1e21, { room: 'oven' });
    },
  },
  histogram: {
    record: ({ registry }) => {
      const duration = registry.instrument(
        metric('shop.order.duration', 'histogram', ['kind'], { unit: 's', buckets: [0.005, 0.25, 1, 1_000_000] }),
      );
      for (const value of [0.1, 0.25, 0.250001, 7e6]) duration.record(value, { kind: 'gift' });
      duration.record(0.001);
    },
  },
  'histogram-empty': {
    record: ({ registry }) =>
      void registry.instrument(metric('shop.order.duration', 'histogram', ['kind'])).bind({ kind: 'gift' }),
  },
  'histogram-without-bounds': {
    record: ({ registry }) => registry.instrument(metric('shop.weight', 'histogram', [], { unit: 'g', buckets: [] })).record(3),
  },
  'histogram-with-bounds-that-are-no-scale': {
    record: ({ registry }) => {
      const weight = registry.instrument(metric('shop.weight', 'histogram', [], { unit: 'g', buckets: [1, 1, 5, 2, Infinity] }));
      for (const value of [0.5, 1, 4, 9]) weight.record(value);
    },
  },
  'histogram-that-can-be-negative': {
    record: ({ application }) => {
      const drift = application.provider.getMeter('app').createHistogram('clock.drift', { unit: 's' });
      for (const value of [0.5, 3]) drift.record(value);
    },
    views: [
      {
        instrumentName: 'clock.drift',
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [-1, 0, 1] } },
      },
    ],
  },
  'exponential-histogram': {
    record: ({ application }) => {
      const size = application.provider.getMeter('app').createHistogram('upload.size', { unit: 'By', description: 'Sizes.' });
      for (const value of [0, 3, 4, 5, 100]) size.record(value);
    },
    views: [{ instrumentName: '*', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  },
  units: {
    record: ({ application }) => {
      const meter = application.provider.getMeter('app');
      meter.createCounter('sent', { unit: 'By' }).add(1);
      meter.createGauge('fill', { unit: '1' }).record(0.5);
      meter.createGauge('rate', { unit: 'MiBy/s' }).record(1);
      meter.createCounter('paid', { unit: 'USD' }).add(1);
      meter.createGauge('age.seconds', { unit: 's' }).record(1);
      meter.createCounter('asked', { unit: '{request}' }).add(1);
    },
  },
  overflow: {
    record: ({ registry }) => {
      const orders = registry.instrument(metric('shop.orders', 'counter', ['customer', 'kind'], { limit: 3 }));
      for (const customer of ['ann', 'bob', 'cid', 'dee']) orders.add(1, { customer });
    },
  },
  exemplars: {
    record: ({ registry }) => {
      exemplars.source = () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' });
      registry.instrument(metric('shop.orders', 'counter')).add(2);
      const duration = registry.instrument(metric('shop.order.duration', 'histogram', ['kind'], { unit: 's' }));
      duration.record(0.3, { kind: 'gift' });
      exemplars.source = () => ({ traceId: 'not a trace', spanId: 'b7ad6b7169203331' });
      duration.record(7, { kind: 'gift' });
      exemplars.source = () => undefined;
      duration.record(0.1, { kind: 'gift' });
    },
  },
  escaping: {
    record: ({ registry, application }) => {
      const orders = registry.instrument(metric('shop.orders', 'counter', ['note'], { brief: 'Says "hello" \\ to\nall.' }));
      for (const note of ['"', '\\', '\n', 'a\\"\nb\\n', '}', ' # {', '温度 €', '\u{1F600}', 'tab\there'])
        orders.add(1, { note });
      application.provider.getMeter('app').createGauge('note', { description: '  ' }).record(1, { note: 'x\uD800y' });
    },
  },
  'without-description': {
    record: ({ application }) => application.provider.getMeter('app').createCounter('my.own.counter').add(1),
  },
  'values-of-every-type': {
    record: ({ application }) => {
      const gauge = application.provider.getMeter('app').createGauge('facts');
      gauge.record(1, { text: 'a', number: 1.5, yes: true, list: ['a', 'b"'], empty: '', nothing: undefined });
      // Written out, these are the same two series again.
      gauge.record(2, { text: 'a', number: '1.5', yes: 'true', list: '["a","b\\""]' });
    },
  },
  'no-numbers': {
    record: ({ application }) => {
      const meter = application.provider.getMeter('app');
      for (const [key, value] of Object.entries({ nan: NaN, most: Infinity, least: -Infinity }))
        meter.createGauge('level').record(value, { key });
      meter.createObservableCounter('seen').addCallback((result) => {
        result.observe(NaN, { key: 'nan' });
        result.observe(-1, { key: 'negative' });
        result.observe(3, { key: 'fine' });
      });
      meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1] } }).record(NaN);
    },
  },
  'label-keys-that-become-one': {
    record: ({ registry, application }) => {
      const orders = registry.instrument(metric('shop.orders', 'counter', ['a.b', 'a_b', 'c']));
      orders.add(1, { 'a.b': 'x', a_b: 'y', c: 'z' });
      orders.add(2, { 'a.b': 'x;y', c: 'z' });
      orders.add(4, { a_b: 'y' });
      application.provider.getMeter('app').createGauge('level').record(1, { 'k.1': 'one', 'k-1': 'two', '1k': 'three' });
    },
  },
  'labels-that-the-page-writes': {
    record: ({ registry, application }) => {
      registry
        .instrument(metric('shop.order.duration', 'histogram', ['le', 'quantile']))
        .record(1, { le: '0.5', quantile: '0.9' });
      application.provider
        .getMeter('app')
        .createGauge('level')
        .record(1, { __name__: 'up', le: '1', __address__: 'x', job: 'mine', instance: 'mine' });
    },
  },
  'names-that-prometheus-writes': {
    record: ({ registry, application }) => {
      registry.instrument(metric('up', 'gauge')).set(0);
      application.provider.getMeter('app').createGauge('scrape.duration', { unit: 's' }).record(9);
    },
  },
  'names-without-a-letter': {
    record: ({ registry }) => {
      for (const name of ['温度', '…', '1st', 'a..b']) registry.instrument(metric(name, 'gauge')).set(1);
    },
  },
  'names-without-suffixes': {
    record: ({ registry }) => {
      registry.instrument(metric('shop.orders', 'counter')).add(1);
      registry.instrument(metric('shop.order.duration', 'histogram', [], { unit: 's' })).record(1);
    },
    options: { strategy: 'UnderscoreEscapingWithoutSuffixes' },
  },
  'utf8-names-with-suffixes': {
    record: UTF8_METRICS,
    options: { strategy: 'NoUTF8EscapingWithSuffixes' },
    escaping: 'allow-utf-8',
  },
  'utf8-names-untranslated': { record: UTF8_METRICS, options: { strategy: 'NoTranslation' }, escaping: 'allow-utf-8' },
  'utf8-names-for-an-old-reader': { record: UTF8_METRICS, options: { strategy: 'NoUTF8EscapingWithSuffixes' } },
  'utf8-names-escaped-by-dots': { record: UTF8_METRICS, options: { strategy: 'NoUTF8EscapingWithSuffixes' }, escaping: 'dots' },
  'utf8-names-escaped-by-values': {
    record: UTF8_METRICS,
    options: { strategy: 'NoUTF8EscapingWithSuffixes' },
    escaping: 'values',
  },
  'utf8-names-that-become-one': {
    record: ({ registry }) => {
      registry.instrument(metric('a.b', 'gauge', ['k.1', 'k_1'])).set(1, { 'k.1': 'x', k_1: 'y' });
      registry.instrument(metric('a_b', 'gauge')).set(2);
    },
    options: { strategy: 'NoTranslation' },
  },
  'target-info': {
    record: ({ registry }) => registry.instrument(metric('shop.orders', 'counter')).add(1),
    options: { resourceAttributes: () => RESOURCE },
  },
  'target-info-beside-metrics-of-its-name': {
    record: ({ application }) => {
      const meter = application.provider.getMeter('app');
      meter.createGauge('target').record(5);
      meter.createGauge('target.info').record(5);
    },
    options: { resourceAttributes: () => RESOURCE },
  },
  'resource-labels': {
    record: ({ registry, application }) => {
      const orders = registry.instrument(metric('shop.orders', 'counter', ['service.name']));
      orders.add(1, { 'service.name': 'other' });
      orders.add(2, { 'service.name': 'shop' });
      orders.add(4);
      application.provider.getMeter('app').createGauge('level').record(1, { kind: 'x' });
    },
    options: { resourceAttributes: () => RESOURCE, isResourceLabel: (key) => key.startsWith('service.'), targetInfo: false },
  },
  'scope-labels': {
    record: ({ registry, application }) => {
      registry.instrument(metric('shop.orders', 'counter', ['otel.scope.name'])).add(1, { 'otel.scope.name': 'forged' });
      application.provider.getMeter('one', '1.0', { schemaUrl: 'https://example.org/1' }).createGauge('level').record(1);
      application.provider.getMeter('two').createGauge('level').record(2);
    },
    options: { scopeLabels: true, scope: { name: 'promtel', version: '0.1.0' } },
  },
  'two-scopes-merge': {
    record: ({ application: { provider } }) => {
      for (const [index, name] of ['one', 'two', 'three'].entries()) {
        const meter = provider.getMeter(name);
        meter.createCounter('hits').add(index + 1, { kind: 'same' });
        meter.createGauge('level').record(index + 1);
        const explicitBucketBoundaries = index === 2 ? [1, 2] : [1];
        meter.createHistogram('size', { advice: { explicitBucketBoundaries } }).record(index + 1);
      }
    },
  },
  'conflict-of-types': {
    record: ({ registry, application: { provider } }) => {
      registry.instrument(metric('shop.stock', 'gauge')).set(1);
      provider.getMeter('one').createHistogram('shop.stock').record(1);
      provider.getMeter('one').createGauge('basket').record(1);
      provider.getMeter('two').createHistogram('basket').record(1);
    },
  },
  'conflict-of-units': {
    record: ({ application: { provider } }) => {
      provider.getMeter('one').createGauge('delay', { unit: 's' }).record(1, { kind: 'a' });
      provider.getMeter('two').createGauge('delay', { unit: 'ms' }).record(1000, { kind: 'b' });
    },
    options: { strategy: 'UnderscoreEscapingWithoutSuffixes' },
  },
  'conflict-of-descriptions': {
    record: ({ application: { provider } }) => {
      provider.getMeter('one').createGauge('delay', { description: 'First.' }).record(1, { kind: 'a' });
      provider.getMeter('two').createGauge('delay', { description: 'Second.' }).record(2, { kind: 'b' });
    },
  },
  'conflict-with-the-series-of-another': {
    record: ({ registry, application: { provider } }) => {
      registry.instrument(metric('shop.order', 'histogram')).record(1);
      const meter = provider.getMeter('app');
      meter.createGauge('shop.order.count').record(1);
      meter.createGauge('shop.order.bucket').record(1);
    },
  },
  'counter-and-gauge-of-one-name': {
    record: ({ registry, application: { provider } }) => {
      exemplars.source = () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' });
      registry.instrument(metric('jobs', 'counter')).add(1);
      const meter = provider.getMeter('app');
      meter.createGauge('jobs').record(2);
      meter.createCounter('visits', { unit: 's' }).add(1);
      meter.createGauge('visits.seconds.created').record(1);
    },
  },
  'own-series-win': {
    record: ({ registry, application: { provider } }) => {
      const active = registry.instrument(metric('shop.active', 'updowncounter', ['kind']));
      active.add(1, { kind: 'own' });
      const theirs = provider.getMeter('app').createUpDownCounter('shop.active');
      theirs.add(7, { kind: 'own' });
      theirs.add(7, { kind: 'theirs' });
    },
  },
};

const folder = fileURLToPath(new URL('../../golden/', import.meta.url));

function expectGolden(file: string, page: string): void {
  const path = `${folder}${file}`;
  if (process.env['UPDATE_GOLDEN'] === 'true') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, page);
  }
  expect(page).toBe(readFileSync(path, 'utf8'));
}

afterEach(() => {
  exemplars.source = undefined;
  vi.useRealTimers();
});

describe.each(Object.entries(CASES))('%s', (name, { record, options, views, escaping }) => {
  const suffix = escaping === undefined ? '' : `;escaping=${escaping}`;
  it.each([
    ['prometheus', TEXT, 'text'],
    ['openmetrics', OPENMETRICS, 'openmetrics'],
  ] as const)('in the format of %s', async (format, accept, syntax) => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_123 });
    const recorded = sources(views);
    record(recorded);
    const page = await textOf(pageOf(recorded, options), `${accept}${suffix}`);
    parseExposition(page, syntax);
    expectGolden(`${format}/${name}.txt`, page);
  });
});
