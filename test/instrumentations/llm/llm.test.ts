// Every current client library, plain and streamed: each call counted once, with the usage that the provider returned.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { withPurpose } from '../../../src/recorders/llm/purpose.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { CLIENT_CALLS, type ClientCall, clientCall } from '../../kit/apps/llm-clients.ts';
import { attachLlm, type LlmSamples } from '../../kit/samples/llm-samples.ts';
import { type LlmProvider, type Script, startLlmProvider } from '../../kit/servers/llm-provider.ts';

let provider: LlmProvider;

beforeAll(async () => {
  provider = await startLlmProvider();
});
afterEach(() => provider.reset());
afterAll(async () => await provider[Symbol.asyncDispose]());

async function measure(call: ClientCall, ...scripts: Script[]): Promise<LlmSamples> {
  const measured = attachLlm(llm, { llmServers: provider.servers });
  provider.next(...scripts);
  // Some clients throw at an answer that lacks something.
  for (const _ of scripts) await call.run(provider.urls).catch(() => {});
  await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(scripts.length));
  return measured;
}

const USAGES = [
  { input: 12, output: 5 },
  { input: 4321, output: 1 },
] as const;

describe.each(CLIENT_CALLS.map((call) => [call.title, call] as const))('%s', (_, call) => {
  const hasOutput = call.operation !== 'embeddings';

  it('counts the call of an LLM client once, with its provider, operation and models', async () => {
    const measured = await measure(call, {}, {});
    const model = tellsModel(call) ? ` ${provider.calls[0]!.model}` : '';
    expect(measured.calls()).toEqual({ [`${call.operation} ${call.name} ${call.model}${model}`]: 2 });
    expect(measured.samples('gen_ai.client.operation.duration')[0]!.attributes['server.address']).toBe('127.0.0.1');
  });

  it('records the tokens that the provider of an LLM returned', async () => {
    const measured = await measure(call, ...USAGES.map((usage) => ({ usage })));
    expect(provider.calls.map(({ usage }) => usage)).toEqual(USAGES);
    expect(measured.tokens()).toEqual({ input: 4333, ...(hasOutput && { output: 6 }) });
    for (const [type, sum] of Object.entries(measured.tokens())) expect(sumOf(measured, type)).toEqual({ value: 2, sum });
    expect(measured.endings()).toEqual({});
  });

  it('records no tokens of an LLM call without usage', async () => {
    const measured = await measure(call, { usage: null });
    expect(measured.tokens()).toEqual({});
    expect(measured.total('gen_ai.client.token.usage')).toBe(0);
    expect(measured.endings()).toEqual({ 'llm.unmetered_calls': 1 });
  });

  if (call.isStream)
    it('times the chunks of a stream of an LLM', async () => {
      const measured = await measure(call, { texts: ['one', 'two', 'three', 'four'] });
      expect(measured.total('gen_ai.client.operation.time_to_first_chunk')).toBe(1);
      expect(measured.total('gen_ai.client.operation.time_per_output_chunk')).toBe(3);
      expect(measured.total('llm.output.rate')).toBe(1);
    });
  else
    it('records no stream for a whole response of an LLM', async () => {
      const measured = await measure(call, {});
      expect(measured.total('gen_ai.client.operation.time_to_first_chunk')).toBe(0);
      expect(measured.total('llm.output.rate')).toBe(0);
    });
});

describe.each(CLIENT_CALLS.filter(({ finishReason }) => finishReason !== undefined).map((call) => [call.title, call] as const))(
  '%s',
  (title, call) => {
    it('records the finish reason that the provider of an LLM returned', async () => {
      const measured = await measure(call, {}, {}, { finishReason: 'incomplete' });
      const reasons = measured
        .samples('llm.finish_reasons')
        .map(({ attributes, value }) => [attributes['llm.finish_reason'], value]);
      const other = title.startsWith('openai responses') ? 'max_output_tokens' : 'incomplete';
      expect(Object.fromEntries(reasons)).toEqual({ [call.finishReason!]: 2, [other]: 1 });
    });
  },
);

/** Google returns no model with embeddings, Cohere never does. */
function tellsModel({ provider: name, operation }: ClientCall): boolean {
  return name !== 'cohere' && !(name === 'google' && operation === 'embeddings');
}

function sumOf(measured: LlmSamples, type: string): { value: number; sum: number | undefined } {
  const [sample] = measured
    .samples('gen_ai.client.token.usage')
    .filter(({ attributes }) => attributes['gen_ai.token.type'] === type);
  return { value: sample!.value, sum: sample!.sum };
}

describe('tokens of LLM calls by type', () => {
  const ALL = { input: 1000, cacheRead: 600, cacheWrite: 300, cacheWriteHour: 100, output: 90, reasoning: 40 };
  it.each([
    ['openai chat', { input: 1000, cache_read: 600, output: 90, reasoning: 40 }],
    ['openai chat, streamed', { input: 1000, cache_read: 600, output: 90, reasoning: 40 }],
    ['openai responses', { input: 1000, cache_read: 600, output: 90, reasoning: 40 }],
    ['openai responses, streamed', { input: 1000, cache_read: 600, output: 90, reasoning: 40 }],
    ['anthropic chat', { input: 1000, cache_read: 600, cache_write: 300, output: 90 }],
    ['anthropic chat, streamed', { input: 1000, cache_read: 600, cache_write: 300, output: 90 }],
    ['google generate_content', { input: 1000, cache_read: 600, output: 90, reasoning: 40 }],
    ['google generate_content, streamed', { input: 1000, cache_read: 600, output: 90, reasoning: 40 }],
    ['groq chat, streamed', { input: 1000, cache_read: 600, output: 90, reasoning: 40 }],
    ['cohere chat', { input: 1000, cache_read: 600, output: 90 }],
    ['cohere chat, streamed', { input: 1000, cache_read: 600, output: 90 }],
  ])('records every type of token of %s', async (title, expected) => {
    const measured = await measure(clientCall(title), { usage: ALL });
    expect(measured.tokens()).toEqual(expected);
  });
});

it('labels an LLM call with its purpose', async () => {
  const measured = attachLlm(llm, { llmServers: provider.servers });
  const call = clientCall('openai chat, streamed');
  await Promise.all([
    withPurpose('summarise', async () => await call.run(provider.urls)),
    withPurpose('answer', async () => {
      await call.run(provider.urls);
      await withPurpose('check', async () => await call.run(provider.urls));
    }),
    call.run(provider.urls),
  ]);
  await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(4));
  const purposes = (name: string): unknown =>
    Object.fromEntries(measured.samples(name).map(({ attributes, value }) => [attributes['llm.purpose'] ?? 'none', value]));
  const each = { summarise: 1, answer: 1, check: 1, none: 1 };
  for (const name of ['gen_ai.client.operation.duration', 'gen_ai.client.operation.time_to_first_chunk', 'llm.finish_reasons'])
    expect(purposes(name)).toEqual(each);
  expect(measured.total('llm.tokens', { 'llm.purpose': 'check' })).toBe(17);
});

it.each(['openai chat', 'openai responses', 'anthropic chat', 'google generate_content', 'ollama chat', 'cohere chat'])(
  'records the arguments of a tool call as output of %s',
  async (title) => {
    const measured = await measure(clientCall(`${title}, streamed`), {
      toolCalls: [{ name: 'weather', input: { place: 'Bern' } }],
    });
    expect(measured.total('gen_ai.client.operation.time_to_first_chunk')).toBe(1);
    expect(measured.total('gen_ai.client.operation.time_per_output_chunk')).toBe(0);
  },
);
