// promtel for the benchmarks: single modules from build/ with the types of their sources, and the whole package.
import { fileURLToPath } from 'node:url';
import { BOUNDS, LABEL_NAMES } from './series.ts';

const built = (path: string): string => new URL(`../../../build/${path}`, import.meta.url).href;

export const { Registry } = (await import(
  built('core/recording/registry.js')
)) as typeof import('../../../src/core/recording/registry.ts');
export const { defineMetric } = (await import(built('core/metric.js'))) as typeof import('../../../src/core/metric.ts');
export const { Page } = (await import(
  built('exporters/prometheus/page.js')
)) as typeof import('../../../src/exporters/prometheus/page.ts');
export const { negotiate } = (await import(
  built('exporters/prometheus/format.js')
)) as typeof import('../../../src/exporters/prometheus/format.ts');

/** The argument of `--import` that runs an application under promtel. */
export const REGISTER = fileURLToPath(new URL('../../../dist/register.js', import.meta.url));

const attributes = LABEL_NAMES.map((key) => ({ key, type: 'string', brief: 'A label of the benchmark.' }) as const);

/** A counter metric with the benchmark's labels. */
export const counterNamed = (name: string, limit = 2000) =>
  defineMetric({ name, instrument: 'counter', unit: '{request}', brief: 'Requests.', stability: 'stable', attributes, limit });

/** A histogram metric with the benchmark's labels and bounds. */
export const histogramNamed = (name: string, limit = 2000) =>
  defineMetric({
    name,
    instrument: 'histogram',
    unit: 's',
    brief: 'Durations.',
    stability: 'stable',
    buckets: BOUNDS,
    attributes,
    limit,
  });
