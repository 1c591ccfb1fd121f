// The name that a metric has in Prometheus, the same whether it is scraped or comes by OTLP.
//
// Names are those of github.com/prometheus/otlptranslator v1.0.0, which Prometheus' OTLP receiver and the Collector's
// exporter use; test/golden/names holds what it prints. Where it refuses a name, `spelledOut` gives one.
import type { InstrumentKind } from '../metric.ts';
import { DEFAULT_STRATEGY, STRATEGIES, type TranslationStrategy } from './translation-strategy.ts';
import { escapedUnitWords, unitPhrase, unitWords } from './unit.ts';

/** What a metric's name is made of. */
export interface NamedMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: InstrumentKind;
}

/** Endings with a meaning in the text formats. */
export const SUFFIX = {
  total: '_total',
  bucket: '_bucket',
  sum: '_sum',
  count: '_count',
  info: '_info',
} as const;

/** What the series of a family end with, after the family's name; a counter's `_total` is part of that name. */
export const SERIES_SUFFIXES: Readonly<Record<InstrumentKind, readonly string[]>> = {
  counter: [''],
  updowncounter: [''],
  gauge: [''],
  histogram: [SUFFIX.bucket, SUFFIX.sum, SUFFIX.count],
};

/**
 * The name of a metric's family, a counter's with its `_total`. Never empty; under an escaping strategy a classic name,
 * under the others any text, which may need quotes. Two metrics can get one name.
 */
export function prometheusName(metric: NamedMetric, strategy: TranslationStrategy = DEFAULT_STRATEGY): string {
  const { escapes, addsSuffixes } = STRATEGIES[strategy];
  if (escapes) return addsSuffixes ? escapedAndSuffixed(metric) : escaped(metric.name);
  const name = quotable(addsSuffixes ? suffixed(metric) : metric.name);
  return name === '' ? spelledOut(name) : name;
}

function escapedAndSuffixed(metric: NamedMetric): string {
  const words = metric.name.split(/[^a-zA-Z0-9:]+/).filter(isNotEmpty);
  const { main, per } = escapedUnitWords(metric.unit);
  const perSuffix = per === 'per_' ? '' : withoutLastUnderscore(per);
  // Only a unit of one word is recognised in the name: `x.bytes_per_second` in `By/s` has its rate told twice.
  if (!words.includes(main)) words.push(perSuffix === '' ? main : withoutLastUnderscore(main));
  words.push(perSuffix);
  const type = typeWord(metric);
  const kept = words.filter((word) => isNotEmpty(word) && word !== type);
  if (type !== '') kept.push(type);
  return kept.length === 0 ? spelledOut(metric.name) : withoutLeadingDigit(kept.join('_'));
}

function escaped(name: string): string {
  const result = withoutLeadingDigit(
    name
      .split(/[^a-zA-Z0-9:_]+/)
      .filter(isNotEmpty)
      .join('_'),
  );
  if (result === '' || (result !== name && /^_+$/.test(result))) return spelledOut(name);
  return result;
}

function suffixed(metric: NamedMetric): string {
  const { main, per } = unitWords(metric.unit);
  const type = typeWord(metric);
  let name = withoutEnding(withoutEnding(metric.name, type), per);
  if (!name.endsWith(main)) name += `_${main}`;
  for (const ending of [per, type]) if (ending !== '') name += `_${ending}`;
  return name;
}

// A non-monotonic sum is a gauge to Prometheus, yet not to its translator: an up-down counter gets no `_ratio`.
function typeWord({ kind, unit }: NamedMetric): string {
  if (kind === 'counter') return 'total';
  return kind === 'gauge' && unit === '1' ? 'ratio' : '';
}

// The character before the ending goes with it, whatever it is: "x.total" and "xytotal" both become "x".
function withoutEnding(name: string, ending: string): string {
  const length = name.length - ending.length - 1;
  return ending !== '' && length > 0 && name.endsWith(ending) ? name.slice(0, length) : name;
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
 * A name for what the translator refuses: names without a letter or a digit, such as `温度`, when no suffix gives them one.
 * Prometheus would drop the metric. It is Prometheus' own reversible spelling (`escaping=values`), so that different
 * metrics stay apart: `U__` and each character's code in hexadecimal between underscores; the empty name is `U__`.
 */
function spelledOut(name: string): string {
  const codes = Array.from(name.toWellFormed(), (character) =>
    character === '_' ? '__' : `_${character.codePointAt(0)?.toString(16)}_`,
  );
  return `U__${codes.join('')}`;
}

/**
 * The text of OpenMetrics' `# UNIT` line: the unit's word if the family, less a counter's `_total`, ends with it, as
 * OpenMetrics 1.0 demands. A ratio has none, since Prometheus' OTLP receiver stores none for it.
 */
export function prometheusUnit({ unit, kind }: Omit<NamedMetric, 'name'>, name: string): string | undefined {
  const phrase = unitPhrase(unit);
  const isTotal = kind === 'counter' && name.endsWith(SUFFIX.total);
  const family = isTotal ? name.slice(0, -SUFFIX.total.length) : name;
  return phrase !== '' && family.endsWith(`_${phrase}`) ? phrase : undefined;
}

/** Text that can stand between quotes: UTF-8, and no NUL, at which Prometheus' parser (v3.15) gives the page up. */
export function quotable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Whether a metric name has to be written in quotes, within the braces. */
export function metricNeedsQuotes(name: string): boolean {
  return !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}
