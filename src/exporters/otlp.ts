// The OTLP exporter for metrics: the official one for the chosen protocol, loaded when it is opened.
import type { AggregationSelector, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { loadGrpc, loadJson, loadMetrics, loadProtobuf } from './otel-packages.ts';
import { otlpAgent, type TlsFiles } from './otlp-agent.ts';
import type { ProcessState } from './push-target.ts';
import { releaseProcess } from './release-process.ts';

/** Where one signal goes over OTLP, and how. */
export interface OtlpOptions extends TlsFiles {
  /** Of http: with the path of the signal. */
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc';
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
  readonly compression: 'none' | 'gzip';
}

export interface OtlpMetricsOptions extends OtlpOptions {
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
  readonly histogramAggregation: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram';
}

/** Opens the exporter. What it reads of the environment beside the options are headers and TLS of grpc. */
export function openOtlpMetrics(options: OtlpMetricsOptions, state: ProcessState): PushMetricExporter {
  const exporter = options.protocol === 'grpc' ? new (loadGrpc().OTLPMetricExporter)(sharedOptions(options)) : openHttp(options);
  releaseProcess(exporter, state);
  return exporter;
}

function openHttp(options: OtlpMetricsOptions): PushMetricExporter {
  const { OTLPMetricExporter } = options.protocol === 'http/json' ? loadJson() : loadProtobuf();
  const { headers } = options;
  return new OTLPMetricExporter({
    ...sharedOptions(options),
    headers: { ...headers },
    httpAgentOptions: (protocol) => otlpAgent(protocol, options),
  });
}

type SharedOptions = NonNullable<ConstructorParameters<ReturnType<typeof loadGrpc>['OTLPMetricExporter']>[0]>;

function sharedOptions({
  url,
  timeoutMillis,
  compression,
  temporality,
  histogramAggregation,
}: OtlpMetricsOptions): SharedOptions {
  const { AggregationTemporalityPreference } = loadJson();
  const preferences = {
    cumulative: AggregationTemporalityPreference.CUMULATIVE,
    delta: AggregationTemporalityPreference.DELTA,
    lowmemory: AggregationTemporalityPreference.LOWMEMORY,
  };
  return {
    url,
    timeoutMillis,
    compression: compression as unknown as NonNullable<SharedOptions['compression']>,
    temporalityPreference: preferences[temporality],
    aggregationPreference: aggregations(histogramAggregation),
  };
}

function aggregations(histograms: OtlpMetricsOptions['histogramAggregation']): AggregationSelector {
  const { AggregationType, InstrumentType } = loadMetrics();
  const { DEFAULT, EXPONENTIAL_HISTOGRAM } = AggregationType;
  const ofHistograms = histograms === 'explicit_bucket_histogram' ? DEFAULT : EXPONENTIAL_HISTOGRAM;
  return (type) => ({ type: type === InstrumentType.HISTOGRAM ? ofHistograms : DEFAULT });
}
