// Loads OpenTelemetry packages, and promtel's own tracing, when they are needed: the CommonJS builds, which load in half the time.
import { createRequire } from 'node:module';
import { loadModule } from '../core/load-module.ts';
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
export const loadHttpInstrumentation = (): Http => loadPrivately('@opentelemetry/instrumentation-http');
export const loadExpressInstrumentation = (): Express => loadPrivately('@opentelemetry/instrumentation-express');

/** The packages that hook into `require`. */
const REQUIRE_HOOKS =
  /[\\/]node_modules[\\/](?:@opentelemetry[\\/]instrumentation(?:-http|-express)?|(?:require|import)-in-the-middle)[\\/]/;

/**
 * Loads copies for promtel alone. A hook into `require` calls only those listeners that were added before a module was
 * loaded, so an application that shared the hook with promtel, and adds instrumentations of its own later, would miss it.
 */
function loadPrivately<Module>(name: string): Module {
  const before = new Set(Object.keys(require.cache));
  const loaded = require(name) as Module;
  for (const file of Object.keys(require.cache)) if (!before.has(file) && REQUIRE_HOOKS.test(file)) delete require.cache[file];
  return loaded;
}

/** Requires a module of Node's own in a way that hooks into `require` see. */
export const requireModule = (name: string): unknown => require(name);

/** Most processes do not trace, so start-up does without this file and its imports. */
export const loadTracing = () => loadModule('./tracing.js', import.meta.url) as { readonly Tracing: typeof Tracing };
