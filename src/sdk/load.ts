// Loads OpenTelemetry packages when they are needed: their CommonJS builds, which load in half the time.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export type MetricsSdk = typeof import('@opentelemetry/sdk-metrics');
export type ResourcesSdk = typeof import('@opentelemetry/resources');
export type PrometheusSdk = typeof import('@opentelemetry/exporter-prometheus');

export const loadMetrics = (): MetricsSdk => require('@opentelemetry/sdk-metrics');
export const loadResources = (): ResourcesSdk => require('@opentelemetry/resources');
export const loadPrometheus = (): PrometheusSdk => require('@opentelemetry/exporter-prometheus');
