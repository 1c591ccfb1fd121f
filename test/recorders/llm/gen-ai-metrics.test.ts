// The metrics of a call have their established names, the latest ones, or both; what is no inference keeps the established duration.
import { beforeEach, describe, expect, it } from 'vitest';
import type { GenAiNames } from '../../../src/core/llm-settings.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { samplesOf } from '../../../src/core/recording/samples.ts';
import { genAiMetrics, isInference } from '../../../src/recorders/llm/gen-ai-metrics.ts';
import { ESTABLISHED, LATEST } from '../../kit/samples/gen-ai-metric-names.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

const CHAT = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-5' } as const;
const USAGE = { input: 100, output: 20, cacheRead: 50, cacheWrite: 25, reasoning: 10 };

let registry: Registry;
beforeEach(() => {
  registry = new Registry();
});

/** Records one call in whole, and gives the names of the metrics that have series. */
function namesOf(names: GenAiNames, operation: 'chat' | 'embeddings' = 'chat'): string[] {
  const attributes = { ...CHAT, 'gen_ai.operation.name': operation };
  for (const metrics of genAiMetrics(registry, names)) {
    metrics.duration(2, attributes);
    metrics.tokens(USAGE, attributes);
    if (operation !== 'chat') continue;
    metrics.firstChunk(0.5, attributes);
    metrics.chunks(attributes).record(0.1);
  }
  return [...new Set(samplesOf(registry).map(({ name }) => name))].toSorted();
}

describe('GenAI metrics', () => {
  it.each([
    ['established', ESTABLISHED],
    ['latest', LATEST],
    ['both', [...LATEST, ...ESTABLISHED]],
  ] as const)('GenAI metrics have their %s names', (names, expected) => {
    expect(namesOf(names)).toEqual(expected);
  });

  it.each(['established', 'latest', 'both'] as const)('GenAI metrics have one duration of embeddings, by %s names', (names) => {
    namesOf(names, 'embeddings');
    expect(seriesOf(registry, 'gen_ai.client.operation.duration')).toMatchObject([{ value: 1, sum: 2 }]);
    expect(seriesOf(registry, 'gen_ai.client.inference.duration')).toEqual([]);
  });

  it('GenAI metrics have tokens of an inference by type, as a histogram and as totals', () => {
    namesOf('both');
    expect(seriesOf(registry, 'gen_ai.client.token.usage')).toEqual([
      { ...CHAT, 'gen_ai.token.type': 'input', value: 1, sum: 100 },
      { ...CHAT, 'gen_ai.token.type': 'output', value: 1, sum: 20 },
    ]);
    const totals = [
      'input_tokens',
      'output_tokens',
      'cache_read.input_tokens',
      'cache_write.input_tokens',
      'reasoning.output_tokens',
    ];
    expect(totals.map((total) => seriesOf(registry, `gen_ai.client.inference.usage.${total}`)[0]!['value'])).toEqual([
      100, 20, 50, 25, 10,
    ]);
  });

  it('GenAI metrics leave out tokens that the provider did not count', () => {
    for (const metrics of genAiMetrics(registry, 'both')) metrics.tokens({ output: 3 }, CHAT);
    const named = samplesOf(registry).map(({ name, value, sum = value }) => [name, sum]);
    expect(named).toEqual([
      ['gen_ai.client.token.usage', 3],
      ['gen_ai.client.inference.operation.output_tokens', 3],
      ['gen_ai.client.inference.usage.output_tokens', 3],
    ]);
  });
});

it.each([
  ['chat', true],
  ['generate_content', true],
  ['text_completion', true],
  ['embeddings', false],
  ['execute_tool', false],
  [undefined, false],
])('an inference is a call that a model answers: %s', (operation, expected) => {
  expect(isInference(operation)).toBe(expected);
});
