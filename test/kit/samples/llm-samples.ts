// Attaches an instrumentation of LLM calls, and gives the calls, tokens and failures that it has measured.
import { afterEach } from 'vitest';
import type { InstrumentationSettings } from '../../../src/config/instrumentation-settings.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { type Sample, samplesOf } from '../../../src/core/recording/samples.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import type { Instrumentation } from '../../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../contracts/instrumentation-settings.ts';

export interface LlmSamples {
  readonly attached: AttachedInstrumentation;
  samples(name: string): Sample[];
  /** The sum over the series that have these attributes; of a histogram, the number of its values. */
  total(name: string, attributes?: Readonly<Record<string, unknown>>): number;
  /** How many calls ended, by operation, provider, models, status and error. */
  calls(): Record<string, number>;
  /** All tokens, by type. */
  tokens(): Record<string, number>;
  /** The number and the sum of the values of a histogram, over all its series. */
  histogram(name: string): { readonly count: number; readonly sum: number };
  /** The metrics that count calls which did not end well, but for those that are 0. */
  endings(): Record<string, number>;
}

/** Attaches the instrumentation until the end of the test. */
export function attachLlm(llm: Instrumentation, settings: Partial<InstrumentationSettings> = {}): LlmSamples {
  const registry = new Registry();
  const attached = attach(llm, registry, { ...SETTINGS, ...settings });
  toDetach.push(attached);
  const samples = (name: string): Sample[] => samplesOf(registry).filter((sample) => sample.name === name && sample.value !== 0);
  const total: LlmSamples['total'] = (name, attributes = {}) =>
    samples(name)
      .filter((sample) => Object.entries(attributes).every(([key, value]) => sample.attributes[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  return {
    attached,
    samples,
    total,
    calls: () => sumBy(samples('gen_ai.client.operation.duration'), CALL_KEYS),
    tokens: () => sumBy(samples('llm.tokens'), ['gen_ai.token.type']),
    histogram: (name) => ({
      count: total(name),
      sum: samples(name).reduce((sum, sample) => sum + sample.sum!, 0),
    }),
    endings: () => Object.fromEntries(ENDINGS.map((name) => [name, total(name)] as const).filter(([, value]) => value !== 0)),
  };
}

const CALL_KEYS = [
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'http.response.status_code',
  'error.type',
];
const ENDINGS = ['llm.active', 'llm.unmetered_calls', 'llm.stream.aborted', 'llm.retries'];

let toDetach: AttachedInstrumentation[] = [];

afterEach(() => {
  for (const attached of toDetach) attached.detach();
  toDetach = [];
});

function sumBy(samples: readonly Sample[], keys: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { attributes, value } of samples) {
    const name = keys.flatMap((key) => attributes[key] ?? []).join(' ');
    sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}
