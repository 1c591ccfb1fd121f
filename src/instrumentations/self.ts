// promtel itself: its version, its number of series, overflowed and rejected values, failed instrumentations and callbacks.
import * as catalog from '../catalog/self.ts';
import type { Family } from '../core/recording/family.ts';
import { VERSION } from '../core/version.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';

/** Scrapes and exports are measured by the exporters. */
export const self: Instrumentation = {
  name: 'self',
  target: { package: 'promtel', versions: '*' },
  metrics: [
    catalog.promtelBuildInfo,
    catalog.promtelMetricSeries,
    catalog.promtelMetricOverflow,
    catalog.promtelMetricRejected,
    catalog.promtelInstrumentationDetached,
    catalog.promtelCollectionErrors,
  ],
  attach(attachment) {
    watchBuild(attachment);
    watchFailures(attachment);
    watchFamilies(attachment);
  },
};

function watchBuild(attachment: Attachment): void {
  const info = attachment.registry.instrument(catalog.promtelBuildInfo);
  const attributes = { 'telemetry.distro.version': VERSION, 'process.runtime.version': process.version.slice(1) };
  attachment.onCollect(() => info.set(1, attributes));
}

function watchFailures(attachment: Attachment): void {
  const { registry } = attachment;
  const detached = registry.instrument(catalog.promtelInstrumentationDetached);
  const errors = registry.instrument(catalog.promtelCollectionErrors);
  attachment.onCollect(() => {
    for (const name of registry.failedInstrumentations) detached.set(1, { 'instrumentation.name': name });
    for (const [subject, count] of registry.failedCallbacks) errors.observe(count, { 'collection.subject': subject });
  });
}

/** Overflowed and rejected values are reported from the first one on, the number of series of a metric once it has one. */
function watchFamilies(attachment: Attachment): void {
  const { registry } = attachment;
  const series = registry.instrument(catalog.promtelMetricSeries);
  const overflow = registry.instrument(catalog.promtelMetricOverflow);
  const rejected = registry.instrument(catalog.promtelMetricRejected);
  const used = new Set<Family>([series.family]);
  attachment.onCollect(async () => {
    // So that synchronous callbacks have run.
    await Promise.resolve();
    for (const family of registry.families) {
      const attributes = { 'metric.name': family.definition.name };
      if (family.overflowed > 0) overflow.observe(family.overflowed, attributes);
      if (family.rejected > 0) rejected.observe(family.rejected, attributes);
    }
    for (const family of registry.families) if (family.size > 0) used.add(family);
    for (const family of used) series.bind({ 'metric.name': family.definition.name });
    // Only now does every series exist, those of this metric included.
    for (const family of used) series.set(family.size, { 'metric.name': family.definition.name });
  });
}
