// How a page spells metrics and series: by the operator's strategy, the labels asked for, and the reader's format.
import type { InstrumentKind } from '../../core/metric.ts';
import { prometheusLabels } from '../../core/naming/prometheus-label.ts';
import { type NamedMetric, prometheusName } from '../../core/naming/prometheus-name.ts';
import type { TranslationStrategy } from '../../core/naming/translation-strategy.ts';
import { reportProblem } from '../../core/problem.ts';
import { escapeLabelName, escapeMetricName } from './escaping.ts';
import type { EscapingScheme, Format, Syntax } from './format.ts';
import type { Labels } from './text.ts';

export type Attributes = Readonly<Record<string, unknown>>;

/** Who recorded a metric. */
export interface Scope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}

export interface SpellingOptions {
  readonly strategy: TranslationStrategy;
  /** Whether every series says who recorded it. */
  readonly scopeLabels: boolean;
  /** Resource attributes that every series carries. */
  readonly resourceAttributes: Attributes;
}

/**
 * Names that the application's metrics may not have. Most are of series that Prometheus writes itself at each scrape (v3.15,
 * scrape/scrape.go): one of the application's would take its place, and a target that is down would look as if it were up.
 * A counter that is called by its ending alone has no name to Python's parser.
 */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  '_total',
  'up',
  'scrape_body_size_bytes',
  'scrape_duration_seconds',
  'scrape_sample_limit',
  'scrape_samples_post_metric_relabeling',
  'scrape_samples_scraped',
  'scrape_series_added',
  'scrape_timeout_seconds',
]);

export class Naming {
  readonly syntax: Syntax;
  readonly #escaping: EscapingScheme;
  readonly #strategy: TranslationStrategy;
  readonly #scopeLabels: boolean;
  readonly #constant: Labels;

  constructor({ syntax, escaping }: Format, { strategy, scopeLabels, resourceAttributes }: SpellingOptions) {
    this.syntax = syntax;
    this.#escaping = escaping;
    this.#strategy = strategy;
    this.#scopeLabels = scopeLabels;
    // No kind of series keeps more labels for itself than a histogram's.
    this.#constant = this.#spelled(resourceAttributes, 'histogram');
  }

  /** The name of a metric's family, a counter's with its `_total`. */
  name(metric: NamedMetric): string {
    const name = escapeMetricName(prometheusName(metric, this.#strategy), this.#escaping);
    if (!RESERVED_NAMES.has(name)) return name;
    const aside = `exported_${name}`;
    reportProblem(metric.name, `is called ${aside} on the metrics page, where ${name} has a meaning of its own`);
    return aside;
  }

  /** The labels of a series. What the point says wins over the resource, the scope over both. */
  labels(attributes: Attributes, kind: InstrumentKind, scope: Scope | undefined): Labels {
    const labels = this.#spelled(attributes, kind);
    if (this.#constant.size === 0 && !this.#scopeLabels) return labels;
    return new Map([...this.#constant, ...labels, ...this.#scope(scope)]);
  }

  /** How many labels the attributes have to give for no two of them to have become one. */
  expectedLabels(attributes: Attributes, scope: Scope | undefined): number {
    return Object.keys(attributes).length + this.#constant.size + this.#scope(scope).length;
  }

  #spelled(attributes: Attributes, kind: InstrumentKind): Labels {
    const translated = prometheusLabels(attributes, kind, this.#strategy);
    const labels = new Map<string, string>();
    for (const [label, value] of translated) {
      const name = this.#labelName(label);
      const before = labels.get(name);
      labels.set(name, before === undefined ? value : `${before};${value}`);
    }
    return labels;
  }

  #labelName(label: string): string {
    const name = escapeLabelName(label, this.#escaping);
    // Names that begin so are Prometheus' own: it takes `__name__` for the metric's, and Python's parser refuses the page.
    return name.startsWith('__') ? `exported_${name}` : name;
  }

  #scope(scope: Scope | undefined): (readonly [label: string, value: string])[] {
    if (!this.#scopeLabels || scope === undefined) return [];
    const labels = [
      ['otel_scope_name', scope.name],
      ['otel_scope_version', scope.version ?? ''],
      ['otel_scope_schema_url', scope.schemaUrl ?? ''],
    ] as const;
    return labels.filter(([, value]) => value !== '');
  }
}
