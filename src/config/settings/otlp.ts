// Settings of OTLP by the names of the OTLP exporter specification 1.56: for both signals, and for one signal alone.
import { headerPairs } from '../parse-list.ts';
import { anyText, boolean, endpoint, milliseconds, oneOf } from '../parse.ts';
import type { Area, Setting } from '../setting.ts';

export const otlp = {
  endpoint: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    parser: endpoint,
    unset: 'http://localhost:4318, for grpc http://localhost:4317',
    brief: 'Where OTLP is sent.',
  },
  protocol: {
    env: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    parser: oneOf('http/protobuf', 'http/json', 'grpc'),
    fallback: 'http/protobuf',
    brief: 'The encoding and the transport of OTLP.',
  },
  headers: {
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    parser: headerPairs,
    fallback: '',
    unset: 'none',
    brief: 'Headers of every OTLP request, such as an API key.',
    secret: true,
  },
  timeoutMillis: {
    env: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    parser: milliseconds(1),
    fallback: '10000',
    brief: 'Milliseconds that one OTLP request may take.',
  },
  compression: {
    env: 'OTEL_EXPORTER_OTLP_COMPRESSION',
    parser: oneOf('none', 'gzip'),
    fallback: 'none',
    brief: 'How OTLP requests are compressed.',
  },
  certificate: {
    env: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
    parser: anyText,
    unset: 'the certificates that Node.js trusts',
    brief: 'A PEM file with the certificates that the OTLP server is verified with.',
  },
  clientCertificate: {
    env: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    parser: anyText,
    unset: 'none',
    brief: 'A PEM file with the certificate chain of the client (mTLS).',
  },
  clientKey: {
    env: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
    parser: anyText,
    unset: 'none',
    brief: 'A PEM file with the private key of the client certificate.',
  },
  insecure: {
    env: 'OTEL_EXPORTER_OTLP_INSECURE',
    parser: boolean,
    fallback: 'false',
    brief: 'Whether grpc is sent without TLS to an endpoint that has no http:// or https://.',
  },
} as const satisfies Area;

export const otlpMetrics = {
  ...forSignal('METRICS'),
  temporality: {
    env: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    parser: oneOf('cumulative', 'delta', 'lowmemory'),
    fallback: 'cumulative',
    brief: 'Whether OTLP metrics count from the start of the process or from the previous export.',
  },
  histogramAggregation: {
    env: 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    parser: oneOf('explicit_bucket_histogram', 'base2_exponential_bucket_histogram'),
    fallback: 'explicit_bucket_histogram',
    brief: 'The aggregation over OTLP of histograms without bounds of their own.',
  },
} as const satisfies Area;

export const otlpTraces = forSignal('TRACES');

type ForSignal<General extends Area> = {
  readonly [Key in keyof General]: Omit<Setting, 'parser' | 'fallback'> & { readonly parser: General[Key]['parser'] };
};

/** Every general variable again for one signal alone, which defaults to the general one. */
function forSignal(signal: 'METRICS' | 'TRACES'): ForSignal<typeof otlp> {
  const entries = Object.entries<Setting>(otlp).map(([key, { env, parser, brief, secret = false }]) => {
    const own = { env: forSignalAlone(env, signal), parser, unset: `the value of ${env}`, secret };
    return [key, { ...own, brief: `For ${signal.toLowerCase()} alone: ${brief[0]?.toLowerCase()}${brief.slice(1)}` }];
  });
  return Object.fromEntries(entries);
}

/** The variable of one signal alone, such as `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`. */
export function forSignalAlone(env: string, signal: string): string {
  return env.replace('_OTLP_', `_OTLP_${signal}_`);
}
