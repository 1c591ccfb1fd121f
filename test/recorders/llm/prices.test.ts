// The cost of a call by the published prices, as their library gives them, and by the operator's own, which come first.
import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { llmPrices } from '../../../src/recorders/llm/prices.ts';

const published = llmPrices([]);

describe('published prices', () => {
  it.each([
    ['openai', 'gpt-5.2', { input: 10_000, cacheRead: 8000, output: 500, reasoning: 200 }, 0.0119],
    ['anthropic', 'claude-sonnet-5', { input: 10_000, cacheRead: 8000, output: 500 }, 0.0106],
    ['gcp.gemini', 'gemini-2.5-flash', { input: 10_000, cacheRead: 8000, output: 500 }, 0.00209],
  ] as const)('published prices of %s %s', (provider, model, usage, usd) => {
    expect(published.costOf({ provider, model, usage })).toBeCloseTo(usd, 6);
  });

  it('published prices exist for providers that have another name in the conventions', () => {
    const usage = { input: 1000, output: 1000 };
    for (const [provider, model, providerId] of [
      ['mistral_ai', 'mistral-large-latest', 'mistral'],
      ['x_ai', 'grok-4', 'x-ai'],
      ['azure.ai.openai', 'gpt-4o', 'azure'],
      ['aws.bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0', 'aws'],
      ['together_ai', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', 'together'],
    ] as const) {
      const { total_price: expected } = calcPrice({ input_tokens: 1000, output_tokens: 1000 }, model, { providerId })!;
      expect(expected).toBeGreaterThan(0);
      expect(published.costOf({ provider, model, usage })).toBe(expected);
    }
  });

  it('published prices charge more for what stays in the cache for an hour', () => {
    const call = { provider: 'anthropic', model: 'claude-sonnet-5' } as const;
    const usage = { input: 1000, cacheWrite: 1000, output: 10 };
    const anHour = published.costOf({ ...call, usage: { ...usage, cacheWriteHour: 1000 } })!;
    expect(anHour - published.costOf({ ...call, usage })!).toBeCloseTo((1000 * (4 - 2.5)) / 1e6, 9);
  });

  it('published prices are those of the input alone where there is no output', () => {
    expect(published.costOf({ provider: 'openai', model: 'text-embedding-3-small', usage: { input: 1_000_000 } })).toBeCloseTo(
      0.02,
      9,
    );
  });

  it.each([
    ['a model that nobody knows', { provider: 'openai', model: 'house-model', usage: { input: 1 } }],
    ['a provider that nobody knows', { provider: 'vllm', model: 'gpt-5.2', usage: { input: 1 } }],
    ['figures that contradict each other', { provider: 'openai', model: 'gpt-5.2', usage: { input: 1, cacheRead: 2 } }],
  ])('published prices are unknown for %s', (_, call) => {
    expect(published.costOf(call)).toBeUndefined();
  });
});

describe('own prices', () => {
  const own = llmPrices([
    { model: 'house-*', input: 1, output: 3, cacheRead: 0.1, cacheWrite: 2 },
    { model: 'house-small', input: 0.5, output: 1, cacheRead: 0.5, cacheWrite: 0.5 },
    { model: 'gpt-5.2', input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
  ]);

  it('own prices are for a million tokens, cached or not', () => {
    const usage = { input: 1_000_000, cacheRead: 400_000, cacheWrite: 100_000, output: 2_000_000 };
    expect(own.costOf({ provider: 'vllm', model: 'house-large', usage })).toBeCloseTo(0.5 + 0.04 + 0.2 + 6, 9);
  });

  it('own prices are those of the last entry that matches', () => {
    expect(own.costOf({ provider: 'vllm', model: 'house-small', usage: { input: 1_000_000 } })).toBe(0.5);
  });

  it('own prices come before the published ones', () => {
    expect(own.costOf({ provider: 'openai', model: 'gpt-5.2', usage: { input: 1_000_000 } })).toBe(0);
    expect(own.costOf({ provider: 'openai', model: 'gpt-5.2-pro', usage: { input: 1_000_000 } })).toBeGreaterThan(0);
  });
});
