// Settings of traces, which promtel records only where an exporter is chosen for them.
import { choices } from '../parse-list.ts';
import { integer, milliseconds, oneOf, ratio } from '../parse.ts';
import type { Area } from '../setting.ts';

const quantity = integer(1, 2 ** 31 - 1);

export const traces = {
  exporters: {
    env: 'OTEL_TRACES_EXPORTER',
    parser: choices(['otlp', 'console']),
    // The specification says otlp. Spans cost several times what metrics do, so they have to be chosen.
    fallback: 'none',
    brief:
      'The exporters of spans; unless none, the official HTTP and Express instrumentations make spans, and the metrics stay the same.',
  },
  sampler: {
    env: 'OTEL_TRACES_SAMPLER',
    parser: oneOf(
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
      'always_on',
      'always_off',
      'traceidratio',
    ),
    fallback: 'parentbased_always_on',
    brief: 'Which traces are recorded.',
  },
  samplerRatio: {
    env: 'OTEL_TRACES_SAMPLER_ARG',
    parser: ratio,
    fallback: '1',
    brief: 'The fraction of traces that the traceidratio samplers record.',
  },
  propagators: {
    env: 'OTEL_PROPAGATORS',
    parser: choices(['tracecontext', 'baggage']),
    fallback: 'tracecontext,baggage',
    brief: 'How the trace context is propagated to other services.',
  },
  batchDelayMillis: {
    env: 'OTEL_BSP_SCHEDULE_DELAY',
    parser: milliseconds(0),
    fallback: '5000',
    brief: 'Milliseconds between two exports of spans.',
  },
  batchTimeoutMillis: {
    env: 'OTEL_BSP_EXPORT_TIMEOUT',
    parser: milliseconds(1),
    fallback: '30000',
    brief: 'Milliseconds that one export of spans may take.',
  },
  batchQueueSize: {
    env: 'OTEL_BSP_MAX_QUEUE_SIZE',
    parser: quantity,
    fallback: '2048',
    brief: 'Spans that may wait for their export; further ones are dropped.',
  },
  batchSize: {
    env: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    parser: quantity,
    fallback: '512',
    unset: '512, or the size of the queue if that is smaller',
    brief: 'Spans in one export; the size of the queue is its maximum.',
  },
} as const satisfies Area;
