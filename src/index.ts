// The public API: custom metrics, trackers, the areas from `jobs` to `usage`, the metrics page, and readiness checks.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ACTIVE_RULES, DURATION_RULES, customInstrument, customOutcome } from './api/custom-instrument.ts';
import { createDb, type Db } from './api/db/db.ts';
import { createLlm, type Llm } from './api/llm/llm.ts';
import type { Config } from './config/config.ts';
import { defaultConfig } from './config/load.ts';
import type { KindRules, MetricDefinition } from './core/metric.ts';
import type { Histogram, InstrumentOf, UpDownCounter } from './core/recording/instrument.ts';
import type { CollectCallback } from './core/recording/registry.ts';
import { sharedRegistry } from './core/recording/shared-registry.ts';
import { Tracker, type TrackerOptions } from './core/tracker.ts';
import { metricsHandler as handlerOf, metricsResponse as responseOf, type Renderer } from './exporters/prometheus/handler.ts';
import { llmPrices } from './recorders/llm/prices.ts';
import { createMetricsPage } from './start/metrics-page.ts';
import { running } from './start/running.ts';

export type { AttributeSpec, AttributeValue } from './core/attribute.ts';
export type { CounterCell, GaugeCell, HistogramCell, UpDownCounterCell } from './core/recording/cell.ts';
export { type CheckResult, registerReadiness, type ReadinessCheck } from './endpoint/health.ts';
export type { Counter, Gauge, Histogram, InstrumentOf, UpDownCounter } from './core/recording/instrument.ts';
export { type AttributesOf, defineMetric, type InstrumentKind, type Merge, type MetricDefinition } from './core/metric.ts';
export type { OperationEnd } from './core/operation.ts';
export type { CollectCallback } from './core/recording/registry.ts';
export type { Tracker } from './core/tracker.ts';
export type { CacheState } from './recorders/cache/caches.ts';
export type { PoolState } from './recorders/db/pools.ts';
export type { TokenUsage } from './core/token-usage.ts';
export type { BoundMemory, MemoryOperation, MemoryState, Pattern } from './api/agents/memory.ts';
export type { Agent, Score } from './api/agents/scores.ts';
export type { AgentTask, BoundAgentTask, Goal } from './api/agents/tasks.ts';
export { agents, type BoundAgent, type Workflow } from './api/agents/agents.ts';
export {
  type BoundCache,
  cache,
  type CacheCall,
  type CacheNamed,
  type CacheResult,
  type EvictionReason,
  type LookUpOptions,
} from './api/cache.ts';
export type { BoundDb, Db, DbCall, DbCallOptions } from './api/db/db.ts';
export type { BoundDbPool, DbPool } from './api/db/pools.ts';
export { type AttemptOptions, type BoundJobs, type JobLabels as JobKind, jobs, type Queue } from './api/jobs.ts';
export type { QueueReading as QueueState } from './recorders/jobs/queue-state.ts';
export type { BoundLlm, Llm, LlmCallInput as LlmCall, LlmCallOptions, OpenLlmCall } from './api/llm/llm.ts';
export type { LlmAnswer } from './api/llm/answer.ts';
export type { Budget, Credits } from './api/llm/spending.ts';
export type { ReadState } from './api/observe.ts';
export { type BoundPipeline, type Items, pipeline, type Pipeline, type Stage } from './api/pipeline.ts';
export { type BoundTool, type Tool, type ToolOptions, tools } from './api/tools.ts';
export { type BoundUsage, usage, type UsageTask } from './api/usage/usage.ts';

/**
 * The instrument that records a metric, always the same one for the same definition. It works whether or not promtel was started,
 * and never throws: a definition that is not valid is reported, and its instrument records nothing.
 */
export function getInstrument<const D extends MetricDefinition>(definition: D & KindRules<D>): InstrumentOf<D> {
  return customInstrument<D>(definition);
}

/** A histogram of seconds. */
type DurationDefinition = MetricDefinition<'histogram'> & { readonly unit: 's'; readonly buckets: readonly number[] };

/** The metrics of a tracker, and the attributes that show how an operation ended. */
export type TrackerDefinition<Duration extends DurationDefinition, Active extends MetricDefinition<'updowncounter'>> = {
  readonly duration: Duration;
  /** Counts the operations that are active. */
  readonly active?: Active;
} & ('error.type' extends Duration['attributes'][number]['key']
  ? Partial<OutcomeDefinition<Duration, Active>>
  : OutcomeDefinition<Duration, Active>);

interface OutcomeDefinition<Duration extends MetricDefinition, Active extends MetricDefinition> {
  /** The attributes that show how an operation ended; by default `error.type`, which the duration must then have. */
  readonly outcome: NonNullable<TrackerOptions<Duration, Active>['outcome']>;
}

/**
 * Makes a tracker, which records the duration of functions, synchronous or not, in seconds. It never throws: a definition that is
 * not valid is reported, and its metric records nothing.
 */
export function createTracker<
  const Duration extends DurationDefinition,
  const Active extends MetricDefinition<'updowncounter'> = MetricDefinition<'updowncounter'>,
>(definition: TrackerDefinition<Duration, Active>): Tracker<Duration, Active> {
  const { duration, active, outcome } = definition ?? {};
  const usable = customOutcome(duration, outcome);
  return new Tracker(customInstrument(duration, DURATION_RULES) as Histogram<Duration>, {
    ...(active === undefined ? {} : { active: customInstrument(active, ACTIVE_RULES) as UpDownCounter<Active> }),
    ...(usable === undefined ? {} : { outcome: usable }),
  });
}

/** Records databases whose client is not instrumented. Methods throw nothing but the errors of tracked functions. */
export const db: Db = createDb(() => currentConfig().instrumentations.slowDbSeconds);

/** Records LLM calls that no instrumentation sees. Methods throw nothing but the errors of tracked functions. */
export const llm: Llm = createLlm(() => {
  const { genAiNames, llmPrices: own } = currentConfig().llm;
  return { names: genAiNames, prices: llmPrices(own) };
});

/**
 * Calls back before every collection, to record values that have to be read, such as the size of a list. A callback that throws
 * or rejects counts in `promtel.collection.errors` by its subject, and costs nothing else; one that takes longer than a second is
 * no longer waited for.
 *
 * @returns a function that stops it
 */
export function onCollect(subject: string, callback: CollectCallback): () => void {
  return sharedRegistry().onCollect(subject, callback);
}

/**
 * Makes a handler that answers requests of node:http or Express, or the raw ones of Fastify or Koa, with the metrics page,
 * whatever the path.
 */
export function metricsHandler(): (request: IncomingMessage, response: ServerResponse) => void {
  return handlerOf(page(), { gzip: currentConfig().prometheus.gzip });
}

/** Answers a Fetch API request, such as those of Hono and Next.js, with the metrics page. It never rejects. */
export function metricsResponse(request: Request): Promise<Response> {
  return responseOf(page(), request, { gzip: currentConfig().prometheus.gzip });
}

let standalonePage: Renderer | undefined;

/** Without `promtel/register` the defaults. */
function currentConfig(): Config {
  return running()?.config ?? defaultConfig();
}

// Without `promtel/register` the page shows what was recorded by hand.
function page(): Renderer {
  const started = running();
  started?.telemetry.expectPull();
  return started?.page ?? (standalonePage ??= createMetricsPage(defaultConfig(), sharedRegistry()));
}
