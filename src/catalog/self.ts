// promtel itself: scrapes, exports, series limits, rejected values, and errors of its own.
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

/** Its unit is a count: unit `1` would end its Prometheus name in `_ratio`, as if it were a share. */
export const promtelBuildInfo = defineMetric({
  name: 'promtel.build.info',
  instrument: 'gauge',
  unit: '{build}',
  brief: 'Versions of promtel and Node.js; always 1.',
  stability: 'development',
  attributes: [telemetryDistroVersion, processRuntimeVersion],
  merge: 'max',
});

export const promtelMetricSeries = defineMetric({
  name: 'promtel.metric.series',
  instrument: 'gauge',
  unit: '{series}',
  brief: 'Series of a metric, its overflow series included.',
  stability: 'development',
  attributes: [metricName],
  merge: 'max',
});

export const promtelMetricOverflow = defineMetric({
  name: 'promtel.metric.overflow',
  instrument: 'counter',
  unit: '{value}',
  brief: 'Values beyond the series limit, added to the overflow series of their metric.',
  stability: 'development',
  attributes: [metricName],
});

export const promtelMetricRejected = defineMetric({
  name: 'promtel.metric.rejected',
  instrument: 'counter',
  unit: '{value}',
  brief: 'Rejected values: not finite, or negative where that is not allowed.',
  stability: 'development',
  attributes: [metricName],
});

export const promtelInstrumentationDetached = defineMetric({
  name: 'promtel.instrumentation.detached',
  instrument: 'gauge',
  unit: '{instrumentation}',
  brief: 'Instrumentations that were detached after an error.',
  stability: 'development',
  attributes: [instrumentationName],
  merge: 'sum',
});

export const promtelCollectionErrors = defineMetric({
  name: 'promtel.collection.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Errors while values were read for a collection.',
  stability: 'development',
  attributes: [collectionSubject],
});

export const promtelScrapeDuration = defineMetric({
  name: 'promtel.scrape.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of scrapes, to the end of the response.',
  stability: 'development',
  buckets: SECONDS_SCRAPE,
  attributes: [errorType],
});

export const promtelScrapeSize = defineMetric({
  name: 'promtel.scrape.size',
  instrument: 'gauge',
  unit: 'By',
  brief: 'Size of the latest scrape, before compression.',
  stability: 'development',
  attributes: [],
  merge: 'max',
});

export const promtelExportFailures = defineMetric({
  name: 'promtel.export.failures',
  instrument: 'counter',
  unit: '{export}',
  brief: 'Failed exports, after all retries.',
  stability: 'development',
  attributes: [exporterName, errorType],
});
