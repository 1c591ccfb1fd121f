// Collects the application's metrics from the SDK synchronously, for a process that exits.
import type { MetricData, MetricProducer, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { hrTime } from './points.ts';

/** The parts of the SDK that hold what was recorded. */
interface Collector {
  readonly _sharedState?: { readonly meterSharedStates?: ReadonlyMap<string, MeterState> };
}

interface MeterState {
  readonly _instrumentationScope: ScopeMetrics['scope'];
  readonly metricStorageRegistry: { getStorages(collector: Collector): readonly Storage[] };
}

interface Storage {
  collect(collector: Collector, time: ReturnType<typeof hrTime>): MetricData | undefined | null;
}

/**
 * The SDK offers asynchronous collections only, for which an exiting process has no time, so the values are read from its
 * internals. If a release keeps them elsewhere, nothing is collected and the last export stays the last. Observable
 * instruments have the values of their last collection.
 */
export function collectAtOnce(producer: MetricProducer): ScopeMetrics[] {
  const collector = producer as Collector;
  try {
    return Array.from(collector._sharedState?.meterSharedStates?.values() ?? [], (meter) =>
      scopeMetricsOf(meter, collector),
    ).filter(({ metrics }) => metrics.length > 0);
  } catch {
    return [];
  }
}

function scopeMetricsOf({ _instrumentationScope, metricStorageRegistry }: MeterState, collector: Collector): ScopeMetrics {
  const time = hrTime(Date.now());
  const collected = metricStorageRegistry.getStorages(collector).map((storage) => storage.collect(collector, time));
  return { scope: _instrumentationScope, metrics: collected.filter((metric) => metric !== undefined && metric !== null) };
}
