// Metric names: those of Prometheus' own translator, and a lasting valid one where it refuses.
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

/** An empty name, which the translator lets pass where it does not escape, is none that Prometheus can store. */
function isRefused({ answer }: Case): boolean {
  return typeof answer !== 'string' || answer === '';
}

describe('the names of the translator', () => {
  it('are given to every metric that it accepts', () => {
    const accepted = cases.filter((each) => !isRefused(each));
    const wrong = accepted
      .map((each) => ({ ...each, name: prometheusName(each.metric, each.strategy) }))
      .filter(({ name, answer }) => name !== answer);
    expect(accepted.length).toBeGreaterThan(40_000);
    expect(wrong).toEqual([]);
  });

  it('are replaced by valid ones where it refuses', () => {
    const refused = cases.filter(isRefused);
    const names = refused.map(({ metric, strategy }) => ({ name: prometheusName(metric, strategy), strategy }));
    expect(refused.length).toBeGreaterThan(500);
    expect(names.filter(({ name, strategy }) => !isValid(name, strategy))).toEqual([]);
  });

  it('read as follows for metrics of the semantic conventions', () => {
    const name = (...[metric, unit, kind]: [string, string, InstrumentKind]) => prometheusName({ name: metric, unit, kind });
    expect(name('http.server.request.duration', 's', 'histogram')).toBe('http_server_request_duration_seconds');
    expect(name('http.server.active_requests', '{request}', 'updowncounter')).toBe('http_server_active_requests');
    expect(name('process.cpu.time', 's', 'counter')).toBe('process_cpu_time_seconds_total');
    expect(name('nodejs.eventloop.utilization', '1', 'gauge')).toBe('nodejs_eventloop_utilization_ratio');
    expect(name('llm.cost', 'USD', 'counter')).toBe('llm_cost_USD_total');
  });

  it('give an up-down counter in 1 no _ratio, though Prometheus stores it as a gauge', () => {
    expect(prometheusName({ name: 'a.share', unit: '1', kind: 'updowncounter' })).toBe('a_share');
  });
});

describe('names that the translator refuses', () => {
  const gauge = (name: string) => ({ name, unit: '', kind: 'gauge' }) as const;

  it.each([
    ['', 'U__'],
    ['温度', 'U___6e29__5ea6_'],
    ['...', 'U___2e__2e__2e_'],
    ['._.', 'U___2e____2e_'],
    ['😀', 'U___1f600_'],
    ['\uD800', 'U___fffd_'],
  ])('are spelled out: %j', (name, expected) => {
    expect(prometheusName(gauge(name), 'UnderscoreEscapingWithSuffixes')).toBe(expected);
    expect(prometheusName(gauge(name), 'UnderscoreEscapingWithoutSuffixes')).toBe(expected);
  });

  it('are only replaced under the strategy that has no use for them', () => {
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

  it('gives a name that Prometheus can store', () => {
    fc.assert(
      fc.property(metrics, strategies, (metric, strategy) => {
        expect(prometheusName(metric, strategy)).toSatisfy((name: string) => isValid(name, strategy));
      }),
    );
  });

  it('gives a name that stays as it is without suffixes', () => {
    fc.assert(
      fc.property(metrics, fc.constantFrom('UnderscoreEscapingWithoutSuffixes', 'NoTranslation'), (metric, strategy) => {
        const name = prometheusName(metric, strategy);
        expect(prometheusName({ ...metric, name }, strategy)).toBe(name);
      }),
    );
  });

  it('gives a name that stays as it is with suffixes, for units of one word', () => {
    const units = fc.constantFrom('s', 'By', '1', '%', '{request}', 'USD', '');
    fc.assert(
      fc.property(metrics, units, (metric, unit) => {
        const name = prometheusName({ ...metric, unit });
        fc.pre(!name.startsWith('U__'));
        expect(prometheusName({ ...metric, unit, name })).toBe(name);
      }),
    );
  });

  it('gives a unit only where the family ends with it', () => {
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
  ] as const)('is told: %j', (metric, unit) => {
    expect(unitOf(metric)).toBe(unit);
  });

  it.each([
    [{ name: 'a.requests', unit: '{request}', kind: 'counter' }],
    [{ name: 'a.share', unit: '1', kind: 'gauge' }],
    [{ name: 'a.bytes.sent', unit: 'By', kind: 'gauge' }],
    [{ name: 'a.seconds.total', unit: 's', kind: 'gauge' }],
    [{ name: '', unit: 's', kind: 'gauge' }],
  ] as const)('is not told where the name does not end with it, or has none: %j', (metric) => {
    expect(unitOf(metric)).toBeUndefined();
  });

  it('is not told under a strategy without suffixes', () => {
    const metric = { name: 'a.duration', unit: 's', kind: 'histogram' } as const;
    expect(prometheusUnit(metric, prometheusName(metric, 'NoTranslation'))).toBeUndefined();
  });
});

describe('the text formats', () => {
  it('need quotes for a name that is not a classic one', () => {
    expect(['a', '_a:b1', ':'].map(metricNeedsQuotes)).toEqual([false, false, false]);
    expect(['', '1a', 'a.b', 'é', 'a\n', 'a b'].map(metricNeedsQuotes)).toEqual(Array(6).fill(true));
  });

  it('have three kinds of series in a histogram and one elsewhere', () => {
    expect(SERIES_SUFFIXES.histogram).toEqual(['_bucket', '_sum', '_count']);
    expect(SERIES_SUFFIXES.counter).toEqual(['']);
  });
});
