// What one signal sends over OTLP, and where: its own variables first, the general ones else.
import type { Config } from './config.ts';

export type Signal = 'metrics' | 'traces';

export type OtlpTarget = Omit<Config['otlp'], 'endpoint'> & { readonly url: string };

/**
 * The settings of a signal, put together as the OTLP exporter specification 1.56 says: a general http endpoint is
 * extended by the signal's path, one for the signal alone is used as it is, and headers of both are sent.
 */
export function otlpTarget(config: Config, signal: Signal): OtlpTarget {
  const general = config.otlp;
  const own = signal === 'metrics' ? config.otlpMetrics : config.otlpTraces;
  const protocol = own.protocol ?? general.protocol;
  return {
    url: own.endpoint ?? generalUrl(general.endpoint, protocol, signal),
    protocol,
    headers: { ...general.headers, ...own.headers },
    timeoutMillis: own.timeoutMillis ?? general.timeoutMillis,
    compression: own.compression ?? general.compression,
    certificate: own.certificate ?? general.certificate,
    clientCertificate: own.clientCertificate ?? general.clientCertificate,
    clientKey: own.clientKey ?? general.clientKey,
    insecure: own.insecure ?? general.insecure,
  };
}

function generalUrl(endpoint: string | undefined, protocol: string, signal: Signal): string {
  if (protocol === 'grpc') return endpoint ?? 'http://localhost:4317';
  const url = new URL(endpoint ?? 'http://localhost:4318');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url.href;
}
