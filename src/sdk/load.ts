// Loads OpenTelemetry packages when they are needed: their CommonJS builds, which load in half the time.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

type Api = typeof import('@opentelemetry/api');
type Core = typeof import('@opentelemetry/core');
export type MetricsSdk = typeof import('@opentelemetry/sdk-metrics');
type ResourcesSdk = typeof import('@opentelemetry/resources');
type PrometheusSdk = typeof import('@opentelemetry/exporter-prometheus');

export const loadApi = (): Api => require('@opentelemetry/api');
export const loadCore = (): Core => require('@opentelemetry/core');
export const loadMetrics = (): MetricsSdk => require('@opentelemetry/sdk-metrics');
export const loadResources = (): ResourcesSdk => require('@opentelemetry/resources');
export const loadPrometheus = (): PrometheusSdk => require('@opentelemetry/exporter-prometheus');
