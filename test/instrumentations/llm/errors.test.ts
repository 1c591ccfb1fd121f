// LLM calls that fail: their error type and status, retries, and the rate limits that the provider returns.
import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { eventually, listen } from '../../kit/apps/http-traffic.ts';
import { anthropicOf, clientCall, MESSAGES, openaiOf } from '../../kit/apps/llm-clients.ts';
import { freePort } from '../../kit/free-port.ts';
import { attachLlm, type LlmSamples } from '../../kit/samples/llm-samples.ts';
import {
  BROKEN,
  type LlmProvider,
  OVERLOADED,
  RATE_LIMITED,
  type Script,
  startLlmProvider,
} from '../../kit/servers/llm-provider.ts';

let provider: LlmProvider;
let measured: LlmSamples;

beforeAll(async () => {
  provider = await startLlmProvider();
});
beforeEach(() => {
  measured = attachLlm(llm, { llmServers: provider.servers });
});
afterEach(() => provider.reset());
afterAll(async () => await provider[Symbol.asyncDispose]());

async function ended(count: number): Promise<void> {
  await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(count));
}

const error = (status: number, type: string, code?: string): Script => ({
  error: { status, type, message: 'It failed, and here is why', ...(code !== undefined && { code }) },
});

describe('error responses of an LLM', () => {
  it.each([
    ['openai chat', error(429, 'requests', 'rate_limit_exceeded'), '429 rate_limit_exceeded'],
    ['openai chat', error(429, 'insufficient_quota', 'insufficient_quota'), '429 insufficient_quota'],
    ['openai chat', error(401, 'invalid_request_error', 'invalid_api_key'), '401 invalid_api_key'],
    ['openai chat, streamed', error(400, 'invalid_request_error'), '400 invalid_request_error'],
    ['openai chat', BROKEN, '500 server_error'],
    ['openai responses', error(404, 'invalid_request_error', 'model_not_found'), '404 model_not_found'],
    ['openai embeddings', error(400, 'invalid_request_error'), '400 invalid_request_error'],
    ['anthropic chat', OVERLOADED, '529 overloaded_error'],
    ['anthropic chat, streamed', error(429, 'rate_limit_error'), '429 rate_limit_error'],
    ['google generate_content', error(429, 'RESOURCE_EXHAUSTED'), '429 RESOURCE_EXHAUSTED'],
    ['google generate_content, streamed', error(503, 'UNAVAILABLE'), '503 UNAVAILABLE'],
    ['google embeddings', error(400, 'INVALID_ARGUMENT'), '400 INVALID_ARGUMENT'],
    ['mistral chat', error(429, 'rate_limited'), '429 rate_limited'],
    ['groq chat', error(429, 'tokens', 'rate_limit_exceeded'), '429 rate_limit_exceeded'],
    // These two give no word.
    ['ollama chat', error(404, ''), '404 404'],
    ['ollama chat, streamed', error(500, ''), '500 500'],
    ['cohere chat', error(429, ''), '429 429'],
  ])('records an error of %s with its status and the error type of the provider', async (title, script, expected) => {
    const call = clientCall(title);
    // Some clients retry whatever the error.
    provider.usually(script);
    await expect(call.run(provider.urls)).rejects.toThrow();
    await ended(provider.calls.length);
    expect(measured.calls()).toEqual({ [`${call.operation} ${call.name} ${call.model} ${expected}`]: provider.calls.length });
    expect(measured.tokens()).toEqual({});
    expect(measured.endings()).toEqual({});
    expect(measured.total('llm.finish_reasons')).toBe(0);
  });

  it.each(['gzip', 'zstd'] as const)('reads an error response of an LLM compressed with %s', async (encoding) => {
    provider.next({ ...OVERLOADED, encoding });
    await expect(clientCall('anthropic chat').run(provider.urls)).rejects.toThrow();
    await ended(1);
    expect(measured.calls()).toEqual({ 'chat anthropic anthropic-model 529 overloaded_error': 1 });
  });

  it('records an error response of an LLM whose type is no text with its status', async () => {
    provider.next(error(400, 'Please say who John Doe is', 'no word'));
    await expect(clientCall('openai chat').run(provider.urls)).rejects.toThrow();
    await ended(1);
    expect(measured.calls()).toEqual({ 'chat openai openai-model 400 400': 1 });
  });
});

describe('LLM clients that retry', () => {
  it.each([
    ['openai', async () => await openaiOf(provider.urls, 3).chat.completions.create({ model: 'a', messages: MESSAGES })],
    [
      'anthropic',
      async () => await anthropicOf(provider.urls, 3).messages.create({ model: 'a', max_tokens: 9, messages: MESSAGES }),
    ],
  ])('counts each try of an LLM client as a call, and retries (%s)', async (name, run) => {
    const again = { headers: { 'retry-after-ms': '1' } };
    provider.next(RATE_LIMITED, { ...BROKEN, ...again }, { ...OVERLOADED, ...again }, {});
    await run();
    await ended(4);
    expect(measured.total('llm.retries', { 'gen_ai.provider.name': name, 'gen_ai.request.model': 'a' })).toBe(3);
    const statuses = measured
      .samples('gen_ai.client.operation.duration')
      .map(({ attributes }) => attributes['http.response.status_code'] ?? 'ok');
    expect(new Set(statuses)).toEqual(new Set([429, 500, 529, 'ok']));
    expect(measured.tokens()).toEqual({ input: 12, output: 5 });
    expect(measured.endings()).toEqual({ 'llm.retries': 3 });
  });

  it('records the status of an LLM call whose client leaves a long response unread', async () => {
    const long = { error: { status: 500, type: 'server_error', message: 'x'.repeat(4_000_000) } };
    provider.next({ ...long, headers: { 'retry-after-ms': '1' } }, {});
    await openaiOf(provider.urls, 1).chat.completions.create({ model: 'a', messages: MESSAGES });
    await ended(2);
    const failed = measured.samples('gen_ai.client.operation.duration').filter(({ attributes }) => 'error.type' in attributes);
    expect(failed.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([500]);
    expect(failed[0]!.attributes['error.type']).toMatch(/^(500|server_error)$/);
    expect(measured.endings()).toEqual({ 'llm.retries': 1 });
  });
});

describe('rate limits of LLM providers', () => {
  it.each([
    ['openai chat', { requests: 59, tokens: 149_984 }],
    ['openai responses', { requests: 59, tokens: 149_984 }],
    ['groq chat, streamed', { requests: 59, tokens: 149_984 }],
    ['mistral chat', { requests: 59, tokens: 149_984 }],
    ['anthropic chat', { requests: 59, tokens: 149_984, input_tokens: 149_984, output_tokens: 149_984 }],
  ])('records the remaining rate limit as %s returned it last', async (title, expected) => {
    const call = clientCall(title);
    provider.next({ rateLimits: { requests: 60, tokens: 150_000 } }, { rateLimits: { requests: 59, tokens: 149_984 } });
    await call.run(provider.urls);
    await call.run(provider.urls);
    await ended(2);
    const left = measured.samples('llm.rate_limit.remaining');
    expect(Object.fromEntries(left.map(({ attributes, value }) => [attributes['llm.rate_limit.kind'], value]))).toEqual(expected);
    expect(left[0]!.attributes).toMatchObject({ 'gen_ai.provider.name': call.name, 'gen_ai.request.model': call.model });
  });

  it('records rate limits of error responses of an LLM, and none that is no number', async () => {
    const headers = { 'x-ratelimit-remaining-requests': '', 'x-ratelimit-remaining-tokens': 'many' };
    provider.next({ headers }, RATE_LIMITED);
    await clientCall('openai chat').run(provider.urls);
    expect(measured.samples('llm.rate_limit.remaining')).toEqual([]);
    await expect(clientCall('openai chat').run(provider.urls)).rejects.toThrow();
    expect(measured.total('llm.rate_limit.remaining', { 'llm.rate_limit.kind': 'tokens' })).toBe(149_984);
  });
});

describe('LLM calls without a response', () => {
  /** Attaches to a server of this test's own, and returns the URL that clients are configured with. */
  async function urlsOf(server: Server): Promise<LlmProvider['urls']> {
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return attachTo(await listen(server));
  }

  function attachTo(port: number): LlmProvider['urls'] {
    measured.attached.detach();
    measured = attachLlm(llm, { llmServers: [{ provider: 'openai', url: `http://127.0.0.1:${port}` }] });
    return { ...provider.urls, openai: `http://127.0.0.1:${port}/v1` };
  }

  const LONG = [{ role: 'user' as const, content: 'long '.repeat(4_000_000) }];

  it('records an LLM call that is not answered with the code of the error', async () => {
    const urls = attachTo(await freePort());
    await expect(clientCall('openai chat').run(urls)).rejects.toThrow();
    await ended(1);
    expect(measured.calls()).toEqual({ 'chat openai ECONNREFUSED': 1 });
    expect(measured.endings()).toEqual({});
  });

  it('records an LLM call whose response breaks off with the code of the error', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"model":"half"', () => setTimeout(() => response.destroy(), 20));
    });
    await expect(clientCall('openai chat').run(await urlsOf(server))).rejects.toThrow();
    await ended(1);
    expect(Object.keys(measured.calls())).toEqual([expect.stringMatching(/^chat openai openai-model UND_ERR_/)]);
    expect(measured.endings()).toEqual({ 'llm.unmetered_calls': 1 });
  });

  it('records an LLM call that times out at its client with the name of the reason', async () => {
    provider.next({ headersDelayMillis: 5000 });
    const pending = openaiOf(provider.urls).chat.completions.create({ model: 'slow', messages: MESSAGES }, { timeout: 50 });
    await expect(pending).rejects.toThrow('timed out');
    await ended(1);
    expect(measured.calls()).toEqual({ 'chat openai slow AbortError': 1 });
  });

  it('records an LLM call that is aborted while it is sent with the name of the reason', async () => {
    const urls = await urlsOf(createServer((request) => void request.once('readable', () => request.pause())));
    const pending = openaiOf(urls).chat.completions.create({ model: 'long', messages: LONG }, { timeout: 100 });
    await expect(pending).rejects.toThrow('timed out');
    await ended(1);
    expect(measured.calls()).toEqual({ 'chat openai long AbortError': 1 });
    expect(measured.endings()).toEqual({});
  });

  it('records an LLM call that is answered before it was sent in full by that response', async () => {
    const server = createServer((_, response) => {
      response.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
      response.end('{"error":{"type":"too_large","message":"x"}}');
    });
    await expect(openaiOf(await urlsOf(server)).chat.completions.create({ model: 'long', messages: LONG })).rejects.toThrow();
    await ended(1);
    expect(Object.keys(measured.calls())).toEqual([expect.stringMatching(/^chat openai long (413 too_large|E\w+)$/)]);
    expect(measured.endings()).toEqual({});
  });
});
