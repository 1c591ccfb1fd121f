// The metrics page of a process, whatever way it is served: those who ask at the same time share one.
import { DEFAULT_STRATEGY, type TranslationStrategy } from '../../core/naming/translation-strategy.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { type CollectOtel, Collection } from './collection.ts';
import { type PageContent, type FormatCache, FormatCaches } from './format-cache.ts';
import type { Format } from './format.ts';
import type { Renderer } from './handler.ts';
import { type MadePage, makePage } from './make-page.ts';
import type { Attributes, Scope } from './naming.ts';
import { otelMetrics } from './otel-metrics.ts';
import { targetInfo } from './target-info.ts';

export interface PageOptions {
  readonly registry: Registry;
  /** What the application recorded through the OpenTelemetry API. A rejection fails the scrape. */
  readonly collectOtel?: CollectOtel | undefined;
  readonly strategy?: TranslationStrategy | undefined;
  readonly resourceAttributes?: (() => Attributes) | undefined;
  /** Whether the page has `target_info`. */
  readonly targetInfo?: boolean | undefined;
  /** Which resource attributes every series carries as labels. */
  readonly isResourceLabel?: ((key: string) => boolean) | undefined;
  /** Whether every series says by `otel_scope_name` who recorded it. */
  readonly scopeLabels?: boolean | undefined;
  /** Who recorded promtel's own series, where scope labels are asked for. */
  readonly scope?: Scope | undefined;
  readonly collectTimeoutMillis?: number | undefined;
  /** Hears of every page that was made, or could not be. */
  readonly onScrape?: ((scrape: Scrape) => void) | undefined;
}

/** How the making of a page went. */
export interface Scrape extends Omit<MadePage, 'chunks' | 'byteLength'> {
  /** Whether there was no page at all. */
  readonly failed: boolean;
  readonly durationSeconds: number;
  /** The page's size before compression. */
  readonly bytes: number;
}

/** Prometheus gives up after ten seconds unless told otherwise; the reason should reach it before. */
const COLLECT_TIMEOUT_MILLIS = 8000;

const NOTHING_MADE: MadePage = { chunks: [], byteLength: 0, failedFamilies: 0, droppedFamilies: 0, droppedSeries: 0 };

export class Page implements Renderer {
  readonly #options: PageOptions;
  readonly #collection: Collection;
  readonly #variants: FormatCaches;

  constructor(options: PageOptions) {
    const { registry, collectOtel, collectTimeoutMillis = COLLECT_TIMEOUT_MILLIS } = options;
    const { strategy = DEFAULT_STRATEGY, scope = { name: 'promtel' }, scopeLabels = false } = options;
    this.#options = options;
    this.#collection = new Collection(registry, collectOtel, collectTimeoutMillis);
    this.#variants = new FormatCaches(registry, { strategy, scope, scopeLabels });
  }

  /** The page as it is now. Rejects with the reason when the collection failed. */
  render(format: Format): Promise<PageContent> {
    const { resourceAttributes } = this.#options;
    const resource = resourceAttributes?.() ?? {};
    const variant = this.#variants.get(format, this.#labelsAmong(resource));
    variant.rendering ??= this.#make(variant, resource).finally(() => {
      variant.rendering = undefined;
    });
    return variant.rendering;
  }

  /** Forgets what was remembered for the next page. */
  close(): void {
    this.#variants.clear();
  }

  async #make(variant: FormatCache, resource: Attributes): Promise<PageContent> {
    const { registry, targetInfo: hasTargetInfo, onScrape } = this.#options;
    const beganMillis = performance.now();
    let made: MadePage | undefined;
    try {
      const otel = otelMetrics(await this.#collection.run());
      const target = hasTargetInfo && Object.keys(resource).length > 0 ? targetInfo(resource, variant.naming) : undefined;
      made = await makePage({ target, own: registry.families, otel }, variant);
      return made;
    } finally {
      const { chunks: _, byteLength: bytes, ...counts } = made ?? NOTHING_MADE;
      onScrape?.({ ...counts, bytes, failed: made === undefined, durationSeconds: (performance.now() - beganMillis) / 1000 });
    }
  }

  #labelsAmong(resource: Attributes): Attributes {
    const { isResourceLabel } = this.#options;
    if (isResourceLabel === undefined) return {};
    return Object.fromEntries(Object.entries(resource).filter(([key]) => isResourceLabel(key)));
  }
}
