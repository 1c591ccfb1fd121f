// Makes the metrics page of this process as it is configured, with the metrics of its own scrapes.
import { promtelScrapeDuration, promtelScrapeSize } from '../catalog/self.ts';
import type { Config } from '../config/config.ts';
import { matchesAny } from '../core/pattern.ts';
import type { Registry } from '../core/recording/registry.ts';
import { VERSION } from '../core/version.ts';
import type { Renderer } from '../exporters/prometheus/handler.ts';
import { Page, type PageOptions } from '../exporters/prometheus/page.ts';

/** What the page shows beside the registry. */
export type PageSources = Pick<PageOptions, 'collectOtel' | 'resourceAttributes'>;

/** Makes the page; the duration and size of each scrape are recorded in the registry. */
export function createMetricsPage(config: Config, registry: Registry, sources: PageSources = {}): Renderer {
  const { translationStrategy: strategy, targetInfo, scopeLabels, resourceLabels } = config.prometheus;
  const duration = registry.instrument(promtelScrapeDuration);
  const size = registry.instrument(promtelScrapeSize);
  return new Page({
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
  });
}
