// OpenMetrics exemplars: the trace in which a value was recorded, written behind the value.
import type { Exemplar } from '../../core/recording/exemplar.ts';
import { numberText } from './text.ts';

/** Identifiers of W3C Trace Context. With their labels they have 63 of the 128 characters that OpenMetrics 1.0 allows. */
const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;

/** The text behind a value; empty if there is no exemplar, or one with identifiers that no parser would accept. */
export function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined || !TRACE_ID.test(exemplar.traceId) || !SPAN_ID.test(exemplar.spanId)) return '';
  const { traceId, spanId, value, timestampSeconds } = exemplar;
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${timestampSeconds.toFixed(3)}`;
}
