// Metric overrides: what an operator configures by name pattern, merged for one metric.
import { matchesPattern } from '../pattern.ts';
import type { MetricOverride } from './registry.ts';

/** An override for every metric whose OpenTelemetry name fits the pattern (`*` and `?` are wildcards). */
export interface PatternOverride extends MetricOverride {
  readonly pattern: string;
}

/** Merges the overrides that fit a metric: a later one wins, and the attributes to drop add up. */
export function overrideFor(name: string, overrides: readonly PatternOverride[]): MetricOverride {
  return overrides.filter(({ pattern }) => matchesPattern(pattern, name)).reduce<MetricOverride>(merge, {});
}

function merge(earlier: MetricOverride, later: MetricOverride): MetricOverride {
  return {
    buckets: later.buckets ?? earlier.buckets,
    limit: later.limit ?? earlier.limit,
    drop: later.drop ?? earlier.drop,
    dropAttributes: union(earlier.dropAttributes, later.dropAttributes),
  };
}

function union(earlier: readonly string[] | undefined, later: readonly string[] | undefined): readonly string[] | undefined {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  return [...new Set([...earlier, ...later])];
}
