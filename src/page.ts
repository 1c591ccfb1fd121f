// The metrics page of this process, as the configuration wants it, with what scraping it tells about itself.
import { promtelScrapeDuration, promtelScrapeSize } from './catalog/self.ts';
import type { Config } from './config/config.ts';
import { matchesAny } from './core/pattern.ts';
import type { Registry } from './core/registry.ts';
import { VERSION } from './core/version.ts';
import type { Renderer } from './exporters/prometheus/handler.ts';
import type { PageOptions } from './exporters/prometheus/page.ts';

/** What the page shows beside the registry. */
export type PageSources = Pick<PageOptions, 'collectForeign' | 'resourceAttributes'>;

/** The page. What writes it is loaded with the first scrape: a process starts sooner, and one that is not scraped goes without. */
export function createPage(config: Config, registry: Registry, sources: PageSources = {}): Renderer {
  const options = pageOptions(config, registry, sources);
  let page: Promise<Renderer> | undefined;
  return {
    async render(format) {
      page ??= import('./exporters/prometheus/page.ts').then(({ Page }) => new Page(options));
      return (await page).render(format);
    },
  };
}

function pageOptions(config: Config, registry: Registry, sources: PageSources): PageOptions {
  const { translationStrategy: strategy, targetInfo, scopeLabels, resourceLabels } = config.prometheus;
  const duration = registry.instrument(promtelScrapeDuration);
  const size = registry.instrument(promtelScrapeSize);
  return {
    ...sources,
    registry,
    strategy,
    targetInfo,
    scopeLabels,
    scope: { name: 'promtel', version: VERSION },
    isResourceLabel: (key) => matchesAny(resourceLabels, key),
    onScrape({ failed, durationSeconds, bytes }) {
      duration.record(durationSeconds, failed ? { 'error.type': '_OTHER' } : {});
      if (!failed) size.set(bytes);
    },
  };
}
