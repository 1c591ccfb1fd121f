// The metrics page of a process, whatever way it is served. What writes it is loaded by the first scrape, not at start.
import type { TranslationStrategy } from '../../core/prometheus-name.ts';
import type { Registry } from '../../core/registry.ts';
import type { CollectForeign } from './collection.ts';
import type { Format } from './format.ts';
import type { MadePage } from './make-page.ts';
import type { Renderer } from './renderer.ts';
import type { Attributes, Scope } from './spelling.ts';
import type { PageContent } from './variants.ts';

export interface PageOptions {
  readonly registry: Registry;
  /** What the application recorded through the OpenTelemetry API. A rejection fails the scrape. */
  readonly collectForeign?: CollectForeign | undefined;
  readonly strategy?: TranslationStrategy | undefined;
  readonly resourceAttributes?: (() => Attributes) | undefined;
  /** Whether the page has `target_info`; yes unless said. */
  readonly targetInfo?: boolean | undefined;
  /** Which resource attributes every series carries as labels; none unless said. */
  readonly isResourceLabel?: ((key: string) => boolean) | undefined;
  /** Whether every series says by `otel_scope_name` who recorded it; no unless said. */
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

export class Page {
  readonly #options: PageOptions;
  #renderer: Renderer | undefined;

  constructor(options: PageOptions) {
    this.#options = options;
  }

  /** The page as it is now; those who ask at the same time share one. Rejects with the reason when the collection failed. */
  async render(format: Format): Promise<PageContent> {
    if (this.#renderer === undefined) {
      const { Renderer } = await import('./renderer.ts');
      this.#renderer ??= new Renderer(this.#options);
    }
    return this.#renderer.render(format);
  }

  /** Forgets what was remembered for the next page. */
  close(): void {
    this.#renderer?.close();
  }
}
