// Where each signal goes over OTLP, and how: the general variables, and those of the signal in their place.
import { isHttpUrl } from './parse.ts';
import type { Settings } from './settings.ts';

export type Signal = 'metrics' | 'traces';

/** The OTLP settings that hold for one signal. */
export type OtlpTarget = Omit<Settings['otlp'], 'endpoint'> & {
  /** Over http with the path of the signal. */
  readonly url: string;
};

export type OtlpMetricsTarget = OtlpTarget & Omit<Settings['otlpMetrics'], keyof Settings['otlp']>;

export interface OtlpTargets {
  readonly metrics: OtlpMetricsTarget;
  readonly traces: OtlpTarget;
}

/**
 * Merges the variables as the OTLP exporter specification 1.56 says: a general http endpoint is extended by the signal's
 * path, one for the signal alone is used as it is, and headers of both are sent.
 */
export function otlpTargets({ otlp, otlpMetrics, otlpTraces }: Settings): OtlpTargets {
  const { endpoint: _, ...metricsAlone } = otlpMetrics;
  return {
    metrics: { ...metricsAlone, ...targetOf('metrics', otlp, otlpMetrics) },
    traces: targetOf('traces', otlp, otlpTraces),
  };
}

function targetOf(signal: Signal, { endpoint, ...general }: Settings['otlp'], own: Settings['otlpTraces']): OtlpTarget {
  const options = override(general, own);
  return {
    ...options,
    headers: { ...general.headers, ...own.headers },
    url: own.endpoint ?? generalUrl(endpoint, options.protocol, signal),
  };
}

/** The general options, each replaced by the signal's own where that is set. */
function override<Options extends object>(
  general: Options,
  own: { readonly [Key in keyof Options]: Options[Key] | undefined },
): Options {
  const entries = Object.entries(general).map(([key, value]: [string, unknown]) => [key, own[key as keyof Options] ?? value]);
  return Object.fromEntries(entries) as Options;
}

function generalUrl(endpoint: string | undefined, protocol: string, signal: Signal): string {
  if (protocol === 'grpc') return endpoint ?? 'http://localhost:4317';
  // An endpoint of grpc alone has been reported.
  const url = new URL(endpoint !== undefined && isHttpUrl(endpoint) ? endpoint : 'http://localhost:4318');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url.href;
}
