// Metric names: those of Prometheus' translator, and a valid, stable one where the translator rejects the name.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentKind } from '../../../src/core/metric.ts';
import {
  metricNeedsQuotes,
  prometheusName,
  prometheusUnit,
  SERIES_SUFFIXES,
  type NamedMetric,
} from '../../../src/core/naming/prometheus-name.ts';
import { isEscaping, TRANSLATION_STRATEGIES, type TranslationStrategy } from '../../../src/core/naming/translation-strategy.ts';

type Answer = string | { error: string };
type ByKind = [counter: Answer, gauge: Answer, other: Answer];

const vectors = JSON.parse(readFileSync(new URL('../../golden/names/vectors.json', import.meta.url), 'utf8')) as {
  names: [name: string, escaped: Answer, untouched: Answer][];
  suffixed: [name: string, unit: string, escaped: ByKind, unescaped: ByKind][];
};

/** The column of the vectors that holds each kind. */
const COLUMN: Record<InstrumentKind, 0 | 1 | 2> = { counter: 0, gauge: 1, updowncounter: 2, histogram: 2 };
const KINDS = Object.keys(COLUMN) as InstrumentKind[];

interface Case {
  readonly metric: NamedMetric;
  readonly strategy: TranslationStrategy;
  readonly answer: Answer;
}

const cases: Case[] = [
  ...vectors.names.slice(1).flatMap(([name, escaped, untouched]) =>
    KINDS.flatMap((kind): Case[] => [
      { metric: { name, unit: 's', kind }, strategy: 'UnderscoreEscapingWithoutSuffixes', answer: escaped },
      { metric: { name, unit: 's', kind }, strategy: 'NoTranslation', answer: untouched },
    ]),
  ),
  ...vectors.suffixed.slice(1).flatMap(([name, unit, escaped, unescaped]) =>
    KINDS.flatMap((kind): Case[] => [
      { metric: { name, unit, kind }, strategy: 'UnderscoreEscapingWithSuffixes', answer: escaped[COLUMN[kind]] },
      { metric: { name, unit, kind }, strategy: 'NoUTF8EscapingWithSuffixes', answer: unescaped[COLUMN[kind]] },
    ]),
  ),
];

/** The translator accepts an empty name where it does not escape, but Prometheus cannot store it. */
function isRejected({ answer }: Case): boolean {
  return typeof answer !== 'string' || answer === '';
}

describe('the names of the translator', () => {
  it('names are those of the translator for every metric that it accepts', () => {
    const accepted = cases.filter((each) => !isRejected(each));
    const wrong = accepted
      .map((each) => ({ ...each, name: prometheusName(each.metric, each.strategy) }))
      .filter(({ name, answer }) => name !== answer);
    expect(accepted.length).toBeGreaterThan(40_000);
    expect(wrong).toEqual([]);
  });

  it('names that the translator rejects are replaced by valid ones', () => {
    const rejected = cases.filter(isRejected);
    const names = rejected.map(({ metric, strategy }) => ({ name: prometheusName(metric, strategy), strategy }));
    expect(rejected.length).toBeGreaterThan(500);
    expect(names.filter(({ name, strategy }) => !isValid(name, strategy))).toEqual([]);
  });

  it('names of metrics of the semantic conventions', () => {
    const name = (...[metric, unit, kind]: [string, string, InstrumentKind]) => prometheusName({ name: metric, unit, kind });
    expect(name('http.server.request.duration', 's', 'histogram')).toBe('http_server_request_duration_seconds');
    expect(name('http.server.active_requests', '{request}', 'updowncounter')).toBe('http_server_active_requests');
    expect(name('process.cpu.time', 's', 'counter')).toBe('process_cpu_time_seconds_total');
    expect(name('nodejs.eventloop.utilization', '1', 'gauge')).toBe('nodejs_eventloop_utilization_ratio');
    expect(name('llm.cost', 'USD', 'counter')).toBe('llm_cost_USD_total');
  });

  it('an up-down counter in unit 1 gets no _ratio', () => {
    expect(prometheusName({ name: 'a.share', unit: '1', kind: 'updowncounter' })).toBe('a_share');
  });
});

describe('names that the translator rejects', () => {
  const gauge = (name: string) => ({ name, unit: '', kind: 'gauge' }) as const;

  it.each([
    ['', 'U__'],
    ['温度', 'U___6e29__5ea6_'],
    ['...', 'U___2e__2e__2e_'],
    ['._.', 'U___2e____2e_'],
    ['😀', 'U___1f600_'],
    ['\uD800', 'U___fffd_'],
  ])('the name %j, which the translator rejects, is hex-encoded', (name, expected) => {
    expect(prometheusName(gauge(name), 'UnderscoreEscapingWithSuffixes')).toBe(expected);
    expect(prometheusName(gauge(name), 'UnderscoreEscapingWithoutSuffixes')).toBe(expected);
  });

  it('names are replaced only under the strategies that reject them', () => {
    expect(prometheusName({ name: '温度', unit: 'Cel', kind: 'gauge' })).toBe('celsius');
    expect(prometheusName(gauge('温度'), 'NoTranslation')).toBe('温度');
    expect(prometheusName(gauge(''), 'NoTranslation')).toBe('U__');
    expect(prometheusName(gauge('a\0'), 'NoTranslation')).toBe('a\uFFFD');
  });
});

function isValid(name: string, strategy: TranslationStrategy): boolean {
  return isEscaping(strategy) ? !metricNeedsQuotes(name) : name !== '' && name.isWellFormed() && !name.includes('\0');
}

describe('any name and unit', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('a', 'total', 'ratio', 'seconds', '_', '.', '1', 's', '/', '{', '}', ' ', '温', '\uD800'),
    }),
  );
  const metrics = fc.record({ name: text, unit: text, kind: fc.constantFrom(...KINDS) });
  const strategies = fc.constantFrom(...TRANSLATION_STRATEGIES);

  it('any metric gets a name that Prometheus can store', () => {
    fc.assert(
      fc.property(metrics, strategies, (metric, strategy) => {
        expect(prometheusName(metric, strategy)).toSatisfy((name: string) => isValid(name, strategy));
      }),
    );
  });

  it('a translated name is translated to itself without suffixes', () => {
    fc.assert(
      fc.property(metrics, fc.constantFrom('UnderscoreEscapingWithoutSuffixes', 'NoTranslation'), (metric, strategy) => {
        const name = prometheusName(metric, strategy);
        expect(prometheusName({ ...metric, name }, strategy)).toBe(name);
      }),
    );
  });

  it('a translated name is translated to itself with suffixes, for one-word units', () => {
    const units = fc.constantFrom('s', 'By', '1', '%', '{request}', 'USD', '');
    fc.assert(
      fc.property(metrics, units, (metric, unit) => {
        const name = prometheusName({ ...metric, unit });
        fc.pre(!name.startsWith('U__'));
        expect(prometheusName({ ...metric, unit, name })).toBe(name);
      }),
    );
  });

  it('a family has a unit only if its name ends with it', () => {
    fc.assert(
      fc.property(metrics, strategies, (metric, strategy) => {
        const name = prometheusName(metric, strategy);
        const unit = prometheusUnit(metric, name);
        const family = metric.kind === 'counter' ? name.replace(/_total$/, '') : name;
        expect(unit === undefined || (/^[a-zA-Z0-9_:]+$/.test(unit) && family.endsWith(`_${unit}`))).toBe(true);
      }),
    );
  });
});

describe('the unit of a family', () => {
  const unitOf = (metric: NamedMetric) => prometheusUnit(metric, prometheusName(metric));

  it.each([
    [{ name: 'a.duration', unit: 's', kind: 'histogram' }, 'seconds'],
    [{ name: 'a.time', unit: 's', kind: 'counter' }, 'seconds'],
    [{ name: 'a.rate', unit: 'By/s', kind: 'gauge' }, 'bytes_per_second'],
    [{ name: 'a.cost', unit: 'USD', kind: 'counter' }, 'USD'],
  ] as const)('the UNIT line of %j', (metric, unit) => {
    expect(unitOf(metric)).toBe(unit);
  });

  it.each([
    [{ name: 'a.requests', unit: '{request}', kind: 'counter' }],
    [{ name: 'a.share', unit: '1', kind: 'gauge' }],
    [{ name: 'a.bytes.sent', unit: 'By', kind: 'gauge' }],
    [{ name: 'a.seconds.total', unit: 's', kind: 'gauge' }],
    [{ name: '', unit: 's', kind: 'gauge' }],
  ] as const)('no UNIT line where the name does not end with the unit: %j', (metric) => {
    expect(unitOf(metric)).toBeUndefined();
  });

  it('no UNIT line under a strategy without suffixes', () => {
    const metric = { name: 'a.duration', unit: 's', kind: 'histogram' } as const;
    expect(prometheusUnit(metric, prometheusName(metric, 'NoTranslation'))).toBeUndefined();
  });
});

describe('the text formats', () => {
  it('metric names need quotes unless they are classic', () => {
    expect(['a', '_a:b1', ':'].map(metricNeedsQuotes)).toEqual([false, false, false]);
    expect(['', '1a', 'a.b', 'é', 'a\n', 'a b'].map(metricNeedsQuotes)).toEqual(Array(6).fill(true));
  });

  it('histograms have three series suffixes, other kinds one', () => {
    expect(SERIES_SUFFIXES.histogram).toEqual(['_bucket', '_sum', '_count']);
    expect(SERIES_SUFFIXES.counter).toEqual(['']);
  });
});
