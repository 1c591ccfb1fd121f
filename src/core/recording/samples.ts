// Samples: everything that was recorded, as plain data, for tests and for diagnosis within the process.
import type { AttributeValue } from '../attribute.ts';
import type { InstrumentKind } from '../metric.ts';
import type { Cell } from './cell.ts';
import type { Registry } from './registry.ts';

export interface Sample {
  /** OpenTelemetry name of the metric. */
  readonly name: string;
  readonly instrument: InstrumentKind;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The value in the metric's unit; of a histogram, how many values were recorded. */
  readonly value: number;
  /** Only of a histogram: the sum of the values, in the metric's unit. */
  readonly sum?: number;
  /** Only of a histogram: upper bounds and how many values fell into each bucket, the last one without a bound. */
  readonly buckets?: readonly { readonly upTo: number; readonly count: number }[];
}

/** Every series of the registry with its current values. */
export function samplesOf(registry: Registry): Sample[] {
  return registry.families.flatMap((family) => {
    const { name, instrument, unit } = family.definition;
    const cells: readonly Cell[] = family.blocks.flatMap((block) => block.cells);
    return cells.map((cell) => ({ name, instrument, unit, attributes: family.attributesOf(cell), ...valuesOf(cell) }));
  });
}

function valuesOf(cell: Cell): Pick<Sample, 'value' | 'sum' | 'buckets'> {
  if (cell.kind !== 'histogram') return { value: cell.value };
  const buckets = cell.counts.map((count, index) => ({ upTo: cell.bounds[index] ?? Infinity, count }));
  return { value: cell.count, sum: cell.sum, buckets };
}
