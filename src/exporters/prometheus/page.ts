// The metrics page of a process, however it is served: scrapes at the same time and in the same format share one rendering.
import { DEFAULT_STRATEGY, type TranslationStrategy } from '../../core/naming/translation-strategy.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { type CollectOtel, Collection } from './collection.ts';
import { type FormatCache, FormatCaches, type PageContent } from './format-cache.ts';
import type { Format } from './format.ts';
import type { Renderer } from './handler.ts';
import { type MadePage, makePage } from './make-page.ts';
import type { Attributes, Scope } from './naming.ts';
import { otelMetrics } from './otel-metrics.ts';
import { targetInfo } from './target-info.ts';
import { TextBudget } from './text-budget.ts';

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
  /** Who recorded promtel's own series; written where `scopeLabels` is set. */
  readonly scope?: Scope | undefined;
  readonly collectTimeoutMillis?: number | undefined;
  /** How much text is kept between scrapes, over all formats together. */
  readonly textBudgetBytes?: number | undefined;
  /** Called for every page that was made, or could not be. */
  readonly onScrape?: ((scrape: Scrape) => void) | undefined;
}

/** The outcome of making a page. */
export interface Scrape extends Omit<MadePage, 'chunks' | 'byteLength'> {
  /** Whether there was no page at all. */
  readonly failed: boolean;
  readonly durationSeconds: number;
  /** The page's size before compression. */
  readonly bytes: number;
}

/** Prometheus gives up after ten seconds by default; the reason should reach it before. */
const COLLECT_TIMEOUT_MILLIS = 8000;

const NOTHING_MADE: MadePage = { chunks: [], byteLength: 0, failedFamilies: 0, droppedFamilies: 0, droppedSeries: 0 };

export class Page implements Renderer {
  readonly #options: PageOptions;
  readonly #collection: Collection;
  readonly #caches: FormatCaches;

  constructor(options: PageOptions) {
    const { registry, collectOtel, collectTimeoutMillis = COLLECT_TIMEOUT_MILLIS, textBudgetBytes } = options;
    const { strategy = DEFAULT_STRATEGY, scope = { name: 'promtel' }, scopeLabels = false } = options;
    this.#options = options;
    this.#collection = new Collection(registry, collectOtel, collectTimeoutMillis);
    this.#caches = new FormatCaches(registry, { strategy, scope, scopeLabels }, new TextBudget(textBudgetBytes));
  }

  /** The page as it is now. Rejects with the reason when the collection failed. */
  render(format: Format): Promise<PageContent> {
    const { resourceAttributes } = this.#options;
    const resource = resourceAttributes?.() ?? {};
    const cache = this.#caches.get(format, this.#labelsAmong(resource));
    cache.rendering ??= this.#make(cache, resource).finally(() => {
      cache.rendering = undefined;
    });
    return cache.rendering;
  }

  /** Lets go of everything that is kept between scrapes. */
  close(): void {
    this.#caches.clear();
  }

  async #make(cache: FormatCache, resource: Attributes): Promise<PageContent> {
    const { registry, targetInfo: hasTargetInfo, onScrape } = this.#options;
    const beganMillis = performance.now();
    cache.share.beginScrape();
    let made: MadePage | undefined;
    try {
      const otel = otelMetrics(await this.#collection.run());
      const target = hasTargetInfo && Object.keys(resource).length > 0 ? targetInfo(resource, cache.naming) : undefined;
      made = await makePage({ target, families: registry.families, otel }, cache);
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
