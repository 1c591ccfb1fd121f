// Loads OpenTelemetry packages when they are needed: their CommonJS builds, which load in half the time. And our own tracing.
import { createRequire } from 'node:module';
import type { Tracing } from './tracing.ts';

const require = createRequire(import.meta.url);

type Api = typeof import('@opentelemetry/api');
type Core = typeof import('@opentelemetry/core');
type Resources = typeof import('@opentelemetry/resources');
type Prometheus = typeof import('@opentelemetry/exporter-prometheus');
type Context = typeof import('@opentelemetry/context-async-hooks');
type Http = typeof import('@opentelemetry/instrumentation-http');
type Express = typeof import('@opentelemetry/instrumentation-express');
export type MetricsSdk = typeof import('@opentelemetry/sdk-metrics');
export type TraceSdk = typeof import('@opentelemetry/sdk-trace');

export const loadApi = (): Api => require('@opentelemetry/api');
export const loadCore = (): Core => require('@opentelemetry/core');
export const loadResources = (): Resources => require('@opentelemetry/resources');
export const loadMetrics = (): MetricsSdk => require('@opentelemetry/sdk-metrics');
export const loadPrometheus = (): Prometheus => require('@opentelemetry/exporter-prometheus');
export const loadTrace = (): TraceSdk => require('@opentelemetry/sdk-trace');
export const loadContext = (): Context => require('@opentelemetry/context-async-hooks');
export const loadHttpInstrumentation = (): Http => loadApart('@opentelemetry/instrumentation-http');
export const loadExpressInstrumentation = (): Express => loadApart('@opentelemetry/instrumentation-express');

/** What watches every require, and what uses it. */
const WATCHING =
  /[\\/]node_modules[\\/](?:@opentelemetry[\\/]instrumentation(?:-http|-express)?|(?:require|import)-in-the-middle)[\\/]/;

/**
 * Loads copies that nobody else gets. What watches a module being required tells only those who asked before, so an
 * application that shared it with promtel and sets up instrumentations of its own later would be told nothing.
 */
function loadApart<Module>(name: string): Module {
  const before = new Set(Object.keys(require.cache));
  const loaded = require(name) as Module;
  for (const file of Object.keys(require.cache)) if (!before.has(file) && WATCHING.test(file)) delete require.cache[file];
  return loaded;
}

/** Requires a module of Node's own, seen by whoever watches what is required. */
export const requireModule = (name: string): unknown => require(name);

/** Our own file, which start-up would pay for with those that it imports; most processes do not trace. */
export const loadTracing = (): { readonly Tracing: typeof Tracing } => require('./tracing.js');
