// Converts a metric name and unit to the Prometheus name, identical to that of metrics that Prometheus receives over OTLP.
//
// Names are those of github.com/prometheus/otlptranslator v1.0.0, which Prometheus' OTLP receiver and the Collector's
// exporter use; test/golden/names holds its output. Where it rejects a name, `hexEncoded` gives one.
import type { InstrumentKind } from '../metric.ts';
import { DEFAULT_STRATEGY, STRATEGIES, type TranslationStrategy } from './translation-strategy.ts';
import { escapedUnitWords, unitPhrase, unitWords } from './unit.ts';

/** What the Prometheus name of a metric is made from. */
export interface NamedMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: InstrumentKind;
}

/** Suffixes with a meaning in the text formats. */
export const SUFFIX = {
  total: '_total',
  bucket: '_bucket',
  sum: '_sum',
  count: '_count',
  info: '_info',
} as const;

/** The suffixes of a family's series after the family name; `_total` of a counter is part of the family name. */
export const SERIES_SUFFIXES: Readonly<Record<InstrumentKind, readonly string[]>> = {
  counter: [''],
  updowncounter: [''],
  gauge: [''],
  histogram: [SUFFIX.bucket, SUFFIX.sum, SUFFIX.count],
};

/**
 * The name of a metric's family; for a counter with `_total`. Never empty; under an escaping strategy a classic name, under
 * the others any text, which may need quotes. Two metrics can get the same name.
 */
export function prometheusName(metric: NamedMetric, strategy: TranslationStrategy = DEFAULT_STRATEGY): string {
  const { escapes, addsSuffixes } = STRATEGIES[strategy];
  if (escapes) return addsSuffixes ? escapedAndSuffixed(metric) : escaped(metric.name);
  const name = quotable(addsSuffixes ? suffixed(metric) : metric.name);
  return name === '' ? hexEncoded(name) : name;
}

function escapedAndSuffixed(metric: NamedMetric): string {
  const words = metric.name.split(/[^a-zA-Z0-9:]+/).filter(isNotEmpty);
  const { main, per } = escapedUnitWords(metric.unit);
  const perSuffix = per === 'per_' ? '' : withoutLastUnderscore(per);
  // As in the translator, only a one-word unit is recognised in the name: `x.bytes_per_second` in `By/s` gets its rate twice.
  if (!words.includes(main)) words.push(perSuffix === '' ? main : withoutLastUnderscore(main));
  words.push(perSuffix);
  const type = typeWord(metric);
  const kept = words.filter((word) => isNotEmpty(word) && word !== type);
  if (type !== '') kept.push(type);
  return kept.length === 0 ? hexEncoded(metric.name) : withoutLeadingDigit(kept.join('_'));
}

function escaped(name: string): string {
  const result = withoutLeadingDigit(
    name
      .split(/[^a-zA-Z0-9:_]+/)
      .filter(isNotEmpty)
      .join('_'),
  );
  if (result === '' || (result !== name && /^_+$/.test(result))) return hexEncoded(name);
  return result;
}

function suffixed(metric: NamedMetric): string {
  const { main, per } = unitWords(metric.unit);
  const type = typeWord(metric);
  let name = withoutSuffix(withoutSuffix(metric.name, type), per);
  if (!name.endsWith(main)) name += `_${main}`;
  for (const suffix of [per, type]) if (suffix !== '') name += `_${suffix}`;
  return name;
}

// Prometheus stores a non-monotonic sum as a gauge, but its translator does not name it like one: no `_ratio`.
function typeWord({ kind, unit }: NamedMetric): string {
  if (kind === 'counter') return 'total';
  return kind === 'gauge' && unit === '1' ? 'ratio' : '';
}

// As in the translator, the character before the suffix is removed too: "x.total" and "xytotal" both become "x".
function withoutSuffix(name: string, suffix: string): string {
  const length = name.length - suffix.length - 1;
  return suffix !== '' && length > 0 && name.endsWith(suffix) ? name.slice(0, length) : name;
}

function withoutLeadingDigit(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

function withoutLastUnderscore(word: string): string {
  return word.replace(/_$/, '');
}

function isNotEmpty(word: string): boolean {
  return word !== '';
}

/**
 * A name for a metric that the translator rejects: one without a letter or a digit, such as `温度`, and without a suffix that
 * adds one. Prometheus would drop the metric. This is its reversible escaping scheme (`escaping=values`), so that different
 * metrics stay apart: `U__` and the hexadecimal code of each character between underscores; the empty name is `U__`.
 */
function hexEncoded(name: string): string {
  const codes = Array.from(name.toWellFormed(), (character) =>
    character === '_' ? '__' : `_${character.codePointAt(0)?.toString(16)}_`,
  );
  return `U__${codes.join('')}`;
}

/**
 * The text of OpenMetrics' `# UNIT` line: the unit if the family name without `_total` ends with it, as OpenMetrics 1.0
 * requires. A ratio has none, since Prometheus' OTLP receiver stores none.
 */
export function prometheusUnit({ unit, kind }: Omit<NamedMetric, 'name'>, name: string): string | undefined {
  const phrase = unitPhrase(unit);
  const isTotal = kind === 'counter' && name.endsWith(SUFFIX.total);
  const family = isTotal ? name.slice(0, -SUFFIX.total.length) : name;
  return phrase !== '' && family.endsWith(`_${phrase}`) ? phrase : undefined;
}

/** Text that may be written between quotes: valid UTF-8 without NUL, at which Prometheus' parser (v3.15) rejects the page. */
export function quotable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Whether a metric name must be quoted and written within the braces. */
export function metricNeedsQuotes(name: string): boolean {
  return !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}
