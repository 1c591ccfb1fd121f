// Real OpenTelemetry variables that promtel does not read, so that they are not reported as misspelt.
import { forSignalAlone, otlp } from './settings/otlp.ts';

/** Those of the environment variable specification 1.56 and of the OpenTelemetry packages for Node.js. */
export const specificationNames: readonly string[] = [
  'OTEL_ENTITIES',
  'OTEL_LOGS_EXPORTER',
  'OTEL_BLRP_SCHEDULE_DELAY',
  'OTEL_BLRP_EXPORT_TIMEOUT',
  'OTEL_BLRP_MAX_QUEUE_SIZE',
  'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
  'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
  'OTEL_EXPORTER_OTLP_SPAN_INSECURE',
  'OTEL_EXPORTER_OTLP_METRIC_INSECURE',
  'OTEL_EXPORTER_ZIPKIN_ENDPOINT',
  'OTEL_EXPORTER_ZIPKIN_TIMEOUT',
  'OTEL_EXPORTER_ZIPKIN_PROTOCOL',
  'OTEL_EXPORTER_JAEGER_ENDPOINT',
  'OTEL_EXPORTER_JAEGER_AGENT_HOST',
  'OTEL_EXPORTER_JAEGER_AGENT_PORT',
  'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
  'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
  ...['LOGS', 'PROFILES'].flatMap((signal) => Object.values(otlp).map(({ env }) => forSignalAlone(env, signal))),
];

const NO_FILE = 'is not read yet: promtel takes its settings from environment variables alone, so the file has no effect';

/** Real variables that an operator may rely on, and why they have no effect. */
export const unreadNames: Readonly<Partial<Record<string, string>>> = {
  OTEL_CONFIG_FILE: NO_FILE,
  OTEL_EXPERIMENTAL_CONFIG_FILE: NO_FILE,
};
