// Settings of metrics: their exporters, how often they are exported, and the buckets, limits and attributes of each.
import { DEFAULT_CARDINALITY_LIMIT } from '../../core/recording/family.ts';
import { ascendingNumbers, attributeKeys, choices, list, metricPattern, perMetric } from '../parse-list.ts';
import { integer, integerWithin, milliseconds, oneOf } from '../parse.ts';
import type { Area } from '../setting.ts';

/** A million series of one metric need more memory than most processes have. */
const MAX_SERIES = 1_000_000;

export const metrics = {
  exporters: {
    env: 'OTEL_METRICS_EXPORTER',
    parser: choices(['prometheus', 'otlp', 'console']),
    fallback: 'prometheus',
    brief: 'The exporters of metrics; several at once are possible.',
  },
  exportIntervalMillis: {
    env: 'OTEL_METRIC_EXPORT_INTERVAL',
    parser: milliseconds(1),
    fallback: '60000',
    brief: 'Milliseconds between two pushes, by every exporter but prometheus.',
  },
  exportTimeoutMillis: {
    env: 'OTEL_METRIC_EXPORT_TIMEOUT',
    parser: milliseconds(1),
    fallback: '30000',
    unset: '30000, or the interval if that is shorter',
    brief: 'Milliseconds that one push may take; the interval is its maximum.',
  },
  exemplarFilter: {
    env: 'OTEL_METRICS_EXEMPLAR_FILTER',
    parser: oneOf('trace_based', 'always_on', 'always_off'),
    fallback: 'trace_based',
    brief: 'Which measurements may become exemplars; trace_based takes those within a sampled span.',
  },
  cardinalityLimit: {
    env: 'PROMTEL_CARDINALITY_LIMIT',
    parser: integer(1, MAX_SERIES),
    fallback: String(DEFAULT_CARDINALITY_LIMIT),
    brief: 'Series that each metric keeps before further ones are aggregated into its otel.metric.overflow series.',
  },
  limits: {
    env: 'PROMTEL_METRIC_LIMITS',
    parser: perMetric(`pattern=number (from 1 to ${MAX_SERIES})`, (text) => integerWithin(text, 1, MAX_SERIES)),
    fallback: '',
    unset: 'none',
    brief: 'Other series limits by metric name, for example `http.server.*=5000;job.duration=500`; a later entry wins.',
  },
  buckets: {
    env: 'PROMTEL_METRIC_BUCKETS',
    parser: perMetric('pattern=bounds (ascending numbers with commas)', ascendingNumbers),
    fallback: '',
    unset: 'those of each metric',
    brief:
      'Other histogram bounds by metric name, for example `http.server.*=0.1,0.5,1;job.duration=1,60,3600`; a later entry wins.',
  },
  dropMetrics: {
    env: 'PROMTEL_DROP_METRICS',
    parser: list(metricPattern, 'OpenTelemetry metric names, with * and ? as wildcards'),
    fallback: '',
    unset: 'none',
    brief: 'Metrics that are not recorded.',
  },
  dropAttributes: {
    env: 'PROMTEL_DROP_ATTRIBUTES',
    parser: perMetric('pattern=keys (attribute keys with commas)', attributeKeys),
    fallback: '',
    unset: 'none',
    brief: 'Attributes that are dropped from metrics, for example `http.client.*=server.port,url.scheme`; entries add up.',
  },
} as const satisfies Area;
