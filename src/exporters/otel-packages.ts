// Loads the OpenTelemetry packages of an exporter when it is opened: their CommonJS builds, which load in half the time.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

type Metrics = typeof import('@opentelemetry/sdk-metrics');
type Trace = typeof import('@opentelemetry/sdk-trace');
type TraceProtobuf = typeof import('@opentelemetry/exporter-trace-otlp-proto');
type Resources = typeof import('@opentelemetry/resources');
type Protobuf = typeof import('@opentelemetry/exporter-metrics-otlp-proto');
type Json = typeof import('@opentelemetry/exporter-metrics-otlp-http');
type Grpc = typeof import('@opentelemetry/exporter-metrics-otlp-grpc');

export const loadMetrics = (): Metrics => require('@opentelemetry/sdk-metrics');
export const loadResources = (): Resources => require('@opentelemetry/resources');
export const loadProtobuf = (): Protobuf => require('@opentelemetry/exporter-metrics-otlp-proto');
export const loadJson = (): Json => require('@opentelemetry/exporter-metrics-otlp-http');
export const loadGrpc = (): Grpc => require('@opentelemetry/exporter-metrics-otlp-grpc');
export const loadTrace = (): Trace => require('@opentelemetry/sdk-trace');
export const loadTraceProtobuf = (): TraceProtobuf => require('@opentelemetry/exporter-trace-otlp-proto');
