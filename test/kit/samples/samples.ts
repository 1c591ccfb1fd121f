// Attaches one instrumentation to a registry of its own and gives what it measured, by metric and attributes.
import { Registry } from '../../../src/core/recording/registry.ts';
import { type Sample, samplesOf } from '../../../src/core/recording/samples.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../contracts/instrumentation-settings.ts';

export interface Readings {
  readonly registry: Registry;
  readonly attached: AttachedInstrumentation;
  /** Collects, and gives every series. */
  read(): Promise<Sample[]>;
}

/** A series, wherever it was read. */
export interface Measured {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

export function attachAlone(instrumentation: Instrumentation): Readings {
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

/** The sums of a metric by the values of some attributes, of the series that have others. */
export function countsOf(
  samples: readonly Measured[],
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

/** The metrics that have series. */
export function namesOf(samples: readonly Sample[]): string[] {
  return [...new Set(samples.map(({ name }) => name))];
}
