// The OTLP exporter for metrics: the official one of the chosen protocol, loaded when it is opened.
import type { AggregationSelector, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { OtlpMetricsTarget } from '../config/otlp-target.ts';
import { loadGrpc, loadJson, loadMetrics, loadProtobuf } from './otel-packages.ts';
import { otlpAgent } from './otlp-agent.ts';
import type { ProcessState } from './push-target.ts';
import { releaseProcess } from './release-process.ts';

/** Opens the exporter. The official grpc exporter reads headers and TLS from the environment itself. */
export function openOtlpMetrics(target: OtlpMetricsTarget, state: ProcessState): PushMetricExporter {
  const exporter = target.protocol === 'grpc' ? new (loadGrpc().OTLPMetricExporter)(sharedOptions(target)) : openHttp(target);
  releaseProcess(exporter, state);
  return exporter;
}

function openHttp(target: OtlpMetricsTarget): PushMetricExporter {
  const { OTLPMetricExporter } = target.protocol === 'http/json' ? loadJson() : loadProtobuf();
  const { headers } = target;
  return new OTLPMetricExporter({
    ...sharedOptions(target),
    headers: { ...headers },
    httpAgentOptions: (protocol) => otlpAgent(protocol, target),
  });
}

type SharedOptions = NonNullable<ConstructorParameters<ReturnType<typeof loadGrpc>['OTLPMetricExporter']>[0]>;

function sharedOptions({ url, timeoutMillis, compression, temporality, histogramAggregation }: OtlpMetricsTarget): SharedOptions {
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

function aggregations(histogramAggregation: OtlpMetricsTarget['histogramAggregation']): AggregationSelector {
  const { AggregationType, InstrumentType } = loadMetrics();
  const { DEFAULT, EXPONENTIAL_HISTOGRAM } = AggregationType;
  const histogramType = histogramAggregation === 'explicit_bucket_histogram' ? DEFAULT : EXPONENTIAL_HISTOGRAM;
  return (type) => ({ type: type === InstrumentType.HISTOGRAM ? histogramType : DEFAULT });
}
