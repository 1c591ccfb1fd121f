// Vercel AI SDK: models that send no request are measured by its integrations, those whose requests are measured count once.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import {
  embed,
  embedMany,
  generateObject,
  generateText,
  type LanguageModel,
  registerTelemetry,
  streamObject,
  streamText,
  ToolLoopAgent,
} from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ai } from '../../../src/instrumentations/ai/ai.ts';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { withPurpose } from '../../../src/recorders/llm/purpose.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { mockEmbeddings, mockModel } from '../../kit/apps/mock-models.ts';
import { attachTogether, type Together } from '../../kit/samples/llm-together.ts';
import { BROKEN, type LlmProvider, startLlmProvider } from '../../kit/servers/llm-provider.ts';
import { exercise } from '../exercises/ai.ts';

let provider: LlmProvider;
beforeAll(async () => {
  provider = await startLlmProvider();
});
beforeEach(() => provider.reset());
afterAll(() => provider[Symbol.asyncDispose]());

const both = () => attachTogether([ai, llm], { llmServers: provider.servers });
const openai = () => createOpenAI({ baseURL: provider.urls.openai, apiKey: 'none' });
const prompt = 'How are you?';
const streamed = async (model: LanguageModel): Promise<string> => await streamText({ model, prompt }).text;
const MOCK = 'chat openai gpt-5 gpt-5-2025-08-07';

describe('a model of the AI SDK that sends no request', () => {
  it('records a model call of the AI SDK by its result', async () => {
    const measured = attachTogether([ai, llm]);
    await generateText({ model: mockModel(), prompt });
    expect(measured.calls()).toEqual({ [MOCK]: 1 });
    expect(measured.tokens()).toEqual({ input: 12, output: 5, cache_read: 6, cache_write: 2, reasoning: 2 });
    expect(measured.samples('llm.finish_reasons')).toMatchObject([{ attributes: { 'llm.finish_reason': 'end_turn' }, value: 1 }]);
    expect(measured.total('llm.cost')).toBeGreaterThan(0);
    expect(measured.total('llm.active')).toBe(0);
  });

  it('records a stream of the AI SDK by its chunks and its usage', async () => {
    const measured = attachTogether([ai, llm]);
    expect(await streamed(mockModel())).toBe('{"said":"so"}');
    expect(measured.calls()).toEqual({ [MOCK]: 1 });
    expect(measured.tokens()).toMatchObject({ input: 12, output: 5 });
    expect(measured.total('gen_ai.client.operation.time_to_first_chunk')).toBe(1);
    expect(measured.total('gen_ai.client.operation.time_per_output_chunk')).toBe(2);
  });

  it('counts a model call of the AI SDK without usage as unmetered', async () => {
    const measured = attachTogether([ai]);
    await generateText({ model: mockModel({ usage: null }), prompt });
    expect([measured.tokens(), measured.total('llm.unmetered_calls')]).toEqual([{}, 1]);
  });

  it('records nothing of usage of the AI SDK that is no number', async () => {
    const measured = attachTogether([ai]);
    const usage: any = { inputTokens: { total: -1, cacheRead: '6' }, outputTokens: { total: Number.NaN } };
    const model = mockModel({ usage });
    await generateText({ model, prompt });
    await streamed(model);
    expect([measured.tokens(), measured.total('llm.unmetered_calls')]).toEqual([{}, 2]);
  });

  it.each([
    ['a status', Object.assign(new Error('no'), { statusCode: 418 }), '418'],
    ['a code', Object.assign(new Error('no'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['nothing', null, '_OTHER'],
  ])('records a failed model call of the AI SDK, and passes the error on: %s', async (_title, error, errorType) => {
    const measured = attachTogether([ai]);
    await expect(generateText({ model: mockModel({ error }), prompt })).rejects.toBe(error);
    expect(measured.calls()).toEqual({ [`chat openai gpt-5 ${errorType}`]: 1 });
  });

  it('records a stream of the AI SDK that fails, and passes its own error on', async () => {
    const measured = attachTogether([ai]);
    const error = new TypeError('broken');
    const errors: unknown[] = [];
    await streamText({ model: mockModel({ breaks: error }), prompt }).consumeStream({ onError: (one) => void errors.push(one) });
    expect(errors).toEqual([error]);
    expect(measured.calls()).toEqual({ [`${MOCK} TypeError`]: 1 });
    expect([measured.total('llm.stream.aborted'), measured.total('llm.active')]).toEqual([1, 0]);
  });

  it('records a stream of the AI SDK whose reader stops in the middle as aborted', async () => {
    const measured = attachTogether([ai]);
    const controller = new AbortController();
    const { textStream } = streamText({ model: mockModel({ waits: true }), prompt, abortSignal: controller.signal });
    for await (const _ of textStream) controller.abort();
    await eventually(() => expect(measured.total('llm.stream.aborted')).toBe(1));
    expect(measured.total('llm.active')).toBe(0);
  });

  it('records embeddings of the AI SDK, of one value and of many, and retried ones', async () => {
    const measured = attachTogether([ai]);
    await embed({ model: mockEmbeddings(), value: 'a' });
    await embedMany({ model: mockEmbeddings(), values: ['a', 'be', 'cede'] });
    await expect(embed({ model: mockEmbeddings(new TypeError('no')), value: 'a' })).rejects.toThrow('no');
    expect(measured.calls()).toEqual({
      'embeddings a-provider an-embedder': 4,
      'embeddings a-provider an-embedder TypeError': 1,
    });
    expect(measured.tokens()).toEqual({ input: 28 });
    expect(measured.total('llm.active')).toBe(0);
  });

  it('records objects that the AI SDK generates, whole and streamed', async () => {
    const measured = attachTogether([ai]);
    const schema = z.object({ said: z.string() });
    await generateObject({ model: mockModel(), schema, prompt });
    for await (const _ of streamObject({ model: mockModel(), schema, prompt }).partialObjectStream);
    await eventually(() => expect(measured.calls()).toEqual({ [MOCK]: 2 }));
    expect(measured.tokens()).toMatchObject({ input: 24, output: 10 });
  });

  it('records a model call of the AI SDK that sends requests to no LLM', async () => {
    const measured = both();
    const model = mockModel();
    const { doGenerate } = model;
    model.doGenerate = async (options) => {
      await fetch(`http://127.0.0.1:${provider.port}/model/amazon.nova/converse`, { method: 'POST', body: '{"messages":[]}' });
      return doGenerate(options);
    };
    await generateText({ model, prompt });
    expect(measured.calls()).toEqual({ [MOCK]: 1 });
  });

  it('labels a model call of the AI SDK with its purpose', async () => {
    const measured = attachTogether([ai]);
    await withPurpose('summarise', () => generateText({ model: mockModel(), prompt }));
    expect(measured.samples('llm.cost')).toMatchObject([{ attributes: { 'llm.purpose': 'summarise' } }]);
  });

  it('counts a model of the AI SDK that calls other models as those others', async () => {
    const measured = attachTogether([ai]);
    const outer = mockModel();
    const inner = mockModel();
    const { doGenerate } = outer;
    outer.doGenerate = async (options) => {
      await generateText({ model: inner, prompt });
      await generateText({ model: inner, prompt });
      return doGenerate(options);
    };
    await generateText({ model: outer, prompt });
    expect(measured.calls()).toEqual({ [MOCK]: 2 });
  });
});

describe('a model of the AI SDK whose requests are measured', () => {
  const models: readonly (readonly [string, () => LanguageModel])[] = [
    ['openai chat gpt-5', () => openai().chat('gpt-5')],
    ['openai chat gpt-5', () => openai().responses('gpt-5')],
    ['anthropic chat claude', () => createAnthropic({ baseURL: `${provider.urls.anthropic}/v1`, apiKey: 'none' })('claude')],
  ];

  it.each(models)(
    'counts a request of the AI SDK once (%s), plain and streamed, with the usage of the provider',
    async (_title, model) => {
      const measured = both();
      await generateText({ model: model(), prompt });
      await streamed(model());
      await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(2));
      expect(provider.calls).toHaveLength(2);
      expect(measured.tokens()).toMatchObject({
        input: provider.calls.reduce((sum, { usage }) => sum + usage!.input!, 0),
        output: provider.calls.reduce((sum, { usage }) => sum + usage!.output!, 0),
      });
      expect(measured.total('gen_ai.client.operation.time_to_first_chunk')).toBe(1);
      expect(measured.total('llm.active')).toBe(0);
    },
  );

  it('records a model call of the AI SDK by its result where fetch is not instrumented', async () => {
    const measured = attachTogether([ai]);
    await generateText({ model: openai().chat('gpt-5'), prompt });
    await streamed(openai().chat('gpt-5'));
    expect(measured.calls()).toEqual({ 'chat openai gpt-5 gpt-5-2026-01-01': 2 });
    expect(measured.tokens()).toMatchObject({ input: 24, output: 10 });
  });

  it('counts each try of the AI SDK as a call, and the repeated one as a retry', async () => {
    const measured = both();
    provider.next({ ...BROKEN, headers: { 'retry-after-ms': '1' } });
    await generateText({ model: openai().chat('gpt-5'), prompt });
    expect(measured.calls()).toEqual({ 'chat openai gpt-5 server_error': 1, 'chat openai gpt-5 gpt-5-2026-01-01': 1 });
    expect(measured.total('llm.retries')).toBe(1);
  });

  it('counts embeddings and objects of the AI SDK once where their requests are measured', async () => {
    const measured = both();
    await embed({ model: openai().embedding('text-embedding-3-small'), value: 'a' });
    await embedMany({ model: openai().embedding('text-embedding-3-small'), values: ['a', 'b'] });
    provider.usually({ texts: ['{"said":', '"so"}'] });
    const schema = z.object({ said: z.string() });
    await generateObject({ model: openai().chat('gpt-5'), schema, prompt });
    for await (const _ of streamObject({ model: openai().chat('gpt-5'), schema, prompt }).partialObjectStream);
    await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(4));
    expect(provider.calls).toHaveLength(4);
  });

  it('counts a stream of the AI SDK once whose reader stops in the middle', async () => {
    const measured = both();
    provider.next({ breakAfter: { outputs: 1, by: 'hang' } });
    const controller = new AbortController();
    const { textStream } = streamText({ model: openai().chat('gpt-5'), prompt, abortSignal: controller.signal });
    for await (const _ of textStream) controller.abort();
    await eventually(() => expect(measured.total('llm.stream.aborted')).toBe(1));
    expect(measured.total('gen_ai.client.operation.duration')).toBe(1);
    expect(measured.total('llm.active')).toBe(0);
  });
});

describe('tools of the AI SDK', () => {
  const toolOf = (execute: () => unknown) => ({ look: { inputSchema: z.object({}), execute } });

  it('records tool calls of the AI SDK by name and error', async () => {
    const measured = both();
    const error = Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
    await generateText({ model: mockModel({ tool: 'look' }), tools: toolOf(() => 'seen'), prompt });
    await generateText({
      model: mockModel({ tool: 'look' }),
      tools: toolOf(() => {
        throw error;
      }),
      prompt,
    });
    expect(measured.tools()).toEqual({ look: 1, 'look ETIMEDOUT': 1 });
    expect(measured.total('tool.active')).toBe(0);
  });

  it('records no tool that a model of the AI SDK makes up', async () => {
    const measured = both();
    await generateText({ model: mockModel({ tool: 'rm -rf' }), tools: toolOf(() => 'seen'), prompt });
    expect(measured.tools()).toEqual({});
  });

  it('records model calls that a tool of the AI SDK makes within a stream', async () => {
    const measured = both();
    const tools = toolOf(async () => {
      await generateText({ model: openai().chat('gpt-5'), prompt });
      return await streamed(mockModel());
    });
    await streamText({ model: mockModel({ tool: 'look' }), tools, prompt }).consumeStream();
    await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(3));
    expect(measured.tools()).toEqual({ look: 1 });
  });
});

describe('agents of the AI SDK', () => {
  const telemetry = { functionId: 'looker' };
  const agents = (measured: Together) =>
    measured.samples('gen_ai.invoke_agent.duration').map(({ attributes, value }) => ({ ...attributes, value }));

  it('records a call of the AI SDK with a functionId as an agent, with its calls of models and tools', async () => {
    const measured = both();
    const look = { inputSchema: z.object({}), execute: () => 'seen' };
    const agent = new ToolLoopAgent({ model: mockModel({ tool: 'look' }, {}), tools: { look }, telemetry });
    await agent.generate({ prompt });
    await (await agent.stream({ prompt })).consumeStream();
    expect(agents(measured)).toEqual([{ 'gen_ai.agent.name': 'looker', value: 2 }]);
    expect(measured.samples('gen_ai.invoke_agent.inference_calls')).toMatchObject([{ value: 2, sum: 3 }]);
    expect(measured.samples('gen_ai.invoke_agent.tool_calls')).toMatchObject([{ value: 2, sum: 1 }]);
    expect(measured.samples('gen_ai.execute_tool.duration')).toMatchObject([{ attributes: { 'gen_ai.agent.name': 'looker' } }]);
  });

  it('counts requests of the AI SDK for their agent', async () => {
    const measured = both();
    await generateText({ model: openai().chat('gpt-5'), prompt, telemetry });
    await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(1));
    expect(measured.samples('gen_ai.invoke_agent.inference_calls')).toMatchObject([{ value: 1 }]);
  });

  it('records an agent of the AI SDK that fails with its last error, or is aborted', async () => {
    const measured = both();
    await generateText({ model: mockModel({ error: new TypeError('no') }), prompt, telemetry }).catch(() => {});
    const controller = new AbortController();
    const { textStream } = streamText({ model: mockModel({ waits: true }), prompt, telemetry, abortSignal: controller.signal });
    for await (const _ of textStream) controller.abort();
    await eventually(() =>
      expect(agents(measured)).toEqual([
        { 'gen_ai.agent.name': 'looker', 'error.type': 'TypeError', value: 1 },
        { 'gen_ai.agent.name': 'looker', 'error.type': 'aborted', value: 1 },
      ]),
    );
  });
});

describe('an application that uses the AI SDK', () => {
  it('respects telemetry of the AI SDK that is disabled for a call, whose requests still count', async () => {
    const measured = both();
    const telemetry = { isEnabled: false };
    await generateText({ model: mockModel(), prompt, telemetry });
    await embed({ model: mockEmbeddings(), value: 'a', telemetry });
    expect(measured.calls()).toEqual({});
    await generateText({ model: openai().chat('gpt-5'), prompt, telemetry });
    expect(measured.calls()).toEqual({ 'chat openai gpt-5 gpt-5-2026-01-01': 1 });
  });

  it('leaves a call of the AI SDK to its own integrations alone', async () => {
    const measured = both();
    const reported: string[] = [];
    const integrations = [{ onLanguageModelCallEnd: () => void reported.push('end') }];
    await generateText({ model: mockModel(), prompt, telemetry: { integrations } });
    await generateText({ model: openai().chat('gpt-5'), prompt, telemetry: { integrations } });
    expect(reported).toEqual(['end', 'end']);
    expect(measured.calls()).toEqual({ 'chat openai gpt-5 gpt-5-2026-01-01': 1 });
  });

  it('counts tokens of the AI SDK where inputs and outputs are kept out of telemetry', async () => {
    const measured = both();
    const telemetry = { recordInputs: false, recordOutputs: false };
    await generateText({
      model: mockModel({ tool: 'look' }),
      prompt,
      telemetry,
      tools: { look: { inputSchema: z.object({}), execute: () => 1 } },
    });
    await streamText({ model: mockModel(), prompt, telemetry }).consumeStream();
    expect(measured.tokens()).toMatchObject({ input: 24, output: 10 });
    expect(measured.tools()).toEqual({ look: 1 });
  });

  it('keeps the integrations of the application, before and after its own', async () => {
    const reported: string[] = [];
    const own = (name: string) => ({
      onLanguageModelCallEnd: () => void reported.push(name),
      executeLanguageModelCall: async <T>({ execute }: { execute: () => PromiseLike<T> }): Promise<T> => {
        reported.push(`${name} runs`);
        return await execute();
      },
    });
    registerTelemetry(own('first'));
    const measured = attachTogether([ai]);
    registerTelemetry(own('second'));
    await generateText({ model: mockModel(), prompt });
    expect(reported.toSorted()).toEqual(['first', 'first runs', 'second', 'second runs']);
    expect(measured.calls()).toEqual({ [MOCK]: 1 });
    measured.detach();
    expect(globalThis.AI_SDK_TELEMETRY_INTEGRATIONS).toHaveLength(2);
    globalThis.AI_SDK_TELEMETRY_INTEGRATIONS = undefined;
  });

  it('lets a stream of the AI SDK be read to its end when promtel is detached in the middle', async () => {
    const measured = attachTogether([ai]);
    const parts: string[] = [];
    for await (const text of streamText({ model: mockModel({ delayMillis: 5 }), prompt }).textStream) {
      if (parts.length === 0) measured.detach();
      parts.push(text);
    }
    expect(parts.join('')).toBe('{"said":"so"}');
    expect([measured.total('llm.active'), measured.calls()]).toEqual([0, {}]);
  });

  it('puts no prompt, answer or tool argument of the AI SDK into the metrics', async () => {
    const measured = both();
    await exercise.run(() => {});
    const names = ['llm.tokens', 'gen_ai.client.operation.duration', 'gen_ai.execute_tool.duration', 'llm.finish_reasons'];
    expect(JSON.stringify(names.map((name) => measured.samples(name)))).not.toMatch(/Look\.|Hello|seen|said/);
  });
});
