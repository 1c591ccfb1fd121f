// Describes the configuration for the start-up line and for diagnosis, without anything confidential.
import type { Config, Origins } from './config.ts';
import type { Signal } from './otlp-target.ts';
import { quote, withoutCredentials } from './redaction.ts';

type PushExporter = Exclude<Config[Signal]['exporters'][number], 'prometheus'>;

export interface Summary {
  /** One phrase for each place that metrics and spans are exported to, such as `metrics at http://0.0.0.0:9464/metrics`. */
  readonly destinations: readonly string[];
  /** The variables that are set, as `NAME="text"`, in the order of the reference. */
  readonly set: readonly string[];
}

/** Says what is exported and where. `boundPort` is the port that the page is served on, which differs where 0 is configured. */
export function describe(config: Config, origins: Origins, boundPort?: number): Summary {
  const metrics = config.metrics.exporters.map((exporter) =>
    exporter === 'prometheus' ? `metrics at ${metricsUrl(config, boundPort)}` : pushed(config, 'metrics', exporter),
  );
  const traces = config.traces.exporters.map((exporter) => pushed(config, 'traces', exporter));
  const destinations = [...(metrics.length > 0 ? metrics : ['metrics nowhere']), ...traces];
  return { destinations, set: [...new Set(Object.values(origins).map(({ variable, text }) => `${variable}=${quote(text)}`))] };
}

/** The URL of the metrics page for a browser or a scrape on this machine. */
export function metricsUrl({ prometheus: { host = '0.0.0.0', port, path } }: Config, boundPort = port): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}${path}`;
}

function pushed(config: Config, signal: Signal, exporter: PushExporter): string {
  const interval = signal === 'metrics' ? ` every ${config.metrics.exportIntervalMillis / 1000} s` : '';
  return `${signal} to ${destinationOf(config, signal, exporter)}${interval}`;
}

function destinationOf({ otlpTargets }: Config, signal: Signal, exporter: PushExporter): string {
  if (exporter !== 'otlp') return exporter === 'console' ? 'the console' : exporter;
  const { url, protocol } = otlpTargets[signal];
  return `${withoutCredentials(url)} (otlp, ${protocol})`;
}
