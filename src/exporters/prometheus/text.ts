// The smallest pieces of the text formats: numbers, bounds, escaped strings, names and labels.
import { labelNeedsQuotes } from '../../core/naming/prometheus-label.ts';
import { metricNeedsQuotes } from '../../core/naming/prometheus-name.ts';
import type { Syntax } from './format.ts';

/** A value as both formats write it. */
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

/** A metric's name outside of braces, as in a TYPE line. */
export function metricNameText(name: string): string {
  return metricNeedsQuotes(name) ? `"${escapeQuoted(name)}"` : name;
}

/** Labels by name. */
export type Labels = ReadonlyMap<string, string>;

/** The text between the braces, sorted by name, so that two equal sets of labels are one text. */
export function labelsText(labels: Labels): string {
  const pairs = Array.from(labels, ([name, value]) => `${labelOpening(name)}${escapeQuoted(value)}"`);
  return pairs.toSorted().join(',');
}

/** A label up to its value. */
export function labelOpening(name: string): string {
  return `${labelNeedsQuotes(name) ? `"${escapeQuoted(name)}"` : name}="`;
}
