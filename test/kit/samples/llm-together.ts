// Attaches several instrumentations to one registry, and gives the LLM calls, tokens and tools that they measured together.
import { afterEach, expect } from 'vitest';
import type { InstrumentationSettings } from '../../../src/config/instrumentation-settings.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { type Sample, samplesOf } from '../../../src/core/recording/samples.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../contracts/instrumentation-settings.ts';

export interface Together {
  /** How many calls ended, by operation, provider, models and error. */
  calls(): Record<string, number>;
  tokens(): Record<string, number>;
  /** How many tool calls ended, by name and error. */
  tools(): Record<string, number>;
  /** The sum over all series; of a histogram, the number of its values. */
  total(name: string): number;
  samples(name: string): Sample[];
  detach(): void;
}

let attached: AttachedInstrumentation[] = [];

afterEach(() => {
  for (const one of attached) {
    expect(one.failure).toBeUndefined();
    one.detach();
  }
  attached = [];
});

/** Attaches them until the end of the test, when none of them may have failed. */
export function attachTogether(
  instrumentations: readonly Instrumentation[],
  settings: Partial<InstrumentationSettings> = {},
): Together {
  const registry = new Registry();
  const these = instrumentations.map((one) => attach(one, registry, { ...SETTINGS, ...settings }));
  attached.push(...these);
  const samples = (name: string): Sample[] => samplesOf(registry).filter((sample) => sample.name === name);
  const sumBy = (name: string, keys: readonly string[]): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { attributes, value } of samples(name)) {
      const by = keys.flatMap((key) => attributes[key] ?? []).join(' ');
      sums[by] = (sums[by] ?? 0) + value;
    }
    return sums;
  };
  return {
    calls: () => sumBy('gen_ai.client.operation.duration', CALL),
    tokens: () => sumBy('llm.tokens', ['gen_ai.token.type']),
    tools: () => sumBy('gen_ai.execute_tool.duration', ['gen_ai.tool.name', 'error.type']),
    total: (name) => samples(name).reduce((sum, { value }) => sum + value, 0),
    samples,
    detach() {
      for (const one of these) one.detach();
    },
  };
}

const CALL = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model', 'gen_ai.response.model', 'error.type'];
