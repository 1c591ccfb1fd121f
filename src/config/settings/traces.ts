// Settings of traces, which promtel records only when they are asked for.
import { choices } from '../parse-list.ts';
import { integer, milliseconds, oneOf, ratio } from '../parse.ts';
import type { Area } from '../setting.ts';

const quantity = integer(1, 2 ** 31 - 1);

export const traces = {
  exporters: {
    env: 'OTEL_TRACES_EXPORTER',
    parser: choices(['otlp', 'console']),
    // The specification says otlp. Spans cost several times what metrics do, so whoever wants them says so.
    fallback: 'none',
    brief:
      'Where spans go; other than none, the official HTTP and Express instrumentations make them, and the metrics stay as they are.',
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
    brief: 'The part of all traces that the traceidratio samplers record.',
  },
  propagators: {
    env: 'OTEL_PROPAGATORS',
    parser: choices(['tracecontext', 'baggage']),
    fallback: 'tracecontext,baggage',
    brief: 'How a trace goes on from one service to the next.',
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
    brief: 'Spans that may wait for their export; further ones are lost.',
  },
  batchSize: {
    env: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    parser: quantity,
    fallback: '512',
    unset: '512, or the size of the queue if that is smaller',
    brief: 'Spans in one export; at most the size of the queue.',
  },
} as const satisfies Area;
