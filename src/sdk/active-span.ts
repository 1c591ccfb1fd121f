// Finds the active span for exemplars, with any tracer and any copy of OpenTelemetry API 1.
import type { ContextManager, Span } from '@opentelemetry/api';
import type { Config } from '../config/config.ts';
import type { SpanSource } from '../core/recording/exemplar.ts';

type ExemplarFilter = Config['metrics']['exemplarFilter'];

/** Every copy of API 1 keeps the active span under this key of its context. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
const SAMPLED = 1;

/** Returns what finds the active span; undefined where the filter wants none. The function returned never throws. */
export function activeSpanSource(manager: ContextManager, filter: ExemplarFilter): SpanSource | undefined {
  if (filter === 'always_off') return undefined;
  const requiredFlags = filter === 'trace_based' ? SAMPLED : 0;
  return () => {
    try {
      const span = manager.active().getValue(SPAN_KEY) as Span | undefined;
      const context = span?.spanContext();
      return context !== undefined && (context.traceFlags & requiredFlags) === requiredFlags ? context : undefined;
    } catch {
      // A context manager or a span of another library is not as the API describes it.
      return undefined;
    }
  };
}
