// The span that is active where a value is recorded, whoever traces and with whatever copy of the API.
import type { ContextManager, Span } from '@opentelemetry/api';
import type { SpanSource } from '../core/recording/exemplar.ts';

/** `OTEL_METRICS_EXEMPLAR_FILTER`: only sampled spans, any span, or none. */
export type ExemplarFilter = 'trace_based' | 'always_on' | 'always_off';

/** Under this key every copy of API 1 keeps the active span in its context. */
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');
const SAMPLED = 1;

/** What gives the active span; undefined where none is asked for. It never throws. */
export function activeSpanSource(manager: ContextManager, filter: ExemplarFilter): SpanSource | undefined {
  if (filter === 'always_off') return undefined;
  const wanted = filter === 'trace_based' ? SAMPLED : 0;
  return () => {
    try {
      const span = manager.active().getValue(SPAN_KEY) as Span | undefined;
      const context = span?.spanContext();
      return context !== undefined && (context.traceFlags & wanted) === wanted ? context : undefined;
    } catch {
      // Somebody else's context manager, or a span of theirs, is not as the API describes it.
      return undefined;
    }
  };
}
