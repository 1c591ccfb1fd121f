// The cost of the calls of every client library: the price list applied to the usage that the provider returned.
import { calcPrice } from '@pydantic/genai-prices';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { CLIENT_CALLS } from '../../kit/apps/llm-clients.ts';
import { attachLlm } from '../../kit/samples/llm-samples.ts';
import { type LlmProvider, startLlmProvider } from '../../kit/servers/llm-provider.ts';

/** A model of each provider that has a price, and the provider by the pricing library's name. */
const PRICED: Readonly<Record<string, Readonly<Record<string, readonly [model: string, providerId: string]>>>> = {
  openai: {
    chat: ['gpt-5.2', 'openai'],
    text_completion: ['gpt-3.5-turbo-instruct', 'openai'],
    embeddings: ['text-embedding-3-small', 'openai'],
  },
  anthropic: { chat: ['claude-sonnet-5', 'anthropic'] },
  google: { generate_content: ['gemini-2.5-flash', 'google'] },
  mistral: { chat: ['mistral-large-latest', 'mistral'] },
  groq: { chat: ['llama-3.3-70b-versatile', 'groq'] },
  cohere: { chat: ['command-a-03-2025', 'cohere'] },
};

let provider: LlmProvider;

beforeAll(async () => {
  provider = await startLlmProvider();
});
afterEach(() => provider.reset());
afterAll(async () => await provider[Symbol.asyncDispose]());

const priced = CLIENT_CALLS.flatMap((call) => {
  const found = PRICED[call.provider]?.[call.operation];
  return found === undefined ? [] : [[call.title, call, ...found] as const];
});

describe('the cost of LLM calls', () => {
  it.each(priced)('computes the cost of %s from its tokens', async (_, call, model, providerId) => {
    const usage = { input: 1000, cacheRead: 600, cacheWrite: 300, output: 90, reasoning: 40 };
    const measured = attachLlm(llm, { llmServers: provider.servers });
    provider.next({ usage, model });
    await call.run(provider.urls, model);
    await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(1));
    // What the provider's format has no field for, it did not return.
    const tokens = measured.tokens();
    const { total_price: expected } = calcPrice(
      {
        input_tokens: tokens['input'],
        cache_read_tokens: tokens['cache_read'],
        cache_write_tokens: tokens['cache_write'],
        output_tokens: tokens['output'],
        output_reasoning_tokens: tokens['reasoning'],
      },
      model,
      { providerId },
    )!;
    expect(expected).toBeGreaterThan(0);
    expect(tokens['input']).toBe(1000);
    expect(measured.total('llm.cost')).toBeCloseTo(expected, 12);
    expect(measured.total('llm.unpriced_calls')).toBe(0);
  });

  it('counts calls of models of providers without a price as unpriced', async () => {
    const measured = attachLlm(llm, { llmServers: provider.servers });
    const ollama = CLIENT_CALLS.find((call) => call.provider === 'ollama')!;
    await ollama.run(provider.urls);
    await eventually(() => expect(measured.total('llm.unpriced_calls')).toBe(1));
    expect(measured.total('llm.cost')).toBe(0);
  });
});
