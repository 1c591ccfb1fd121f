// The exporters that send by themselves, by the names that `OTEL_METRICS_EXPORTER` and `OTEL_TRACES_EXPORTER` have for them.
import type { Environment } from './at-exit.ts';
import { consoleTarget } from './console.ts';
import { loadAtExit, loadOtlp, loadSpans } from './otel-packages.ts';
import type { OtlpMetricsOptions, OtlpOptions } from './otlp.ts';
import type { PushTarget, SpanTarget } from './push-target.ts';

export interface PushSettings {
  readonly otlp: OtlpMetricsOptions;
  /** The environment that the process was started with. */
  readonly env: Environment;
}

/** The targets among the chosen exporters; nothing is loaded before one is opened. */
export function pushTargets(exporters: readonly string[], { otlp, env }: PushSettings): PushTarget[] {
  const otlpTarget: PushTarget = {
    name: 'otlp',
    // Metrics SDK specification 1.49, OTLP exporter: what falls as well as grows is never sent as a delta.
    isDelta: (kind) => otlp.temporality !== 'cumulative' && (kind === 'counter' || kind === 'histogram'),
    open: (state) => loadOtlp().openOtlpMetrics(otlp, state),
    sendNow: (metrics, timeoutMillis) => loadAtExit().sendAtExit(otlp, metrics, env, timeoutMillis),
  };
  return [otlpTarget, consoleTarget].filter(({ name }) => exporters.includes(name));
}

/** The targets for spans among the chosen exporters. */
export function spanTargets(exporters: readonly string[], otlp: OtlpOptions): SpanTarget[] {
  return exporters.length === 0 ? [] : loadSpans().spansTo(exporters, otlp);
}
