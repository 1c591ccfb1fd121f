// Exemplars: the sampled span that was active when a value was recorded, if anybody traces.

export interface SpanIdentity {
  readonly traceId: string;
  readonly spanId: string;
}

export interface Exemplar extends SpanIdentity {
  readonly value: number;
  /** Unix time in seconds. */
  readonly timestampSeconds: number;
}

/** Gives the active sampled span; undefined where there is none. */
export type SpanSource = () => SpanIdentity | undefined;

/** Set only while the application traces, so that nobody else pays for the question. */
export const exemplars: { source: SpanSource | undefined } = { source: undefined };

export function exemplarOf(value: number): Exemplar | undefined {
  const span = exemplars.source?.();
  if (span === undefined) return undefined;
  return { value, traceId: span.traceId, spanId: span.spanId, timestampSeconds: Date.now() / 1000 };
}
