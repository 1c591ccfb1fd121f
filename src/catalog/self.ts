// promtel itself: what it serves, what it could not read, and what it left out.
import { defineMetric } from '../core/metric.ts';
import {
  collectionSubject,
  errorType,
  exporterName,
  instrumentationName,
  metricName,
  processRuntimeVersion,
  telemetryDistroVersion,
} from './attributes.ts';
import { SECONDS_SCRAPE } from './buckets.ts';

/** Its unit is not `1`, which would end its Prometheus name in `_ratio`. */
export const promtelBuildInfo = defineMetric({
  name: 'promtel.build.info',
  instrument: 'gauge',
  unit: '{build}',
  brief: 'Always 1; the attributes tell which promtel runs on which Node.js.',
  stability: 'development',
  attributes: [telemetryDistroVersion, processRuntimeVersion],
  merge: 'max',
});

export const promtelMetricSeries = defineMetric({
  name: 'promtel.metric.series',
  instrument: 'gauge',
  unit: '{series}',
  brief: 'Series that a metric has, the overflow series included.',
  stability: 'development',
  attributes: [metricName],
  merge: 'max',
});

export const promtelMetricOverflow = defineMetric({
  name: 'promtel.metric.overflow',
  instrument: 'counter',
  unit: '{value}',
  brief: 'Values that went to the overflow series, since their metric had reached its limit of series.',
  stability: 'development',
  attributes: [metricName],
});

export const promtelMetricRejected = defineMetric({
  name: 'promtel.metric.rejected',
  instrument: 'counter',
  unit: '{value}',
  brief: 'Values that were not stored: no finite number, or negative where that is not allowed.',
  stability: 'development',
  attributes: [metricName],
});

export const promtelInstrumentationDetached = defineMetric({
  name: 'promtel.instrumentation.detached',
  instrument: 'gauge',
  unit: '{instrumentation}',
  brief: 'Instrumentations that failed and measure no more.',
  stability: 'development',
  attributes: [instrumentationName],
  merge: 'sum',
});

export const promtelCollectionErrors = defineMetric({
  name: 'promtel.collection.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Values that could not be read when they were asked for.',
  stability: 'development',
  attributes: [collectionSubject],
});

export const promtelScrapeDuration = defineMetric({
  name: 'promtel.scrape.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time from a scrape to the end of its answer.',
  stability: 'development',
  buckets: SECONDS_SCRAPE,
  attributes: [errorType],
});

export const promtelScrapeSize = defineMetric({
  name: 'promtel.scrape.size',
  instrument: 'gauge',
  unit: 'By',
  brief: 'Size of the latest page, before compression.',
  stability: 'development',
  attributes: [],
  merge: 'max',
});

export const promtelExportFailures = defineMetric({
  name: 'promtel.export.failures',
  instrument: 'counter',
  unit: '{export}',
  brief: 'Exports that failed for good, after every retry.',
  stability: 'development',
  attributes: [exporterName, errorType],
});
