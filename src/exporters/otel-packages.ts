// Loads what an exporter needs when it is opened: OpenTelemetry's CommonJS builds, which load in half the time, and our own.
import { createRequire } from 'node:module';
import type { sendAtExit } from './at-exit.ts';
import type { openOtlpMetrics } from './otlp.ts';
import type { spansTo } from './spans.ts';

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

// Files of this folder, which start-up would pay for if they were imported: most processes serve a page and send nothing.
export const loadOtlp = (): { readonly openOtlpMetrics: typeof openOtlpMetrics } => require('./otlp.js');
export const loadAtExit = (): { readonly sendAtExit: typeof sendAtExit } => require('./at-exit.js');
export const loadSpans = (): { readonly spansTo: typeof spansTo } => require('./spans.js');
