// The interface of a push exporter: how it is opened, and how it sends while the process exits.
import type { Attributes } from '@opentelemetry/api';
import type { PushMetricExporter, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.ts';
import type { InstrumentKind } from '../core/metric.ts';

export interface PushTarget {
  readonly name: Exclude<Config['metrics']['exporters'][number], 'prometheus'>;
  /** Whether a kind of metric is sent as the difference from the export before. */
  readonly isDelta: (kind: InstrumentKind) => boolean;
  /** Loads the exporter. Nothing of it keeps the process alive. */
  readonly open: (state: ProcessState) => PushMetricExporter;
  /** Sends while the process exits, when nothing asynchronous runs any more; blocks the thread until it is done. */
  readonly sendNow: (metrics: PlainMetrics, timeoutMillis: number) => void;
}

export interface SpanTarget {
  readonly name: Config['traces']['exporters'][number];
  /** Whether spans are exported in batches, else each as it ends. */
  readonly isBatched: boolean;
  /** Loads the exporter. */
  readonly open: (state: ProcessState) => SpanExporter;
}

/** What an exporter needs to know of the process it runs in. */
export interface ProcessState {
  /** How long an export may still take when the process is about to end; undefined while it is not. */
  readonly millisToEnd: number | undefined;
}

/** Metrics as plain data, fit to be sent to another thread. */
export interface PlainMetrics {
  readonly resource: Attributes;
  readonly scopeMetrics: readonly ScopeMetrics[];
}
