// The push exporters of metrics and of spans, by their names in the settings.
import type { Config, Environment } from '../config/config.ts';
import { loadModule } from '../core/load-module.ts';
import { consoleTarget } from './console.ts';
import type { PushTarget, SpanTarget } from './push-target.ts';

// Loaded when they are first needed: most processes serve a page and send nothing.
const loadOtlp = () => loadModule('./otlp.js', import.meta.url) as typeof import('./otlp.ts');
const loadAtExit = () => loadModule('./at-exit.js', import.meta.url) as typeof import('./at-exit.ts');
const loadSpans = () => loadModule('./spans.js', import.meta.url) as typeof import('./spans.ts');

/** The chosen exporters of metrics; `env` is what the process was started with. */
export function pushTargets({ metrics: { exporters }, otlpTargets }: Config, env: Environment): PushTarget[] {
  const otlp = otlpTargets.metrics;
  const targets: Readonly<Record<PushTarget['name'], PushTarget>> = {
    otlp: {
      name: 'otlp',
      // Metrics SDK specification 1.49, OTLP exporter: what falls as well as grows is never sent as a delta.
      isDelta: (kind) => otlp.temporality !== 'cumulative' && (kind === 'counter' || kind === 'histogram'),
      open: (state) => loadOtlp().openOtlpMetrics(otlp, state),
      sendNow: (metrics, timeoutMillis) => loadAtExit().sendAtExit(otlp, metrics, env, timeoutMillis),
    },
    console: consoleTarget,
  };
  return exporters.filter((name) => name !== 'prometheus').map((name) => targets[name]);
}

/** The chosen exporters of spans. */
export function spanTargets({ traces: { exporters }, otlpTargets }: Config): SpanTarget[] {
  if (exporters.length === 0) return [];
  const { consoleSpans, otlpSpans } = loadSpans();
  return [otlpSpans(otlpTargets.traces), consoleSpans].filter(({ name }) => exporters.includes(name));
}
