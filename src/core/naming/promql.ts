// PromQL of metric definitions: selectors, rates and quantiles by the names that Prometheus stores, as classic or native histograms.
import type { AttributeSpec } from '../attribute.ts';
import type { MetricDefinition } from '../metric.ts';
import { prometheusLabel } from './prometheus-label.ts';
import { prometheusName, SUFFIX } from './prometheus-name.ts';

type Histogram = MetricDefinition<'histogram'>;

/** How the values of a label are compared: `equal` is the default of a plain string. */
export interface Match {
  readonly operator: '=' | '!=' | '=~';
  readonly value: string;
}

/** Compares with a regular expression, which must match the whole value. */
export const matching = (value: string): Match => ({ operator: '=~', value });
export const not = (value: string): Match => ({ operator: '!=', value });

/** Labels to select by: attribute keys of the metric, and labels that the scrape adds, such as `job`. */
export type Where<D extends MetricDefinition = MetricDefinition> = {
  readonly [Key in D['attributes'][number]['key'] | 'job' | 'instance']?: string | Match;
};

/** A label to aggregate by: an attribute, or a label that the scrape adds. */
export type Label = AttributeSpec | string;

export interface PromqlOptions {
  /** Whether histograms are stored as native ones, which have no `_bucket`, `_sum` and `_count` series. */
  readonly nativeHistograms?: boolean;
  /** Matchers that every selector gets, such as `job=~"$job"`. */
  readonly everywhere?: string;
}

export type Promql = ReturnType<typeof makePromql>;

/** Makes the functions that write PromQL. A window is a duration such as `5m`, or `$__rate_interval`. */
export function makePromql({ nativeHistograms = false, everywhere = '' }: PromqlOptions = {}) {
  function select(name: string, where: Where, le = ''): string {
    const matchers = [le, ...Object.entries(where).map(([key, match]) => matcherOf(key, match)), everywhere].filter(
      (text) => text !== '',
    );
    return matchers.length === 0 ? name : `${name}{${matchers.join(', ')}}`;
  }

  /** The value of a counter, a gauge or an updowncounter. */
  function value<D extends MetricDefinition>(definition: D, where: Where<D> = {}): string {
    return select(nameOf(definition), where);
  }

  /** A function such as `rate` over the number of a counter's events or of a histogram's observations. */
  function over(name: 'rate' | 'increase', definition: MetricDefinition, window: string, where: Where): string {
    if (definition.instrument !== 'histogram') return `${name}(${select(nameOf(definition), where)}[${window}])`;
    if (nativeHistograms) return `histogram_count(${name}(${select(nameOf(definition), where)}[${window}]))`;
    return `${name}(${select(nameOf(definition) + SUFFIX.count, where)}[${window}])`;
  }

  /** What was observed, per second: the sum of a histogram's values. */
  function sumRate<D extends Histogram>(definition: D, window: string, where: Where<D> = {}): string {
    if (nativeHistograms) return `histogram_sum(rate(${select(nameOf(definition), where)}[${window}]))`;
    return `rate(${select(nameOf(definition) + SUFFIX.sum, where)}[${window}])`;
  }

  function buckets<D extends Histogram>(definition: D, window: string, labels: readonly Label[], where: Where<D> = {}): string {
    const name = nameOf(definition) + (nativeHistograms ? '' : SUFFIX.bucket);
    return sumBy(nativeHistograms ? labels : [...labels, 'le'], `rate(${select(name, where)}[${window}])`);
  }

  return {
    select,
    value,
    sumRate,
    /** Events per second of a counter, or observations per second of a histogram. */
    rate: <D extends MetricDefinition>(definition: D, window: string, where: Where<D> = {}): string =>
      over('rate', definition, window, where),
    /** Events of a counter, or observations of a histogram, within the window. */
    increase: <D extends MetricDefinition>(definition: D, window: string, where: Where<D> = {}): string =>
      over('increase', definition, window, where),
    /** Observations per second by bucket, for a heatmap. */
    buckets,
    /** A quantile of what was observed within the window, by the given labels. */
    quantile: <D extends Histogram>(
      quantile: number,
      definition: D,
      window: string,
      labels: readonly Label[],
      where: Where<D> = {},
    ): string => `histogram_quantile(${quantile}, ${buckets(definition, window, labels, where)})`,
    /** Observations per second that were at most `bound`, which must be one of the metric's bounds. */
    rateAtMost<D extends Histogram>(
      bound: number,
      definition: D,
      window: string,
      labels: readonly Label[],
      where: Where<D> = {},
    ): string {
      if (definition.buckets?.includes(bound) !== true)
        throw new Error(`${definition.name} has no bound ${bound}: give one of ${definition.buckets?.join(', ')}`);
      if (nativeHistograms) {
        const all = buckets(definition, window, labels, where);
        return `histogram_fraction(0, ${bound}, ${all}) * histogram_count(${all})`;
      }
      return sumBy(labels, `rate(${select(nameOf(definition) + SUFFIX.bucket, where, boundMatcher(bound))}[${window}])`);
    },
  };
}

/** The label name of an attribute, or a label as it is. */
export function labelName(label: Label): string {
  return typeof label === 'string' ? label : prometheusLabel(label.key);
}

export function sumBy(labels: readonly Label[], expression: string): string {
  return aggregate('sum', labels, expression);
}

export function maxBy(labels: readonly Label[], expression: string): string {
  return aggregate('max', labels, expression);
}

/** `on (...)`, which says by which labels the two sides of an operator are matched. */
export function on(labels: readonly Label[]): string {
  return `on (${labels.map(labelName).join(', ')})`;
}

/**
 * A share that is 0 where nothing matched, and absent, not NaN, where there was nothing at all. `part` and `whole` are aggregated by
 * the same labels.
 */
export function ratio(part: string, whole: string): string {
  return `(${part} or 0 * ${whole}) / (${whole} > 0)`;
}

function aggregate(operator: string, labels: readonly Label[], expression: string): string {
  return labels.length === 0
    ? `${operator}(${expression})`
    : `${operator} by (${labels.map(labelName).join(', ')}) (${expression})`;
}

function nameOf({ name, unit, instrument }: MetricDefinition): string {
  return prometheusName({ name, unit, kind: instrument });
}

function matcherOf(key: string, match: string | Match | undefined): string {
  const { operator, value }: Match = typeof match === 'object' ? match : { operator: '=', value: match ?? '' };
  return `${prometheusLabel(key)}${operator}${JSON.stringify(value)}`;
}

/** A scrape stores `le="1.0"`, the OTLP receiver `le="1"`. */
function boundMatcher(bound: number): string {
  return Number.isInteger(bound) ? `le=~"${bound}|${bound}\\\\.0"` : `le="${bound}"`;
}
