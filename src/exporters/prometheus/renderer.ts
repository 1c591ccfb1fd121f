// Collects and makes the page, once for all who ask at the same time.
import { DEFAULT_STRATEGY } from '../../core/prometheus-name.ts';
import { Collection } from './collection.ts';
import { foreignMetrics } from './foreign.ts';
import type { Format } from './format.ts';
import { type MadePage, makePage } from './make-page.ts';
import type { PageOptions } from './page.ts';
import type { Attributes } from './spelling.ts';
import { targetInfo } from './target-info.ts';
import { type PageContent, type Variant, Variants } from './variants.ts';

/** Prometheus gives up after ten seconds unless told otherwise; the reason should reach it before. */
const COLLECT_TIMEOUT_MILLIS = 8000;

const NOTHING_MADE: MadePage = { chunks: [], byteLength: 0, failedFamilies: 0, droppedFamilies: 0, droppedSeries: 0 };

export class Renderer {
  readonly #options: PageOptions;
  readonly #collection: Collection;
  readonly #variants: Variants;

  constructor(options: PageOptions) {
    const { registry, collectForeign, collectTimeoutMillis = COLLECT_TIMEOUT_MILLIS } = options;
    const { strategy = DEFAULT_STRATEGY, scope = { name: 'promtel' }, scopeLabels = false } = options;
    this.#options = options;
    this.#collection = new Collection(registry, collectForeign, collectTimeoutMillis);
    this.#variants = new Variants(registry, { strategy, scope, scopeLabels });
  }

  render(format: Format): Promise<PageContent> {
    const { resourceAttributes } = this.#options;
    const resource = resourceAttributes?.() ?? {};
    const variant = this.#variants.get(format, this.#labelsAmong(resource));
    variant.rendering ??= this.#make(variant, resource).finally(() => {
      variant.rendering = undefined;
    });
    return variant.rendering;
  }

  close(): void {
    this.#variants.clear();
  }

  async #make(variant: Variant, resource: Attributes): Promise<PageContent> {
    const { registry, targetInfo: hasTargetInfo = true, onScrape } = this.#options;
    const beganMillis = performance.now();
    let made: MadePage | undefined;
    try {
      const foreign = foreignMetrics(await this.#collection.run());
      const target = hasTargetInfo && Object.keys(resource).length > 0 ? targetInfo(resource, variant.spelling) : undefined;
      made = await makePage({ target, own: registry.families, foreign }, variant);
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
