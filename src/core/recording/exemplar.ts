// Exemplars: the sampled span that was active when a value was recorded, if the application traces.

export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
}

export interface Exemplar extends SpanIdentity {
  readonly value: number;
  /** Unix time in seconds. */
  readonly timestampSeconds: number;
}

/** Returns the active sampled span; undefined if there is none. */
export type SpanSource = () => SpanIdentity | undefined;

/** Set only while the application traces, so that recording without tracing does not pay for it. */
export const exemplars: { source: SpanSource | undefined } = { source: undefined };

export function exemplarOf(value: number): Exemplar | undefined {
  const span = exemplars.source?.();
  if (span === undefined) return undefined;
  return { value, traceId: span.traceId, spanId: span.spanId, timestampSeconds: Date.now() / 1000 };
}
