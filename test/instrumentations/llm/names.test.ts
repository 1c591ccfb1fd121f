// The metric names of LLM calls: the established ones, those that the conventions moved to, or both.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenAiNames } from '../../../src/core/llm-settings.ts';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { clientCall } from '../../kit/apps/llm-clients.ts';
import { ESTABLISHED, LATEST } from '../../kit/samples/gen-ai-metric-names.ts';
import { attachLlm, type LlmSamples } from '../../kit/samples/llm-samples.ts';
import { type LlmProvider, startLlmProvider } from '../../kit/servers/llm-provider.ts';

/** OpenAI counts no tokens that are written to a cache. */
const LATEST_OF_OPENAI = LATEST.filter((name) => !name.includes('cache_write'));
const USAGE = { input: 1000, cacheRead: 600, output: 90, reasoning: 40 };

let provider: LlmProvider;

beforeAll(async () => {
  provider = await startLlmProvider();
  provider.usually({ usage: USAGE });
});
afterAll(async () => await provider[Symbol.asyncDispose]());

async function measure(genAiNames: GenAiNames, ...titles: string[]): Promise<LlmSamples> {
  const measured = attachLlm(llm, { genAiNames, llmServers: provider.servers });
  for (const title of titles) await clientCall(title).run(provider.urls);
  await eventually(() => expect(measured.total('llm.active')).toBe(0));
  return measured;
}

describe.each([
  ['established', ESTABLISHED],
  ['latest', LATEST_OF_OPENAI],
  ['both', [...LATEST_OF_OPENAI, ...ESTABLISHED]],
] as const)('%s names', (names, expected) => {
  it('records an inference by the names of the setting', async () => {
    const measured = await measure(names, 'openai chat, streamed');
    await eventually(() => expect(genAiNamesOf(measured)).toEqual(expected));
  });

  it('records an embedding by the same name, which is no inference', async () => {
    const measured = await measure(names, 'openai embeddings');
    await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(1));
    expect(measured.total('gen_ai.client.inference.duration')).toBe(0);
    expect(measured.tokens()).toMatchObject({ input: 1000 });
  });

  it('records the metrics of promtel by the same names', async () => {
    const measured = await measure(names, 'openai chat, streamed');
    await eventually(() => expect(measured.tokens()).toEqual({ input: 1000, output: 90, cache_read: 600, reasoning: 40 }));
    expect(measured.total('llm.finish_reasons')).toBe(1);
  });
});

it('records the same values by both names of a metric', async () => {
  const measured = await measure('both', 'openai responses, streamed', 'anthropic chat', 'google generate_content');
  await eventually(() => expect(measured.total('gen_ai.client.inference.duration')).toBe(3));
  const histogram = (name: string): number => measured.histogram(`gen_ai.client.${name}`).sum;
  expect(histogram('inference.duration')).toBe(histogram('operation.duration'));
  expect(histogram('inference.time_to_first_chunk')).toBe(histogram('operation.time_to_first_chunk'));
  expect(histogram('inference.operation.input_tokens') + histogram('inference.operation.output_tokens')).toBe(
    histogram('token.usage'),
  );
  const usage = (name: string): number =>
    measured.total(`gen_ai.client.inference.usage.${name}`, { 'gen_ai.token.modality': 'unknown' });
  expect([usage('input_tokens'), usage('output_tokens'), usage('cache_read.input_tokens')]).toEqual([3000, 270, 1800]);
  expect(usage('reasoning.output_tokens')).toBe(80);
});

it('has the buckets of the conventions by both names, with two more for calls that take minutes', async () => {
  const measured = await measure('both', 'openai chat, streamed');
  await eventually(() => expect(measured.total('gen_ai.client.inference.duration')).toBe(1));
  const doubled = Array.from({ length: 16 }, (_, power) => 0.01 * 2 ** power);
  const fourfold = Array.from({ length: 14 }, (_, power) => 4 ** power);
  for (const name of [
    'operation.duration',
    'inference.duration',
    'operation.time_to_first_chunk',
    'inference.time_per_output_chunk',
  ])
    expectBounds(measured, name, doubled);
  for (const name of ['token.usage', 'inference.operation.input_tokens', 'inference.operation.output_tokens'])
    expectBounds(measured, name, fourfold);
});

function expectBounds(measured: LlmSamples, name: string, expected: readonly number[]): void {
  const bounds = measured.samples(`gen_ai.client.${name}`)[0]!.buckets!.map(({ upTo }) => upTo);
  expect([name, bounds]).toEqual([name, [...expected, Infinity]]);
}

function genAiNamesOf(measured: LlmSamples): string[] {
  return [...ESTABLISHED, ...LATEST]
    .filter((name) => measured.total(name) > 0)
    .toSorted((left, right) => (left < right ? -1 : 1));
}
