// Makes SDK Views from the catalog, which apply its bounds, attributes and limits to metrics recorded through the OpenTelemetry API.
import type { InstrumentType, ViewOptions } from '@opentelemetry/sdk-metrics';
import type { InstrumentKind, MetricDefinition } from '../core/metric.ts';
import { DEFAULT_CARDINALITY_LIMIT } from '../core/recording/family.ts';
import type { MetricOverride } from '../core/recording/registry.ts';
import type { MetricsSdk } from './otel-packages.ts';

/** The SDK's instrument types for each kind of metric. */
const INSTRUMENTS: Readonly<Record<InstrumentKind, readonly (keyof typeof InstrumentType)[]>> = {
  counter: ['COUNTER', 'OBSERVABLE_COUNTER'],
  updowncounter: ['UP_DOWN_COUNTER', 'OBSERVABLE_UP_DOWN_COUNTER'],
  gauge: ['GAUGE', 'OBSERVABLE_GAUGE'],
  histogram: ['HISTOGRAM'],
};

/** No two views match the same instrument, which the SDK would record twice. */
export function viewsFor(
  sdk: MetricsSdk,
  definitions: readonly MetricDefinition[],
  overrideOf: (name: string) => MetricOverride,
): ViewOptions[] {
  return definitions.flatMap((definition) => {
    const view = viewOf(sdk, definition, overrideOf(definition.name));
    return INSTRUMENTS[definition.instrument].map((type) => ({ ...view, instrumentType: sdk.InstrumentType[type] }));
  });
}

function viewOf(sdk: MetricsSdk, definition: MetricDefinition, override: MetricOverride): ViewOptions {
  const { name, attributes, buckets = [], limit = DEFAULT_CARDINALITY_LIMIT } = definition;
  const dropped = new Set(override.dropAttributes);
  const keys = attributes.map(({ key }) => key).filter((key) => !dropped.has(key));
  const view: ViewOptions = {
    instrumentName: name,
    attributesProcessors: [sdk.createAllowListAttributesProcessor(keys)],
    aggregationCardinalityLimit: override.limit ?? limit,
  };
  if (definition.instrument !== 'histogram') return view;
  const boundaries = [...(override.buckets ?? buckets)];
  return { ...view, aggregation: { type: sdk.AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries } } };
}
