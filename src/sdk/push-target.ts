// What sends metrics by itself, as this part drives it; src/exporters has them, start.ts hands them over.
import type { Attributes } from '@opentelemetry/api';
import type { PushMetricExporter, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { InstrumentKind } from '../core/metric.ts';

export interface PushTarget {
  /** As in `OTEL_METRICS_EXPORTER`. */
  readonly name: string;
  /** Whether a kind of metric is sent as what came since the export before. */
  readonly isDelta: (kind: InstrumentKind) => boolean;
  /** Loads what sends. */
  readonly open: (state: ProcessState) => PushMetricExporter;
  /** Sends at once and holds up the thread meanwhile: for a process that exits. */
  readonly sendNow: (metrics: PlainMetrics, timeoutMillis: number) => void;
}

/** What sends spans. */
export interface SpanTarget {
  /** As in `OTEL_TRACES_EXPORTER`. */
  readonly name: string;
  /** Loads what sends. */
  readonly open: (state: ProcessState) => SpanExporter;
}

/** What an exporter may ask of the process it runs in. */
export interface ProcessState {
  /** How long it may still take when it is about to end; undefined while it is not. */
  readonly millisToEnd: number | undefined;
}

export interface PlainMetrics {
  readonly resource: Attributes;
  readonly scopeMetrics: readonly ScopeMetrics[];
}
