// Settings of metrics: where they go, how often, what each of them keeps, and what the Prometheus page looks like.
import { DEFAULT_STRATEGY, TRANSLATION_STRATEGIES } from '../../core/naming/translation-strategy.ts';
import { DEFAULT_CARDINALITY_LIMIT } from '../../core/recording/family.ts';
import { ascendingNumbers, choices, list, metricPattern, names, perMetric } from '../parse-list.ts';
import { boolean, host, integer, integerWithin, matching, metricsPath, milliseconds, oneOf } from '../parse.ts';
import type { Area } from '../setting.ts';

/** Past a million series the process has no memory left to serve its users with. */
const MOST_SERIES = 1_000_000;

export const metrics = {
  exporters: {
    env: 'OTEL_METRICS_EXPORTER',
    parser: choices(['prometheus', 'otlp', 'console']),
    fallback: 'prometheus',
    brief: 'Where metrics go; several at once are possible.',
  },
  exportIntervalMillis: {
    env: 'OTEL_METRIC_EXPORT_INTERVAL',
    parser: milliseconds(1),
    fallback: '60000',
    brief: 'Milliseconds between two exports by otlp and console.',
  },
  exportTimeoutMillis: {
    env: 'OTEL_METRIC_EXPORT_TIMEOUT',
    parser: milliseconds(1),
    fallback: '30000',
    unset: '30000, or the interval if that is shorter',
    brief: 'Milliseconds that one export by otlp and console may take; at most the interval.',
  },
  exemplarFilter: {
    env: 'OTEL_METRICS_EXEMPLAR_FILTER',
    parser: oneOf('trace_based', 'always_on', 'always_off'),
    fallback: 'trace_based',
    brief: 'Which measurements may become exemplars; trace_based takes those within a sampled span.',
  },
  cardinalityLimit: {
    env: 'PROMTEL_CARDINALITY_LIMIT',
    parser: integer(1, MOST_SERIES),
    fallback: String(DEFAULT_CARDINALITY_LIMIT),
    brief: 'Series that each metric keeps before further ones are added up in its otel.metric.overflow series.',
  },
  limits: {
    env: 'PROMTEL_METRIC_LIMITS',
    parser: perMetric(`pattern=number (from 1 to ${MOST_SERIES})`, (text) => integerWithin(text, 1, MOST_SERIES)),
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
    parser: perMetric('pattern=keys (attribute keys with commas)', names),
    fallback: '',
    unset: 'none',
    brief: 'Attributes that metrics do without, for example `http.client.*=server.port,url.scheme`; entries add up.',
  },
} as const satisfies Area;

export const prometheus = {
  host: {
    env: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    parser: host,
    // The specification says localhost. A Prometheus in another container or pod cannot reach that, which is the usual
    // place for one, and the page would look empty without any error; servers made for prom-client listen everywhere too.
    unset: 'every address of the machine, IPv4 and IPv6',
    brief: 'The address that the metrics page is served on; localhost keeps it from other machines.',
  },
  port: {
    env: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    parser: integer(0, 65_535, 'a port'),
    fallback: '9464',
    brief: 'The port of the metrics page; 0 takes any free one and says which.',
  },
  path: {
    env: 'PROMTEL_METRICS_PATH',
    parser: metricsPath,
    fallback: '/metrics',
    brief: 'The path of the metrics page.',
  },
  translationStrategy: {
    env: 'PROMTEL_PROMETHEUS_TRANSLATION_STRATEGY',
    parser: oneOf(...TRANSLATION_STRATEGIES),
    fallback: DEFAULT_STRATEGY,
    brief: 'How OpenTelemetry names become Prometheus names: with or without underscores for dots, unit and `_total`.',
  },
  scopeLabels: {
    env: 'PROMTEL_PROMETHEUS_SCOPE_LABELS',
    parser: boolean,
    fallback: 'false',
    brief: 'Whether every series carries otel_scope_name and otel_scope_version.',
  },
  targetInfo: {
    env: 'PROMTEL_PROMETHEUS_TARGET_INFO',
    parser: boolean,
    fallback: 'true',
    brief: 'Whether the page has target_info, which carries the resource attributes.',
  },
  resourceLabels: {
    env: 'PROMTEL_PROMETHEUS_RESOURCE_LABELS',
    parser: list(
      matching('a resource attribute key, with * and ? as wildcards', /^[^\s=;]+$/),
      'resource attribute keys, with * and ? as wildcards',
    ),
    fallback: '',
    unset: 'none',
    brief: 'Resource attributes that become labels of every series.',
  },
  gzip: {
    env: 'PROMTEL_PROMETHEUS_GZIP',
    parser: boolean,
    fallback: 'true',
    brief: 'Whether the page is compressed for those who accept that.',
  },
} as const satisfies Area;
