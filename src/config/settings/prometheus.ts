// Settings of the Prometheus page: its address, and what its series look like.
import { DEFAULT_STRATEGY, TRANSLATION_STRATEGIES } from '../../core/naming/translation-strategy.ts';
import { list } from '../parse-list.ts';
import { boolean, host, integer, matching, metricsPath, oneOf } from '../parse.ts';
import type { Area } from '../setting.ts';

export const prometheus = {
  host: {
    env: 'OTEL_EXPORTER_PROMETHEUS_HOST',
    parser: host,
    // The specification says localhost, which a Prometheus in another container or pod, the usual place for one, cannot
    // reach. Servers made for prom-client listen on every address too.
    unset: 'every address of the machine, IPv4 and IPv6',
    brief: 'The address that the metrics page is served on; localhost hides it from other machines.',
  },
  port: {
    env: 'OTEL_EXPORTER_PROMETHEUS_PORT',
    parser: integer(0, 65_535, 'a port'),
    fallback: '9464',
    brief: 'The port of the metrics page; 0 takes any free one, which the start-up line names.',
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
    brief: 'Whether the page is compressed for readers that accept gzip.',
  },
} as const satisfies Area;
