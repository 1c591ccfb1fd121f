// What an application could record to break the page: names, labels and values of every kind, as arbitrary data.
import fc from 'fast-check';
import type { InstrumentKind } from '../../../src/core/metric.ts';
import { metric, type Sources, sources } from './sources.ts';

export interface HostileMetric {
  /** Own metrics are declared, the others recorded through the SDK, each by one of a few scopes. */
  readonly recordedBy: 'promtel' | 'one' | 'two';
  readonly kind: InstrumentKind;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly points: readonly { readonly attributes: Record<string, never>; readonly value: number }[];
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\n',
      '{',
      '}',
      '=',
      ',',
      ' ',
      '#',
      '_',
      '.',
      'a',
      '1',
      '\0',
      '\r',
      '\uD800',
      '\u2028',
      '温',
    ),
    maxLength: 6,
  }),
  fc.constantFrom('# EOF', 'a 1\nb 2', '__name__', 'le', 'x'),
);

/** Names that meet each other, or that the page has a use for. */
const ODD_NAMES =
  'a a.b a_b a.b.total a.b.count a.b.bucket a.b.sum a.b.created a_b_total a_b_info up scrape.duration.seconds target target.info target.total le 1a _ __name__ 温度 constructor __proto__';

const anyName = fc.oneof(
  { weight: 3, arbitrary: anyText },
  { weight: 5, arbitrary: fc.constantFrom('', 'total', ...ODD_NAMES.split(' ')) },
);

const anyKey = fc.oneof(
  anyText,
  fc.constantFrom(
    'a.b',
    'a_b',
    'a-b',
    'le',
    'quantile',
    '__name__',
    '__address__',
    'job',
    '1a',
    '',
    '_',
    'otel.scope.name',
    'otel.metric.overflow',
  ),
);

const anyAttribute = fc.oneof(
  { weight: 5, arbitrary: anyText },
  fc.double(),
  fc.boolean(),
  fc.array(anyText, { maxLength: 2 }),
  fc.constantFrom(undefined, null, { nested: 'x' }),
);

const anyValue = fc.oneof(
  fc.double(),
  fc.nat(),
  fc.constantFrom(0, -0, -1, NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE),
);

export const anyHostileMetrics: fc.Arbitrary<HostileMetric[]> = fc.array(
  fc.record({
    recordedBy: fc.constantFrom('promtel', 'one', 'two'),
    kind: fc.constantFrom('counter', 'updowncounter', 'gauge', 'histogram'),
    name: anyName,
    unit: fc.oneof(fc.constantFrom('', '1', 's', 'By', '{x}', 'ms', 'By/s', '%'), anyText),
    description: fc.oneof(fc.constantFrom('', 'Fine.'), anyText),
    points: fc.array(fc.record({ attributes: fc.dictionary(anyKey, anyAttribute, { maxKeys: 3 }), value: anyValue }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  { minLength: 1, maxLength: 8 },
) as fc.Arbitrary<unknown> as fc.Arbitrary<HostileMetric[]>;

/** Records everything, as an application would that nobody stops. */
export function recordHostile(metrics: readonly HostileMetric[]): Sources {
  const recorded = sources();
  for (const hostile of metrics) {
    if (hostile.recordedBy === 'promtel') recordOwn(recorded, hostile);
    else recordThroughSdk(recorded, hostile);
  }
  return recorded;
}

function recordOwn({ registry }: Sources, { kind, name, unit, description, points }: HostileMetric): void {
  const keys = [...new Set(points.flatMap(({ attributes }) => Object.keys(attributes)))];
  const instrument = registry.instrument(metric(name, kind, keys, { unit, brief: description, limit: 4 })) as unknown as Record<
    string,
    Function
  >;
  for (const { attributes, value } of points)
    (instrument['record'] ?? instrument['add'] ?? instrument['set'])?.call(instrument, value, attributes);
}

function recordThroughSdk(
  { application: { provider } }: Sources,
  { recordedBy, kind, name, unit, description, points }: HostileMetric,
): void {
  const meter = provider.getMeter(recordedBy);
  const options = { unit, description };
  for (const { attributes, value } of points) {
    if (kind === 'counter') meter.createCounter(name, options).add(value, attributes);
    else if (kind === 'updowncounter') meter.createUpDownCounter(name, options).add(value, attributes);
    else if (kind === 'gauge') meter.createGauge(name, options).record(value, attributes);
    else meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: [0, 5] } }).record(value, attributes);
  }
}
