// What the tests of the page record into and read from: cells, the real SDK beside them, and pages as text.
import { createRequire } from 'node:module';
import type { MeterProvider, ResourceMetrics, ViewOptions } from '@opentelemetry/sdk-metrics';
import type { AttributeSpec } from '../../../src/core/attribute.ts';
import type { InstrumentKind, MetricDefinition } from '../../../src/core/metric.ts';
import { onProblem, type Problem } from '../../../src/core/problem.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { negotiate } from '../../../src/exporters/prometheus/format.ts';
import { Page, type PageOptions } from '../../../src/exporters/prometheus/page.ts';

const require = createRequire(import.meta.url);
const sdk = require('@opentelemetry/sdk-metrics') as typeof import('@opentelemetry/sdk-metrics');
const { PrometheusExporter } =
  require('@opentelemetry/exporter-prometheus') as typeof import('@opentelemetry/exporter-prometheus');

export const { AggregationTemporality, AggregationType } = sdk;

export const TEXT = 'text/plain';
export const OPENMETRICS = 'application/openmetrics-text';

export interface Application {
  readonly provider: MeterProvider;
  readonly collect: () => Promise<ResourceMetrics>;
}

/** An application that records through the SDK, read through the official exporter as promtel does it. */
export function application(views: ViewOptions[] = []): Application {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new sdk.MeterProvider({ readers: [reader], views });
  return { provider, collect: async () => (await reader.collect()).resourceMetrics };
}

/** Everything that a case records into. */
export interface Sources {
  readonly registry: Registry;
  readonly application: Application;
}

export function sources(views?: ViewOptions[]): Sources {
  return { registry: new Registry(), application: application(views) };
}

export function pageOf({ registry, application: { collect } }: Sources, options: Partial<PageOptions> = {}): Page {
  return new Page({ registry, collectOtel: collect, targetInfo: true, ...options });
}

export async function textOf(page: Page, accept = TEXT): Promise<string> {
  const { chunks, byteLength } = await page.render(negotiate(accept));
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== byteLength) throw new Error(`the page says ${byteLength} bytes and has ${bytes.length}`);
  return bytes.toString();
}

/** A declaration whose attributes are strings, for a test that has no need of more. */
export function metric<Kind extends InstrumentKind>(
  name: string,
  instrument: Kind,
  keys: readonly string[] = [],
  more: Partial<MetricDefinition> = {},
): MetricDefinition<Kind> {
  const attributes = keys.map((key): AttributeSpec => ({ key, type: 'string', brief: 'A key.' }));
  const shape = instrument === 'histogram' ? { buckets: [0.25, 1, 5] } : instrument === 'gauge' ? { merge: 'sum' } : {};
  const definition = { name, instrument, unit: '', brief: 'A metric.', stability: 'stable', attributes, ...shape, ...more };
  return definition as MetricDefinition as MetricDefinition<Kind>;
}

/** The problems that are told while something runs, those from before left out. */
export async function problemsOf(run: () => Promise<unknown>): Promise<Problem[]> {
  onProblem(() => {});
  const problems: Problem[] = [];
  onProblem((problem) => problems.push(problem));
  try {
    await run();
  } finally {
    onProblem(undefined);
  }
  return problems;
}
