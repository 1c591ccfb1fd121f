// The smallest pieces of the text formats: numbers, escaped strings, names, and what is in front of a value on its line.
import { labelNeedsQuotes } from '../../core/naming/prometheus-label.ts';
import { metricNeedsQuotes, SUFFIX } from '../../core/naming/prometheus-name.ts';
import type { Syntax } from './format.ts';

/** A value as both formats read it. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : `${value}`;
}

/**
 * The upper bound of a bucket. OpenMetrics demands the form of Go's formatter with a decimal point, `1.0` and `1e+06`; in
 * text it is the plain number, which is also what Prometheus makes of a bound that comes by OTLP.
 */
export function boundText(bound: number, syntax: Syntax): string {
  if (syntax === 'text' || !Number.isFinite(bound)) return numberText(bound);
  const [mantissa = '', exponentText = ''] = bound.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    const digits = `${Math.abs(exponent)}`.padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  return Number.isInteger(bound) ? `${bound}.0` : `${bound}`;
}

/** Text for within quotes. */
export function escapeQuoted(text: string): string {
  const wellFormed = text.toWellFormed();
  if (!/[\\"\n]/.test(wellFormed)) return wellFormed;
  return wellFormed
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}

/** Text for the end of a HELP line. */
export function escapeHelp(text: string, syntax: Syntax): string {
  if (syntax === 'openmetrics') return escapeQuoted(text);
  return text
    .toWellFormed()
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`);
}

/** A metric's name where it stands alone, as in a TYPE line. */
export function metricNameText(name: string): string {
  return metricNeedsQuotes(name) ? `"${escapeQuoted(name)}"` : name;
}

/** Labels by name. */
export type Labels = ReadonlyMap<string, string>;

/** What stands between the braces, sorted by name, so that two equal sets of labels are one text. */
export function labelsText(labels: Labels): string {
  const pairs = Array.from(labels, ([name, value]) => {
    const nameText = labelNeedsQuotes(name) ? `"${escapeQuoted(name)}"` : name;
    return `${nameText}="${escapeQuoted(value)}"`;
  });
  return pairs.toSorted().join(',');
}

/** Everything on a line before its value. */
export function linePrefix(name: string, labels: string): string {
  if (metricNeedsQuotes(name)) return `{${join(metricNameText(name), labels)}} `;
  return labels === '' ? `${name} ` : `${name}{${labels}} `;
}

/** What is in front of the values of a histogram's series: its buckets, the one without an end, the sum and the count. */
export function histogramPrefixes(name: string, labels: string, bounds: readonly number[], syntax: Syntax): string[] {
  const buckets = [...bounds, Infinity].map((bound) => {
    return linePrefix(name + SUFFIX.bucket, join(labels, `le="${boundText(bound, syntax)}"`));
  });
  return [...buckets, linePrefix(name + SUFFIX.sum, labels), linePrefix(name + SUFFIX.count, labels)];
}

function join(first: string, second: string): string {
  return first === '' || second === '' ? first + second : `${first},${second}`;
}
