// LangChain: tools and retrievers by name, models that send no request by their results, and the others counted once.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrock } from '../../../src/instrumentations/bedrock/bedrock.ts';
import { langchain } from '../../../src/instrumentations/langchain/langchain.ts';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { chatModel, type Langchain, USAGE } from '../../kit/apps/langchain-models.ts';
import { runToEnd } from '../../kit/apps/run-to-end.ts';
import { attachTogether, type Together } from '../../kit/samples/llm-together.ts';
import { startBedrock } from '../../kit/servers/bedrock-server.ts';
import { type LlmProvider, startLlmProvider } from '../../kit/servers/llm-provider.ts';

const require = createRequire(import.meta.url);

let provider: LlmProvider;
let measured: Together;
let copy: Langchain;
beforeAll(async () => {
  provider = await startLlmProvider();
});
afterAll(() => provider[Symbol.asyncDispose]());
beforeEach(() => {
  provider.reset();
  measured = attachTogether([langchain, llm, bedrock], { llmServers: provider.servers });
  freshCopy(require, '@langchain/core');
  copy = {
    chatModels: require('@langchain/core/language_models/chat_models'),
    messages: require('@langchain/core/messages'),
    outputs: require('@langchain/core/outputs'),
  };
});

function openai(options: object = {}): any {
  const { ChatOpenAI } = freshCopy(require, '@langchain/openai');
  return new ChatOpenAI({
    model: 'gpt-5',
    apiKey: 'none',
    maxRetries: 0,
    configuration: { baseURL: provider.urls.openai },
    ...options,
  });
}

async function read(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const OWN = 'chat openai gpt-5 gpt-5-2025-08-07';
const SEEN = 'chat openai gpt-5 gpt-5-2026-01-01';

describe('a model of LangChain that sends no request', () => {
  it('records a model call of LangChain by its result', async () => {
    expect((await chatModel(copy).invoke('hello')).content).toBe('so it is');
    expect(measured.calls()).toEqual({ [OWN]: 1 });
    expect(measured.tokens()).toEqual({ input: 12, output: 5, cache_read: 6, cache_write: 2, reasoning: 2 });
    expect(measured.samples('llm.finish_reasons')).toMatchObject([{ attributes: { 'llm.finish_reason': 'stop' }, value: 1 }]);
    expect(measured.total('llm.active')).toBe(0);
  });

  it('records a stream of LangChain by its chunks, within their times', async () => {
    expect(await read(await chatModel(copy, { delayMillis: 20 }).stream('hello'))).toHaveLength(4);
    expect(measured.calls()).toEqual({ [OWN]: 1 });
    expect(measured.tokens()).toMatchObject({ input: 12, output: 5 });
    expect(measured.samples('gen_ai.client.operation.time_to_first_chunk')[0]!.sum).toBeGreaterThan(0.015);
    expect(measured.samples('gen_ai.client.operation.time_per_output_chunk')).toMatchObject([{ value: 2 }]);
  });

  it('records a stream of LangChain by its events', async () => {
    await read(chatModel(copy, { delayMillis: 2 }).streamEvents('hello'));
    expect(measured.calls()).toEqual({ 'chat openai gpt-5': 1 });
    expect(measured.tokens()).toMatchObject({ input: 12, output: 5 });
    expect(measured.samples('gen_ai.client.operation.time_per_output_chunk')).toMatchObject([{ value: 2 }]);
  });

  it('counts a model of LangChain that cannot stream once where it is streamed', async () => {
    await read(await chatModel(copy, {}, false).stream('hello'));
    expect([measured.calls(), measured.total('llm.active')]).toEqual([{ [OWN]: 1 }, 0]);
  });

  it('records a model call of LangChain within a chain, and in a batch', async () => {
    const { RunnableLambda } = require('@langchain/core/runnables');
    const chain = RunnableLambda.from((text: string) => text.toUpperCase()).pipe(chatModel(copy));
    await chain.invoke('hello');
    await chain.batch(['one', 'two']);
    await read(await chain.stream('hello'));
    expect(measured.calls()).toEqual({ [OWN]: 4 });
  });

  it('records failed calls of LangChain, whole and streamed, with their own errors', async () => {
    const error = Object.assign(new Error('no'), { status: 429 });
    await expect(chatModel(copy, { error }).invoke('hello')).rejects.toBe(error);
    await expect(chatModel(copy, { error }).stream('hello')).rejects.toBe(error);
    expect(measured.calls()).toEqual({ 'chat openai gpt-5 429': 1, 'chat openai gpt-5 Error': 1 });
    expect(measured.total('llm.active')).toBe(0);
  });

  it('records a stream of LangChain that breaks off, or whose reader stops', async () => {
    const error = new TypeError('broken');
    await expect(read(await chatModel(copy, { breaks: error }).stream('hello'))).rejects.toBe(error);
    for await (const _ of await chatModel(copy).stream('hello')) break;
    await eventually(() => expect(measured.total('llm.stream.aborted')).toBe(2));
    expect([measured.total('llm.active'), measured.tokens()]).toEqual([0, {}]);
  });

  it('survives a model of LangChain that reports nothing of itself, or nonsense', async () => {
    const model = chatModel(copy, { usage: { ...USAGE, input_tokens: Number.NaN, output_tokens: -1 } });
    model.getLsParams = () => {
      throw new Error('no');
    };
    model.getLsParamsWithDefaults = () => ({});
    await model.invoke('hello');
    expect(measured.calls()).toEqual({ 'chat own gpt-5-2025-08-07': 1 });
    expect([measured.tokens(), measured.total('llm.unmetered_calls')]).toEqual([{}, 1]);
  });

  it('records a text completion of LangChain', async () => {
    const { LLM } = require('@langchain/core/language_models/llms');
    class Completing extends LLM {
      _llmType(): string {
        return 'own';
      }
      async _call(): Promise<string> {
        return 'so it is';
      }
    }
    await new (Completing as any)({}).invoke('hello');
    expect(measured.calls()).toEqual({ 'text_completion own': 1 });
  });

  it('counts no model call of LangChain whose result was cached', async () => {
    const { InMemoryCache } = require('@langchain/core/caches');
    const model = chatModel(copy);
    model.cache = new InMemoryCache();
    await model.invoke('hello');
    await model.invoke('hello');
    expect(measured.calls()).toEqual({ [OWN]: 1 });
  });

  it('lets a stream of LangChain be read to its end when promtel is detached in the middle', async () => {
    const parts: unknown[] = [];
    for await (const part of await chatModel(copy, { delayMillis: 5 }).stream('hello')) {
      if (parts.length === 0) measured.detach();
      parts.push(part);
    }
    expect(parts).toHaveLength(4);
    expect([measured.calls(), measured.total('llm.active')]).toEqual([{}, 0]);
  });
});

describe('a model of LangChain whose requests are measured', () => {
  it('counts a model call of LangChain by fetch once, plain and streamed', async () => {
    const model = openai({ streamUsage: true });
    await model.invoke('hello');
    await read(await model.stream('hello'));
    await eventually(() => expect(measured.calls()).toEqual({ [SEEN]: 2 }));
    expect(measured.tokens()).toMatchObject({ input: 24, output: 10 });
    expect([provider.calls.length, measured.total('llm.active')]).toEqual([2, 0]);
  });

  it('counts model calls of LangChain once that wait for each other', async () => {
    const model = openai({ maxConcurrency: 1 });
    await Promise.all(['one', 'two', 'three'].map((text) => model.invoke(text)));
    await eventually(() => expect(measured.calls()).toEqual({ [SEEN]: 3 }));
  });

  it('records a model call of LangChain by its result where fetch is not instrumented', async () => {
    measured.detach();
    measured = attachTogether([langchain]);
    freshCopy(require, '@langchain/core');
    await openai().invoke('hello');
    expect(measured.calls()).toEqual({ [SEEN]: 1 });
    expect(measured.tokens()).toMatchObject({ input: 12, output: 5 });
  });

  it('counts a call of Bedrock by LangChain once', async () => {
    using server = await startBedrock();
    const aws = freshCopy(require, '@aws-sdk/client-bedrock-runtime');
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
    const client = new aws.BedrockRuntimeClient({ region: 'us-east-1', endpoint: server.endpoint, credentials });
    const model = chatModel(copy);
    const generate = model._generate.bind(model);
    model._generate = async () => {
      await client.send(new aws.ConverseCommand({ modelId: 'a-model', messages: [] }));
      return generate();
    };
    await model.invoke('hello');
    client.destroy();
    expect(measured.calls()).toEqual({ 'chat aws.bedrock a-model': 1 });
  });
});

describe('tools of LangChain', () => {
  it('records tool calls of LangChain by name and error', async () => {
    const { DynamicTool, tool } = require('@langchain/core/tools');
    const { z } = await import('zod');
    const error = Object.assign(new Error('no'), { code: 'ETIMEDOUT' });
    await new DynamicTool({ name: 'look', description: 'looks', func: async () => 'seen' }).invoke('there');
    const failing = tool(() => Promise.reject(error), { name: 'fail', schema: z.object({ at: z.string() }) });
    await expect(failing.invoke({ at: 'once' })).rejects.toBe(error);
    await expect(failing.invoke({ at: 7 })).rejects.toThrow('did not match');
    expect(measured.tools()).toMatchObject({ look: 1, 'fail ETIMEDOUT': 1 });
    expect(measured.total('gen_ai.execute_tool.duration')).toBe(3);
    expect(measured.total('tool.active')).toBe(0);
  });

  it('records model calls that a tool of LangChain makes', async () => {
    const { DynamicTool } = require('@langchain/core/tools');
    const model = chatModel(copy);
    const ask = new DynamicTool({
      name: 'ask',
      description: 'asks',
      func: async (text: string) => (await model.invoke(text)).content,
    });
    expect(await ask.invoke('hello')).toBe('so it is');
    expect([measured.tools(), measured.calls()]).toEqual([{ ask: 1 }, { [OWN]: 1 }]);
  });
});

it('records a retriever of LangChain by its vector store', async () => {
  const { BaseRetriever } = require('@langchain/core/retrievers');
  const { VectorStoreRetriever } = require('@langchain/core/vectorstores');
  class Wiki extends BaseRetriever {
    lc_namespace = ['own'];
    async _getRelevantDocuments(text: string): Promise<unknown[]> {
      if (text === 'fail') throw new TypeError('no');
      return [];
    }
  }
  const vectorStore = { _vectorstoreType: () => 'pinecone', similaritySearch: async () => [] };
  await new (Wiki as any)().invoke('hello');
  await expect(new (Wiki as any)().invoke('fail')).rejects.toThrow('no');
  await new VectorStoreRetriever({ vectorStore }).invoke('hello');
  expect(measured.calls()).toEqual({ 'retrieval Wiki': 1, 'retrieval Wiki TypeError': 1, 'retrieval pinecone': 1 });
  expect(measured.total('llm.unmetered_calls')).toBe(0);
});

describe('LangChain in a process with --import promtel/register', () => {
  it.each(['langchain.mjs', 'langchain.cjs'])('counts each call of %s once, and lets it exit by itself', async (program) => {
    const env = { OTEL_METRICS_EXPORTER: 'none', OPENAI_BASE_URL: provider.urls.openai, OPENAI_API_KEY: 'none' };
    const ending = await runToEnd(['--import', './register.js', `test/process/fixtures/${program}`], env);
    expect(ending).toMatchObject({ code: 0, stderr: expect.stringMatching(/^promtel: .* langchain .*\n$/) });
    expect(ending.stdout.match(/^gen_ai_client_operation_duration_seconds_count.* 1$/gm)).toHaveLength(2);
    expect(ending.stdout).toMatch(/gen_ai_provider_name="FakeListChatModel".* 1\n/);
    expect(ending.stdout).toMatch(/^gen_ai_execute_tool_duration_seconds_count.*gen_ai_tool_name="look".* 1$/m);
  });
});
