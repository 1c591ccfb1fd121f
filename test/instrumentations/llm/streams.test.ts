// Streams of LLMs: the times of their chunks, streams that either side ends early, and compressed ones.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { anthropicOf, CLIENT_CALLS, clientCall, MESSAGES, openaiOf } from '../../kit/apps/llm-clients.ts';
import { attachLlm, type LlmSamples } from '../../kit/samples/llm-samples.ts';
import { type LlmProvider, type Script, startLlmProvider } from '../../kit/servers/llm-provider.ts';

let provider: LlmProvider;
let measured: LlmSamples;

beforeAll(async () => {
  provider = await startLlmProvider();
});
afterEach(() => provider.reset());
afterAll(async () => await provider[Symbol.asyncDispose]());

function attachTap(): void {
  measured = attachLlm(llm, { llmServers: provider.servers });
}

async function ended(count = 1): Promise<void> {
  await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(count));
}

const streamed = CLIENT_CALLS.filter(({ isStream }) => isStream).map((call) => [call.title, call] as const);
const FIRST = 'gen_ai.client.operation.time_to_first_chunk';
const NEXT = 'gen_ai.client.operation.time_per_output_chunk';

/** Timers may be a little early. */
const EARLY_SECONDS = 0.005;
/** What the machine may take on top of what is scripted. */
const LATE_SECONDS = 1.5;

describe.each(streamed)('%s', (_, call) => {
  it('times a stream of an LLM as its chunks arrive', async () => {
    attachTap();
    provider.next({
      texts: ['one', 'two', 'three', 'four'],
      headersDelayMillis: 40,
      firstDelayMillis: 80,
      eventDelayMillis: 30,
    });
    await call.run(provider.urls);
    await ended();
    const [{ outputMillis }] = provider.calls as [(typeof provider.calls)[number]];
    const spread = (outputMillis[3]! - outputMillis[0]!) / 1000;
    expectWithin(measured.histogram(FIRST).sum, 0.12);
    expect(measured.histogram(NEXT).count).toBe(3);
    expectWithin(measured.histogram(NEXT).sum, 0.09);
    expect(Math.abs(measured.histogram(NEXT).sum - spread)).toBeLessThan(LATE_SECONDS);
    expectWithin(measured.histogram('gen_ai.client.operation.duration').sum, 0.21);
    const rate = measured.histogram('llm.output.rate').sum;
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThanOrEqual(5 / (0.09 - EARLY_SECONDS));
  });

  it('records a stream of an LLM that the provider cuts off as aborted, with unknown output', async () => {
    attachTap();
    provider.next({ breakAfter: { outputs: 2, by: 'destroy' } });
    await expect(call.run(provider.urls)).rejects.toThrow();
    await ended();
    expect(Object.keys(measured.calls())).toEqual([expect.stringMatching(/ UND_ERR_SOCKET$/)]);
    expect(measured.endings()).toEqual({ 'llm.unmetered_calls': 1, 'llm.stream.aborted': 1 });
    expect(measured.tokens()).toEqual(tellsInputFirst(call.provider) ? { input: 12 } : {});
    expect(measured.total('llm.finish_reasons')).toBe(0);
    expect(measured.total(FIRST)).toBe(1);
  });
});

function tellsInputFirst(name: string): boolean {
  return name === 'anthropic' || name === 'google';
}

function expectWithin(seconds: number, atLeast: number): void {
  expect(seconds).toBeGreaterThanOrEqual(atLeast - EARLY_SECONDS);
  expect(seconds).toBeLessThan(atLeast + LATE_SECONDS);
}

describe('streams of LLMs with an error in the middle', () => {
  const overloaded = { status: 200, type: 'overloaded_error', message: 'Overloaded' };
  it.each([
    ['openai chat', { ...overloaded, type: 'server_error', code: 'rate_limit_exceeded' }, 'rate_limit_exceeded', {}],
    ['openai chat', { ...overloaded, type: 'server_error' }, 'server_error', {}],
    ['openai responses', { ...overloaded, code: 'server_error' }, 'server_error', {}],
    ['anthropic chat', overloaded, 'overloaded_error', { input: 12 }],
    ['google generate_content', { ...overloaded, type: 'UNAVAILABLE' }, 'UNAVAILABLE', { input: 12 }],
    ['groq chat', { ...overloaded, type: 'tokens' }, 'tokens', {}],
    ['ollama chat', { ...overloaded, message: 'an error was met' }, '_OTHER', {}],
    ['cohere chat', overloaded, '_OTHER', {}],
  ])('records an error within a stream of %s with the error type of the provider', async (title, by, word, tokens) => {
    attachTap();
    provider.next({ breakAfter: { outputs: 2, by } });
    await clientCall(`${title}, streamed`)
      .run(provider.urls)
      .catch(() => {});
    await ended();
    expect(Object.keys(measured.calls())).toEqual([expect.stringMatching(new RegExp(` ${word}$`))]);
    expect(measured.endings()).toEqual({ 'llm.unmetered_calls': 1, 'llm.stream.aborted': 1 });
    expect(measured.tokens()).toEqual(tokens);
    expect(measured.samples('gen_ai.client.operation.duration')[0]!.attributes).not.toHaveProperty('http.response.status_code');
  });

  it('records a stream of a failed response of an LLM with its code', async () => {
    attachTap();
    provider.next({ finishReason: 'failed' });
    await clientCall('openai responses, streamed').run(provider.urls);
    await ended();
    expect(measured.calls()).toEqual({ 'chat openai openai-model openai-model-2026-01-01 server_error': 1 });
  });
});

describe('streams of LLMs that the client aborts', () => {
  const stages: readonly (readonly [string, Script, Record<string, number>])[] = [
    ['before there is an answer', { headersDelayMillis: 10_000 }, {}],
    ['before there is output', { firstDelayMillis: 10_000 }, { 'llm.unmetered_calls': 1, 'llm.stream.aborted': 1 }],
    [
      'in the middle of the output',
      { breakAfter: { outputs: 2, by: 'hang' } },
      { 'llm.unmetered_calls': 1, 'llm.stream.aborted': 1 },
    ],
  ];
  it.each(stages)('records a stream of an LLM that is aborted %s with the name of the reason', async (_, script, endings) => {
    attachTap();
    provider.next(script);
    const controller = new AbortController();
    const body = { model: 'openai-model', messages: MESSAGES, stream: true } as const;
    const read = async (): Promise<void> => {
      const { signal } = controller;
      for await (const _event of await openaiOf(provider.urls).chat.completions.create(body, { signal }));
    };
    const reading = read().catch(() => {});
    await eventually(() => expect(measured.total('llm.active')).toBe(1));
    // Until what the script sends has come.
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    await reading;
    await ended();
    expect(Object.keys(measured.calls())).toEqual([expect.stringMatching(/ AbortError$/)]);
    expect(measured.endings()).toEqual(endings);
    expect(measured.total(FIRST)).toBe('breakAfter' in script ? 1 : 0);
    expect(measured.tokens()).toEqual({});
  });

  it('records a stream of an LLM whose reader stops as aborted, with its input tokens', async () => {
    attachTap();
    provider.next({ breakAfter: { outputs: 2, by: 'hang' }, usage: { input: 50, cacheRead: 20, output: 9 } });
    const stream = await anthropicOf(provider.urls).messages.create({
      model: 'anthropic-model',
      max_tokens: 9,
      messages: MESSAGES,
      stream: true,
    });
    for await (const { type } of stream) if (type === 'content_block_delta') break;
    await ended();
    expect(Object.keys(measured.calls())).toEqual([expect.stringMatching(/ AbortError$/)]);
    expect(measured.tokens()).toEqual({ input: 50, cache_read: 20 });
    expect(measured.endings()).toEqual({ 'llm.unmetered_calls': 1, 'llm.stream.aborted': 1 });
  });

  it('records a stream of an LLM that is aborted when all of it has arrived as complete', async () => {
    attachTap();
    const controller = new AbortController();
    const body = { model: 'openai-model', messages: MESSAGES };
    await openaiOf(provider.urls).chat.completions.create(body, { signal: controller.signal });
    controller.abort();
    await ended();
    expect(measured.calls()).toEqual({ 'chat openai openai-model openai-model-2026-01-01': 1 });
    expect(measured.endings()).toEqual({});
  });
});

describe('compressed streams of LLMs', () => {
  const packed = (['gzip', 'deflate', 'br', 'zstd'] as const).flatMap((encoding) =>
    ([undefined, 7] as const).map((partBytes) => ({ encoding, partBytes: partBytes ?? 100_000 })),
  );
  it.each(packed)('reads a compressed stream of an LLM as it arrives: $encoding, $partBytes bytes at a time', async (script) => {
    attachTap();
    const calls = ['openai chat', 'anthropic chat, streamed', 'ollama chat, streamed'].map(clientCall);
    provider.usually({ ...script, texts: ['one', 'two', 'three', 'four', 'five'] });
    for (const call of calls) await call.run(provider.urls);
    await ended(3);
    expect(measured.tokens()).toMatchObject({ input: 36, output: 15 });
    expect(measured.total('gen_ai.client.operation.duration', { 'gen_ai.response.model': 'ollama-model-2026-01-01' })).toBe(1);
    expect([measured.total(FIRST), measured.total(NEXT)]).toEqual([2, 8]);
    expect(measured.endings()).toEqual({});
  });

  it('keeps what was read of a compressed stream of an LLM that is cut off', async () => {
    attachTap();
    provider.next({ encoding: 'gzip', firstDelayMillis: 20, eventDelayMillis: 20, breakAfter: { outputs: 2, by: 'destroy' } });
    await expect(clientCall('anthropic chat, streamed').run(provider.urls)).rejects.toThrow();
    await ended();
    expect(measured.tokens()).toMatchObject({ input: 12 });
    expect(measured.endings()).toEqual({ 'llm.unmetered_calls': 1, 'llm.stream.aborted': 1 });
  });

  it.each(['openai chat', 'openai chat, streamed'])(
    'records a stream of an LLM in an unknown compression, or one that is none, as unmetered: %s',
    async (title) => {
      attachTap();
      provider.next({ headers: { 'content-encoding': 'mystery' } }, { headers: { 'content-encoding': 'gzip' } });
      for (const call of [clientCall(title), clientCall(title)]) await call.run(provider.urls).catch(() => {});
      await ended(2);
      expect(measured.tokens()).toEqual({});
      expect(measured.endings()).toMatchObject({ 'llm.unmetered_calls': 2 });
      expect(measured.total('llm.finish_reasons')).toBe(0);
      expect(measured.total('gen_ai.client.operation.duration', { 'error.type': undefined })).toBeGreaterThan(0);
    },
  );
});

it('records a stream of an LLM without usage as unmetered', async () => {
  attachTap();
  const body = { model: 'openai-model', messages: MESSAGES, stream: true } as const;
  for await (const _ of await openaiOf(provider.urls).chat.completions.create(body));
  await ended();
  expect(provider.calls[0]!.usage).toBeUndefined();
  expect(measured.calls()).toEqual({ 'chat openai openai-model openai-model-2026-01-01': 1 });
  expect(measured.endings()).toEqual({ 'llm.unmetered_calls': 1 });
  expect(measured.total('llm.finish_reasons', { 'llm.finish_reason': 'stop' })).toBe(1);
});

it('records output of a stream of an LLM of any length, and none of empty chunks', async () => {
  attachTap();
  provider.usually({ texts: ['', 'long '.repeat(10_000), '\\"}]', ''] });
  for (const [, call] of streamed) await call.run(provider.urls);
  await ended(streamed.length);
  expect([measured.total(FIRST), measured.total(NEXT)]).toEqual([streamed.length, streamed.length]);
});

it('keeps streams of LLMs side by side apart', async () => {
  attachTap();
  provider.usually({ partBytes: 50, eventDelayMillis: 1 });
  const runs = Array.from({ length: 60 }, async (_, index) => {
    const [, call] = streamed[index % streamed.length]!;
    provider.next({ usage: { input: index * 100, output: index + 1 } });
    await call.run(provider.urls, `model-${index % 3}`);
  });
  await Promise.all(runs);
  await ended(60);
  const sum = (key: 'input' | 'output'): number => provider.calls.reduce((total, { usage }) => total + usage![key]!, 0);
  expect(measured.tokens()).toMatchObject({ input: sum('input'), output: sum('output') });
  expect([measured.total(FIRST), measured.total(NEXT)]).toEqual([60, 120]);
  expect(measured.endings()).toEqual({});
});

it.each([undefined, 'gzip'] as const)('drops active streams of LLMs when it is detached in the middle (%s)', async (encoding) => {
  attachTap();
  provider.next({ eventDelayMillis: 100, texts: ['one', 'two', 'three'], ...(encoding && { encoding }) });
  const reading = clientCall('openai chat, streamed').run(provider.urls);
  await eventually(() => expect(measured.total(FIRST)).toBe(1));
  measured.attached.detach();
  expect(await reading).toHaveLength(6);
  expect(measured.calls()).toEqual({});
  expect(measured.endings()).toEqual({});
  expect(measured.attached.failure).toBeUndefined();
});
