// Which requests are calls to an LLM, and of which provider: by host, by setting, by wire format; an application's own API is none.
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { eventually, listen } from '../../kit/apps/http-traffic.ts';
import { clientCall, CLIENT_CALLS } from '../../kit/apps/llm-clients.ts';
import { publishCall } from '../../kit/apps/published-request.ts';
import { attachLlm } from '../../kit/samples/llm-samples.ts';
import { startLlmProvider } from '../../kit/servers/llm-provider.ts';

const messages = [{ role: 'user', content: 'How are you?' }];
const CHAT = { model: 'a-model', messages };
const ANSWER = { model: 'a-model-2', usage: { prompt_tokens: 3, completion_tokens: 4 }, choices: [{ finish_reason: 'stop' }] };

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('hosts of LLM providers', () => {
  it.each([
    ['https://api.openai.com/v1/chat/completions', 'openai', 'chat'],
    ['https://eu.api.openai.com/v1/responses', 'openai', 'chat'],
    ['https://acme.openai.azure.com/openai/deployments/gpt-prod/chat/completions?api-version=1', 'azure.ai.openai', 'chat'],
    ['https://acme.openai.azure.com/openai/deployments/gpt-prod/embeddings?api-version=1', 'azure.ai.openai', 'embeddings'],
    ['https://acme.services.ai.azure.com/models/chat/completions?api-version=1', 'azure.ai.inference', 'chat'],
    ['https://api.anthropic.com/v1/messages?beta=true', 'anthropic', 'chat'],
    [
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:streamGenerateContent?alt=sse',
      'gcp.gemini',
      'generate_content',
    ],
    ['https://generativelanguage.googleapis.com/v1beta/openai/chat/completions', 'gcp.gemini', 'chat'],
    [
      'https://us-east5-aiplatform.googleapis.com/v1/projects/p/m/publishers/google/models/g:generateContent',
      'gcp.vertex_ai',
      'generate_content',
    ],
    [
      'https://aiplatform.googleapis.com/v1/projects/p/publishers/anthropic/models/claude:streamRawPredict',
      'gcp.vertex_ai',
      'chat',
    ],
    ['https://api.mistral.ai/v1/chat/completions', 'mistral_ai', 'chat'],
    ['https://api.mistral.ai/v1/agents/completions', 'mistral_ai', 'chat'],
    ['https://codestral.mistral.ai/v1/fim/completions', 'mistral_ai', 'text_completion'],
    ['https://api.groq.com/openai/v1/chat/completions', 'groq', 'chat'],
    ['https://api.cohere.com/v2/chat', 'cohere', 'chat'],
    ['https://api.cohere.com/v2/embed', 'cohere', 'embeddings'],
    ['https://api.deepseek.com/chat/completions', 'deepseek', 'chat'],
    ['https://api.perplexity.ai/chat/completions', 'perplexity', 'chat'],
    ['https://api.x.ai/v1/chat/completions', 'x_ai', 'chat'],
    ['https://openrouter.ai/api/v1/chat/completions', 'openrouter', 'chat'],
    ['https://api.together.xyz/v1/completions', 'together_ai', 'text_completion'],
    ['https://api.moonshot.ai/v1/chat/completions', 'moonshotai', 'chat'],
    ['https://ollama.com/api/chat', 'ollama', 'chat'],
    ['http://gpu-1:11434/api/generate', 'ollama', 'text_completion'],
    ['http://localhost:11434/v1/chat/completions', 'ollama', 'chat'],
  ])('recognises the provider of an LLM by its host: %s', (url, provider, operation) => {
    const measured = attachLlm(llm);
    // Whatever the body is like.
    publishCall({ url, body: {} });
    expect(measured.samples('gen_ai.client.operation.duration').map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        'gen_ai.provider.name': provider,
        'gen_ai.operation.name': operation,
        'server.address': new URL(url).hostname,
      }),
    ]);
    measured.attached.detach();
  });

  it.each([
    'https://api.openai.com/v1/models',
    'https://api.openai.com/v1/files',
    'https://api.openai.com/v1/responses/resp_1/cancel',
    'https://api.openai.com/v1/chat/completions/chatcmpl-1',
    'https://api.anthropic.com/v1/messages/count_tokens',
    'https://api.anthropic.com/v1/messages/batches',
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:countTokens',
    'https://api.cohere.com/v2/rerank',
    'https://ollama.com/api/pull',
  ])('recognises no call to an LLM in another request to its provider: %s', (url) => {
    const measured = attachLlm(llm);
    publishCall({ url, body: CHAT, answer: ANSWER });
    expect(measured.calls()).toEqual({});
  });

  it('recognises no LLM provider in a host that only contains its name', () => {
    const measured = attachLlm(llm);
    for (const host of ['api.openai.com.example.com', 'notapi.openai.com', 'myollama.com', 'fake-api.anthropic.com'])
      publishCall({ url: `https://${host}/v1/chat/completions`, body: {} });
    expect(measured.calls()).toEqual({});
  });

  it('recognises an LLM provider behind a proxy', () => {
    const measured = attachLlm(llm);
    publishCall({ url: 'http://api.openai.com/v1/responses?x=1', proxy: 'http://proxy:3128', body: CHAT, answer: ANSWER });
    const { attributes } = measured.samples('gen_ai.client.operation.duration')[0]!;
    expect(attributes).toMatchObject({ 'gen_ai.provider.name': 'openai', 'server.address': 'api.openai.com' });
  });

  it('recognises calls to an LLM only with POST', () => {
    const measured = attachLlm(llm);
    for (const method of ['GET', 'DELETE', 'OPTIONS'])
      publishCall({ url: 'https://api.openai.com/v1/responses', method, body: CHAT, answer: ANSWER });
    expect(measured.calls()).toEqual({});
  });
});

describe('the model of an LLM call', () => {
  it.each([
    ['https://a.openai.azure.com/openai/deployments/gpt%20prod/chat/completions', {}, 'gpt prod'],
    ['https://a.openai.azure.com/openai/deployments/gpt-prod/chat/completions', { model: 'gpt-5' }, 'gpt-5'],
    ['https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:generateContent', { contents: [] }, 'gemini-3-pro'],
    ['https://generativelanguage.googleapis.com/v1beta/tunedModels/my%-model:generateContent', { contents: [] }, 'my%-model'],
    ['https://aiplatform.googleapis.com/v1/publishers/anthropic/models/claude-opus-5@1:rawPredict', {}, 'claude-opus-5@1'],
    ['https://api.openai.com/v1/responses', { model: { id: 'gpt-5' } }, undefined],
    ['https://api.openai.com/v1/responses', { input: { model: 'within' }, tools: [{ model: 'x' }] }, undefined],
    ['https://api.openai.com/v1/responses', { input: ['x'.repeat(100_000)], model: 'last' }, 'last'],
  ])('reads the model of an LLM call from the body, or else from the URL: %s', (url, body, model) => {
    const measured = attachLlm(llm);
    publishCall({ url, body, answer: ANSWER });
    expect(measured.samples('gen_ai.client.operation.duration')[0]!.attributes['gen_ai.request.model']).toBe(model);
  });
});

describe('hosts of LLM providers by setting', () => {
  const servers = [
    { provider: 'vllm', url: 'http://gpu-1:8000/v1' },
    { provider: 'openai', url: 'https://llm.example.com' },
    { provider: 'house', url: 'https://api.openai.com/v1' },
  ];
  it.each([
    ['http://gpu-1:8000/v1/chat/completions', 'vllm'],
    ['https://llm.example.com/team-a/chat/completions', 'openai'],
    ['https://api.openai.com/v1/chat/completions', 'house'],
  ])('recognises the provider of an LLM by the setting: %s', (url, provider) => {
    const measured = attachLlm(llm, { llmServers: servers });
    publishCall({ url, body: {} });
    expect(measured.total('gen_ai.client.operation.duration', { 'gen_ai.provider.name': provider })).toBe(1);
  });

  it('recognises by the setting only LLM calls below its URL', () => {
    const measured = attachLlm(llm, { llmServers: servers });
    for (const url of ['http://gpu-1:8000/v11', 'http://gpu-1:8001/v1', 'http://gpu-1/v1', 'https://llm.example.com.org/v1'])
      publishCall({ url: `${url}/chat/completions`, body: {} });
    expect(measured.calls()).toEqual({});
  });
});

describe('unknown hosts of LLMs', () => {
  it.each(CLIENT_CALLS.map(({ title }) => title))(
    'recognises an LLM of an unknown host by its wire format: %s',
    async (title) => {
      await using provider = await startLlmProvider();
      const call = clientCall(title);
      const measured = attachLlm(llm);
      await call.run(provider.urls);
      await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(1));
      const { attributes } = measured.samples('gen_ai.client.operation.duration')[0]!;
      const taken = call.provider === 'mistral' || call.provider === 'groq' ? 'openai' : call.name;
      expect(attributes).toMatchObject({ 'gen_ai.provider.name': taken, 'gen_ai.request.model': call.model });
      expect(measured.tokens()).toMatchObject({ input: 12 });
    },
  );

  const own: readonly (readonly [what: string, path: string, body: unknown, answer: unknown])[] = [
    ['a chat of its own', '/api/chat', { id: '1', messages, trigger: 'submit-message' }, { ok: true }],
    ['a chat that names a model', '/api/chat', CHAT, { id: '1', reply: 'hello' }],
    ['messages to people', '/v1/messages', { channel: 'general', text: 'hello' }, { id: 1 }],
    ['messages that name a model', '/v1/messages', { model: 'invoice', messages: ['hello'] }, { sent: 1 }],
    ['images', '/api/generate', { model: 'sdxl', prompt: 'a cat' }, { url: 'https://example.com/cat.png' }],
    ['answers of a survey', '/surveys/1/responses', { input: 'yes', answers: [] }, { status: 'completed' }],
    ['completions of a course', '/courses/7/completions', { user: 1 }, { id: 'c-1', model: 'course' }],
    ['text', '/v1/messages', 'hello', 'hello'],
  ];
  it.each(own)('recognises no LLM in an API of the application: %s', async (_, path, body, answer) => {
    server = createServer((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
    const port = await listen(server);
    const measured = attachLlm(llm);
    const sent = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await sent.text();
    // Node.js publishes the end a moment after the client has received everything.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(measured.calls()).toEqual({});
    expect(measured.endings()).toEqual({});
    expect(measured.tokens()).toEqual({});
  });

  it('recognises no LLM in a failed API of the application', async () => {
    server = createServer((request, response) => {
      if (request.url === '/api/chat') response.writeHead(500).end('{"error":"it broke"}');
      else response.write('half', () => setTimeout(() => response.destroy(), 10));
    });
    const port = await listen(server);
    const measured = attachLlm(llm);
    for (const path of ['/api/chat', '/api/generate']) {
      const body = JSON.stringify({ ...CHAT, prompt: 'a cat' });
      const sent = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body });
      await sent.text().catch(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(measured.calls()).toEqual({});
    expect(measured.endings()).toEqual({});
  });

  it.each(['openai chat', 'anthropic chat', 'ollama chat'])(
    'recognises a failed call to an LLM of an unknown host by its wire format: %s',
    async (title) => {
      await using provider = await startLlmProvider();
      const measured = attachLlm(llm);
      provider.usually({ error: { status: 503, type: 'overloaded', message: 'x' } });
      await expect(clientCall(title).run(provider.urls)).rejects.toThrow();
      await eventually(() => expect(measured.total('llm.active')).toBe(0));
      expect(measured.total('gen_ai.client.operation.duration', { 'http.response.status_code': 503 })).toBe(
        title === 'ollama chat' ? 0 : 1,
      );
    },
  );

  it("recognises no LLM in a stream of the application's own API", async () => {
    server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"type":"text-delta","id":"1","delta":"Hello"}\n\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n');
    });
    const port = await listen(server);
    const measured = attachLlm(llm);
    const answer = await fetch(`http://127.0.0.1:${port}/api/chat`, { method: 'POST', body: JSON.stringify(CHAT) });
    await answer.text();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(measured.calls()).toEqual({});
    expect(measured.endings()).toEqual({});
  });
});

it('records the target of a redirected LLM call, not the redirect', async () => {
  await using provider = await startLlmProvider();
  server = createServer((request, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${provider.port}${request.url}` }).end();
  });
  const port = await listen(server);
  const measured = attachLlm(llm);
  await clientCall('openai chat').run({ ...provider.urls, openai: `http://127.0.0.1:${port}/v1` });
  await eventually(() => expect(measured.calls()).toEqual({ 'chat openai openai-model openai-model-2026-01-01': 1 }));
  expect(measured.endings()).toEqual({});
});

describe('LLM calls by versions of undici', () => {
  const stream = [
    '{"model":"m-2","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}',
    '{"usage":{"prompt_tokens":3,"completion_tokens":4}}',
  ];
  const call = {
    url: 'https://api.openai.com/v1/chat/completions',
    body: CHAT,
    answerHeaders: { 'Content-Type': 'text/event-stream' },
    answer: stream.map((data) => `data: ${data}\n\n`).join(''),
    headers: { 'X-Stainless-Retry-Count': '1' },
  };
  it.each([6, 8] as const)('reads LLM calls of undici %s, in chunks of any size', (version) => {
    for (const partBytes of [1, 2, 3, 64, 16_384]) {
      const measured = attachLlm(llm);
      const { seen, results } = publishCall({ ...call, version, partBytes });
      expect(measured.calls()).toEqual({ 'chat openai a-model m-2': 1 });
      expect(measured.tokens()).toEqual({ input: 3, output: 4 });
      expect(measured.total('gen_ai.client.operation.time_to_first_chunk')).toBe(1);
      expect(measured.endings()).toEqual({ 'llm.retries': 1 });
      if (version === 6) expect(seen.join('')).toBe(JSON.stringify(CHAT) + call.answer);
      expect(new Set(results)).toEqual(new Set(version === 6 ? [undefined, false] : []));
      measured.attached.detach();
    }
  });

  it('counts LLM calls of two versions of undici in one process once each', () => {
    const measured = attachLlm(llm);
    for (const version of [8, 6, 8, 6] as const) publishCall({ ...call, version });
    expect(measured.calls()).toEqual({ 'chat openai a-model m-2': 4 });
    expect(measured.tokens()).toEqual({ input: 12, output: 16 });
  });
});
