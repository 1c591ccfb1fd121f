// The Node.js runtime: event loop delay and utilization, garbage collection, heap spaces, active resources.
//
// Read here and not through @opentelemetry/instrumentation-runtime-node, which records through the OpenTelemetry SDK:
// loading that adds 45 ms to every start. A test holds the two to the same names, units and values.
import type { PerformanceEntry, PerformanceObserverEntryList } from 'node:perf_hooks';
import * as catalog from '../catalog/runtime.ts';
import { CollectionInterval } from '../core/collection-interval.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';

export const runtimeNode: Instrumentation = {
  name: 'runtime-node',
  target: { package: 'node', versions: '>=22.15' },
  metrics: [
    catalog.nodejsEventloopDelayMin,
    catalog.nodejsEventloopDelayMax,
    catalog.nodejsEventloopDelayMean,
    catalog.nodejsEventloopDelayStddev,
    catalog.nodejsEventloopDelayP50,
    catalog.nodejsEventloopDelayP90,
    catalog.nodejsEventloopDelayP99,
    catalog.nodejsEventloopTime,
    catalog.nodejsEventloopUtilization,
    catalog.v8jsGcDuration,
    catalog.v8jsMemoryHeapLimit,
    catalog.v8jsMemoryHeapUsed,
    catalog.v8jsMemoryHeapSpaceSize,
    catalog.v8jsMemoryHeapSpaceAvailableSize,
    catalog.v8jsMemoryHeapSpacePhysicalSize,
    catalog.nodejsMemoryExternal,
    catalog.nodejsMemoryArrayBuffers,
    catalog.v8jsResourceActive,
  ],
  attach(attachment) {
    watchEventLoopDelay(attachment);
    watchEventLoopTime(attachment);
    watchGarbageCollections(attachment);
    watchHeap(attachment);
    watchMemoryOutsideHeap(attachment);
    watchResources(attachment);
  },
};

/** Sampling costs an idle process 0.2 % of a core at 20 ms, 0.4 % at 10 ms, 0.1 % at 50 ms; shorter delays are not seen. */
const DELAY_SAMPLE_MILLIS = 20;

function watchEventLoopDelay(attachment: Attachment): void {
  const { registry } = attachment;
  const histogram = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: DELAY_SAMPLE_MILLIS });
  histogram.enable();
  attachment.onDetach(() => histogram.disable());
  const min = registry.instrument(catalog.nodejsEventloopDelayMin);
  const max = registry.instrument(catalog.nodejsEventloopDelayMax);
  const mean = registry.instrument(catalog.nodejsEventloopDelayMean);
  const stddev = registry.instrument(catalog.nodejsEventloopDelayStddev);
  const p50 = registry.instrument(catalog.nodejsEventloopDelayP50);
  const p90 = registry.instrument(catalog.nodejsEventloopDelayP90);
  const p99 = registry.instrument(catalog.nodejsEventloopDelayP99);
  const interval = new CollectionInterval();
  attachment.onCollect(() => {
    if (histogram.count === 0 || !interval.ends()) return;
    min.set(lateSeconds(histogram.min));
    max.set(lateSeconds(histogram.max));
    mean.set(lateSeconds(histogram.mean));
    stddev.set(histogram.stddev / 1e9);
    p50.set(lateSeconds(histogram.percentile(50)));
    p90.set(lateSeconds(histogram.percentile(90)));
    p99.set(lateSeconds(histogram.percentile(99)));
    histogram.reset();
  });
}

/** Node.js records the time between two samples, of which the interval itself is no delay. A timer may be early. */
function lateSeconds(betweenSamplesNanos: number): number {
  return Math.max(0, betweenSamplesNanos / 1e9 - DELAY_SAMPLE_MILLIS / 1e3);
}

function watchEventLoopTime(attachment: Attachment): void {
  const { registry } = attachment;
  const time = registry.instrument(catalog.nodejsEventloopTime);
  const utilization = registry.instrument(catalog.nodejsEventloopUtilization);
  const interval = new CollectionInterval();
  let last = { active: 0, idle: 0, utilization: 0 };
  attachment.onCollect(() => {
    const { performance } = process.getBuiltinModule('node:perf_hooks');
    const now = performance.eventLoopUtilization();
    time.observe(now.active / 1e3, { 'nodejs.eventloop.state': 'active' });
    time.observe(now.idle / 1e3, { 'nodejs.eventloop.state': 'idle' });
    if (!interval.ends()) return;
    utilization.set(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  });
}

/** V8's numbers for kinds of collections (v8::GCType). Both kinds of minor collections have one value. */
const GC_TYPES: ReadonlyMap<unknown, 'minor' | 'major' | 'incremental' | 'weakcb'> = new Map([
  [1, 'minor'],
  [2, 'minor'],
  [4, 'major'],
  [8, 'incremental'],
  [16, 'weakcb'],
]);

function watchGarbageCollections(attachment: Attachment): void {
  const { registry } = attachment;
  const duration = registry.instrument(catalog.v8jsGcDuration);
  const { PerformanceObserver } = process.getBuiltinModule('node:perf_hooks');
  const observer = new PerformanceObserver(
    attachment.guard((list: PerformanceObserverEntryList) => {
      for (const entry of list.getEntries()) duration.record(entry.duration / 1e3, { 'v8js.gc.type': gcTypeOf(entry) });
    }),
  );
  observer.observe({ entryTypes: ['gc'] });
  attachment.onDetach(() => observer.disconnect());
  // Kinds that have not happened yet are exposed as 0, so that the first one is an increase.
  attachment.onCollect(() => {
    for (const type of GC_TYPES.values()) duration.bind({ 'v8js.gc.type': type });
  });
}

function gcTypeOf({ detail }: PerformanceEntry & { readonly detail?: unknown }) {
  return GC_TYPES.get((detail as { readonly kind?: unknown } | undefined)?.kind);
}

function watchHeap(attachment: Attachment): void {
  const { registry } = attachment;
  const limit = registry.instrument(catalog.v8jsMemoryHeapLimit);
  const used = registry.instrument(catalog.v8jsMemoryHeapUsed);
  const size = registry.instrument(catalog.v8jsMemoryHeapSpaceSize);
  const available = registry.instrument(catalog.v8jsMemoryHeapSpaceAvailableSize);
  const physical = registry.instrument(catalog.v8jsMemoryHeapSpacePhysicalSize);
  const shown = new Set<string>();
  attachment.onCollect(() => {
    const v8 = process.getBuiltinModule('node:v8');
    limit.set(v8.getHeapStatistics().heap_size_limit);
    for (const space of v8.getHeapSpaceStatistics()) {
      // Most programs never use half of the spaces: a space has no series before it has a size.
      if (space.space_size === 0 && !shown.has(space.space_name)) continue;
      shown.add(space.space_name);
      const attributes = { 'v8js.heap.space.name': space.space_name };
      used.set(space.space_used_size, attributes);
      size.set(space.space_size, attributes);
      available.set(space.space_available_size, attributes);
      physical.set(space.physical_space_size, attributes);
    }
  });
}

function watchMemoryOutsideHeap(attachment: Attachment): void {
  const { registry } = attachment;
  const external = registry.instrument(catalog.nodejsMemoryExternal);
  const arrayBuffers = registry.instrument(catalog.nodejsMemoryArrayBuffers);
  attachment.onCollect(() => {
    const memory = process.memoryUsage();
    external.set(memory.external);
    arrayBuffers.set(memory.arrayBuffers);
  });
}

function watchResources(attachment: Attachment): void {
  const { registry } = attachment;
  const active = registry.instrument(catalog.v8jsResourceActive);
  const counts = new Map<string, number>();
  attachment.onCollect(() => {
    // A type that is gone is 0 from now on, rather than what it was last.
    for (const type of counts.keys()) counts.set(type, 0);
    for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const [type, count] of counts) active.set(count, { 'v8js.resource.type': type });
  });
}
