// Converts attributes to Prometheus labels, identical to those of metrics that Prometheus receives over OTLP.
//
// Label names are those of github.com/prometheus/otlptranslator v1.0.0 with the options that Prometheus' OTLP receiver
// has by default (v3.15): underscores are not merged, and a single leading one gets `key` before it.
import type { InstrumentKind } from '../metric.ts';
import { quotable } from './prometheus-name.ts';
import { DEFAULT_STRATEGY, isEscaping, type TranslationStrategy } from './translation-strategy.ts';

/**
 * The label name of an attribute key. Never empty; under an escaping strategy a classic name, under the others any
 * text, which may need quotes. A key that the translator rejects, such as `温度` or the empty one, becomes `key` followed by
 * the underscores that remain of it; Prometheus would drop the data point.
 */
export function prometheusLabel(key: string, strategy: TranslationStrategy = DEFAULT_STRATEGY): string {
  if (!isEscaping(strategy)) return key === '' ? 'key' : quotable(key);
  const label = key.replace(/[^a-zA-Z0-9_]/gu, '_');
  if (/^[0-9]/.test(label)) return `key_${label}`;
  return /^(_*|_[^_].*)$/.test(label) ? `key${label}` : label;
}

/** Labels that the exporter writes itself: on all series, and on those of a kind. */
const RESERVED_EVERYWHERE = '__name__';
const RESERVED: Readonly<Partial<Record<InstrumentKind, string>>> = { histogram: 'le' };

/**
 * The labels of a point, in the order of its keys. Two keys that become one label have their values joined with `;`
 * (OpenTelemetry specification v1.38.0, Prometheus compatibility). An empty label is left out, since Prometheus treats it as
 * absent. One that the exporter writes itself gets the prefix `exported_`, as a scrape adds it to `job`.
 */
export function prometheusLabels(
  attributes: Readonly<Record<string, unknown>>,
  kind: InstrumentKind,
  strategy: TranslationStrategy = DEFAULT_STRATEGY,
): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes).toSorted(byBytes)) {
    const label = prefixIfReserved(prometheusLabel(key, strategy), kind);
    const before = labels.get(label) ?? '';
    const value = labelValue(attributes[key]);
    labels.set(label, before === '' ? value : `${before};${value}`);
  }
  for (const [label, value] of labels) if (value === '') labels.delete(label);
  return labels;
}

/** Whether a label name must be quoted in the text formats. */
export function labelNeedsQuotes(label: string): boolean {
  return !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label);
}

// Prometheus compares keys as UTF-8; the order of JavaScript strings differs from it beyond U+D7FF.
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function prefixIfReserved(label: string, kind: InstrumentKind): string {
  return label === RESERVED_EVERYWHERE || label === RESERVED[kind] ? `exported_${label}` : label;
}

// Lists are written as JSON, as the specification requires. A value without a text form, such as a function, is left out.
function labelValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
