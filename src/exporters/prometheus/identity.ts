// The metadata of a family on the page: its name, type, unit and help, their comment lines, and the names that it occupies.
import type { InstrumentKind } from '../../core/metric.ts';
import { type NamedMetric, prometheusUnit, SERIES_SUFFIXES, SUFFIX } from '../../core/naming/prometheus-name.ts';
import { unitPhrase } from '../../core/naming/unit.ts';
import type { Syntax } from './format.ts';
import type { Naming } from './naming.ts';
import { escapeHelp, metricNameText } from './text.ts';

export interface FamilyIdentity {
  /** The OpenTelemetry name, for messages. */
  readonly source: string;
  /** The name on the page; a counter's includes `_total`, where the strategy adds it. */
  readonly name: string;
  readonly kind: InstrumentKind | 'info' | 'unknown';
  /** What the values are measured in, whether the name says it or not. */
  readonly unit: string;
  /** The text of OpenMetrics' UNIT line, which the name has to end with. */
  readonly unitText: string | undefined;
  readonly help: string;
}

interface DescribedMetric extends NamedMetric {
  readonly description: string;
}

export function identityOf(metric: DescribedMetric, naming: Naming): FamilyIdentity {
  const name = naming.name(metric);
  // Without a description, the name that the application knows is the best help.
  const help = metric.description.trim() || metric.name.trim() || name;
  return {
    source: metric.name,
    name,
    kind: metric.kind,
    unit: unitPhrase(metric.unit),
    unitText: prometheusUnit(metric, name),
    help,
  };
}

const TYPES: Record<FamilyIdentity['kind'], string> = {
  counter: 'counter',
  updowncounter: 'gauge',
  gauge: 'gauge',
  histogram: 'histogram',
  info: 'info',
  unknown: 'unknown',
};

export function typeOf({ kind }: FamilyIdentity): string {
  return TYPES[kind];
}

/** Whether two families can be merged: values in different units cannot be in one. */
export function isSameMetric(a: FamilyIdentity, b: FamilyIdentity): boolean {
  return a.name === b.name && typeOf(a) === typeOf(b) && a.unit === b.unit;
}

/** The comment lines in front of a family's series. */
export function headText(identity: FamilyIdentity, syntax: Syntax): string {
  const help = escapeHelp(identity.help, syntax);
  if (syntax === 'text') {
    const name = metricNameText(identity.name);
    return `# HELP ${name} ${help}\n# TYPE ${name} ${textTypeOf(identity)}\n`;
  }
  const { type, base } = openMetricsTypeOf(identity);
  const name = metricNameText(base);
  const unit = identity.unitText === undefined ? '' : `# UNIT ${name} ${identity.unitText}\n`;
  return `# TYPE ${name} ${type}\n${unit}# HELP ${name} ${help}\n`;
}

/**
 * A gauge whose name ends like a series of a histogram, such as a semantic convention's `….count`, is written as untyped:
 * `promtool check metrics` objects to a typed one. OpenMetrics, which Prometheus prefers to read, has the real type.
 */
function textTypeOf(identity: FamilyIdentity): string {
  const { kind, name } = identity;
  if (kind === 'info') return 'gauge';
  const type = typeOf(identity);
  const looksLikePart = type === 'gauge' && SERIES_SUFFIXES.histogram.some((suffix) => name.endsWith(suffix));
  return kind === 'unknown' || looksLikePart ? 'untyped' : type;
}

/** In OpenMetrics a counter and an info are named without the ending of their series; without that they are neither. */
function openMetricsTypeOf(identity: FamilyIdentity): { readonly type: string; readonly base: string } {
  const base = openMetricsBase(identity);
  if (base !== undefined) return { type: identity.kind, base };
  const isNeither = identity.kind === 'counter' || identity.kind === 'info';
  return { type: isNeither ? 'unknown' : typeOf(identity), base: identity.name };
}

/** The name that OpenMetrics gives a counter or an info; undefined for anything else. */
export function openMetricsBase({ kind, name }: FamilyIdentity): string | undefined {
  const ending = kind === 'counter' ? SUFFIX.total : kind === 'info' ? SUFFIX.info : undefined;
  if (ending === undefined || !name.endsWith(ending) || name.length === ending.length) return undefined;
  return name.slice(0, -ending.length);
}

/** When something began, which OpenMetrics may write beside it. */
const CREATED = '_created';

/** The names of a family and its series, which no other may have, or a parser would take its series for this one's. */
export function takenNames({ name, kind }: FamilyIdentity): string[] {
  if (kind !== 'histogram') return [name];
  return ['', SUFFIX.bucket, SUFFIX.sum, SUFFIX.count, CREATED].map((suffix) => name + suffix);
}

/** Names that a counter or an info takes in OpenMetrics only. */
export function namesTakenInOpenMetrics(identity: FamilyIdentity): string[] {
  const base = openMetricsBase(identity);
  return base === undefined ? [] : [base, base + CREATED];
}
