// Attaches an instrumentation to a registry of its own; reads the samples that it has recorded, by metric and attributes.
import { Registry } from '../../../src/core/recording/registry.ts';
import { type Sample, samplesOf } from '../../../src/core/recording/samples.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../contracts/instrumentation-settings.ts';

export interface AttachedAlone {
  readonly registry: Registry;
  readonly attached: AttachedInstrumentation;
  /** Collects, and gives the samples of all series. */
  read(): Promise<Sample[]>;
}

/** A series, whether of a registry, a page or an export. */
export interface MeasuredSeries {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

/** Attaches an instrumentation, with the default settings, until its `attached` is detached. */
export function attachAlone(instrumentation: Instrumentation): AttachedAlone {
  const registry = new Registry();
  const attached = attach(instrumentation, registry, SETTINGS);
  return {
    registry,
    attached,
    async read() {
      await registry.collect();
      return samplesOf(registry);
    },
  };
}

/** Runs a function while an instrumentation is attached; rejects if the instrumentation failed. */
export async function whileAttached(
  instrumentation: Instrumentation,
  run: (measured: AttachedAlone) => Promise<void>,
): Promise<void> {
  const measured = attachAlone(instrumentation);
  try {
    await run(measured);
  } finally {
    measured.attached.detach();
  }
  if (measured.attached.failure !== undefined) throw new Error(measured.attached.failure);
}

/** The value of the only series that has these attributes; undefined if there is none. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  attributes: Readonly<Record<string, unknown>> = {},
): number | undefined {
  return samples.find(
    (sample) => sample.name === name && Object.entries(attributes).every(([key, value]) => sample.attributes[key] === value),
  )?.value;
}

/** The sums of a metric by the values of the attributes in `by`, over the series that have the `attributes`. */
export function countsOf(
  samples: readonly MeasuredSeries[],
  name: string,
  by: readonly string[],
  attributes: Readonly<Record<string, unknown>> = {},
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const sample of samples) {
    if (sample.name !== name || Object.entries(attributes).some(([key, value]) => sample.attributes[key] !== value)) continue;
    const key = by.flatMap((attribute) => (sample.attributes[attribute] as string | undefined) ?? []).join(' ');
    counts[key] = (counts[key] ?? 0) + sample.value;
  }
  return counts;
}

/** The names of the metrics that have series. */
export function namesOf(samples: readonly Sample[]): string[] {
  return [...new Set(samples.map(({ name }) => name))];
}
