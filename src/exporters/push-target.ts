// What sends metrics by itself, as the sdk part drives it: how it is opened, and how it sends as the process ends.
import type { Attributes } from '@opentelemetry/api';
import type { PushMetricExporter, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { InstrumentKind } from '../core/metric.ts';

/** Metrics as plain data, fit to be handed to another thread. */
export interface PlainMetrics {
  readonly resource: Attributes;
  readonly scopeMetrics: readonly ScopeMetrics[];
}

/** What an exporter asks of the process it runs in. */
export interface ProcessState {
  /** How long it may still take when it is about to end; undefined while it is not. */
  readonly millisToEnd: number | undefined;
}

export interface PushTarget {
  /** As in `OTEL_METRICS_EXPORTER`. */
  readonly name: string;
  /** Whether a kind of metric is sent as what came since the export before. */
  readonly isDelta: (kind: InstrumentKind) => boolean;
  /** Loads what sends. Nothing of it keeps the process alive. */
  readonly open: (state: ProcessState) => PushMetricExporter;
  /** Sends while the process exits, when nothing asynchronous runs any more; holds up the thread until it is done. */
  readonly sendNow: (metrics: PlainMetrics, timeoutMillis: number) => void;
}

export interface SpanTarget {
  /** As in `OTEL_TRACES_EXPORTER`. */
  readonly name: string;
  /** Loads what sends. */
  readonly open: (state: ProcessState) => SpanExporter;
}
