// The exporters that send by themselves, by the names that `OTEL_METRICS_EXPORTER` has for them.
import { type Environment, sendAtExit } from './at-exit.ts';
import { consoleTarget } from './console.ts';
import { isSentAsDelta, openOtlpMetrics, type OtlpMetricsOptions, type OtlpOptions } from './otlp.ts';
import type { PushTarget, SpanTarget } from './push-target.ts';
import { consoleSpans, otlpSpans } from './spans.ts';

/** The targets for spans among the chosen exporters. */
export function spanTargets(exporters: readonly string[], otlp: OtlpOptions): SpanTarget[] {
  return exporters.flatMap((name) => {
    if (name === 'console') return [consoleSpans];
    return name === 'otlp' ? otlpSpans(otlp) : [];
  });
}

export interface PushSettings {
  readonly otlp: OtlpMetricsOptions;
  /** The environment that the process was started with. */
  readonly env: Environment;
}

/** The targets among the chosen exporters; nothing is loaded before one is opened. */
export function pushTargets(exporters: readonly string[], { otlp, env }: PushSettings): PushTarget[] {
  const otlpTarget: PushTarget = {
    name: 'otlp',
    isDelta: (kind) => isSentAsDelta(otlp.temporality, kind),
    open: (state) => openOtlpMetrics(otlp, state),
    sendNow: (metrics, timeoutMillis) => sendAtExit(otlp, metrics, env, timeoutMillis),
  };
  return [otlpTarget, consoleTarget].filter(({ name }) => exporters.includes(name));
}
