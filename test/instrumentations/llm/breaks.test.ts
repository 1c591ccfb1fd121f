// Streams of LLMs over a real connection: broken off after each output by either side, and a hundred megabytes long.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { llm } from '../../../src/instrumentations/llm/llm.ts';
import { eventually, listen } from '../../kit/apps/http-traffic.ts';
import { CLIENT_CALLS, MESSAGES } from '../../kit/apps/llm-clients.ts';
import { keptBytes } from '../../kit/kept-memory.ts';
import { attachLlm, type LlmSamples } from '../../kit/samples/llm-samples.ts';
import { type LlmProvider, startLlmProvider } from '../../kit/servers/llm-provider.ts';

const TEXTS = ['one', 'two', 'three', 'four', 'five'];

let provider: LlmProvider;
let measured: LlmSamples;

beforeAll(async () => {
  provider = await startLlmProvider();
});
afterEach(() => provider.reset());
afterAll(async () => await provider[Symbol.asyncDispose]());

async function ended(count: number): Promise<void> {
  await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(count));
}

/** Of so many calls that broke off: each counts once, as unmetered; those with input tokens have the right number. */
function expectBroken(count: number): void {
  expect(measured.endings()).toEqual({ 'llm.unmetered_calls': count, 'llm.stream.aborted': count });
  const { input = 0, ...others } = measured.tokens();
  expect([input % 12, others]).toEqual([0, {}]);
  expect(measured.total('llm.finish_reasons')).toBe(0);
}

const streamed = CLIENT_CALLS.filter(({ isStream }) => isStream).map((call) => [call.title, call] as const);

describe.each(streamed)('%s', (_, call) => {
  it('records nothing wrong of a stream of an LLM that the provider breaks off after any output', async () => {
    measured = attachLlm(llm, { llmServers: provider.servers });
    for (let outputs = 0; outputs < TEXTS.length; outputs += 1) {
      provider.next({ texts: TEXTS, breakAfter: { outputs, by: 'destroy' } });
      await expect(call.run(provider.urls)).rejects.toThrow();
      await ended(outputs + 1);
    }
    expectBroken(TEXTS.length);
  });
});

const REQUESTS = [
  ['openai', '/chat/completions', 'data:'],
  ['openai', '/responses', 'output_text.delta"'],
  ['anthropic', '/v1/messages', 'content_block_delta"'],
  ['google', '/v1beta/models/a:streamGenerateContent?alt=sse', 'data:'],
  ['ollama', '/api/chat', '\n'],
] as const;

describe.each(REQUESTS)('a stream of %s%s', (name, path, mark) => {
  it.each([undefined, 'gzip', 'br'] as const)(
    'records nothing wrong of a stream of an LLM whose reader stops after any output, compressed as %s',
    async (encoding) => {
      measured = attachLlm(llm, { llmServers: provider.servers });
      for (let outputs = 1; outputs < TEXTS.length; outputs += 1) {
        provider.next({ texts: TEXTS, breakAfter: { outputs, by: 'hang' }, ...(encoding && { encoding }) });
        await readUntil(`${provider.urls[name]}${path}`, mark, outputs);
        await ended(outputs);
      }
      expectBroken(TEXTS.length - 1);
    },
  );
});

/** Reads until so many marks have arrived, then cancels. */
async function readUntil(url: string, mark: string, marks: number): Promise<void> {
  const body = JSON.stringify({ model: 'a', messages: MESSAGES, input: 'a', contents: [], stream: true });
  const controller = new AbortController();
  const answer = await fetch(url, { method: 'POST', body, signal: controller.signal });
  let text = '';
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.split(mark).length > marks) break;
  }
  controller.abort();
}

it('reads a stream of an LLM of a hundred megabytes without keeping it, and the usage at its end', async () => {
  const event = 'data: {"id":"chatcmpl-0123456789abcdefghijkl","model":"m","choices":[{"delta":{"content":"word"}}]}\n\n';
  const chunk = Buffer.from(event.repeat(640));
  const server = createServer(async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let sent = 0; sent < 100e6; sent += chunk.length) if (!response.write(chunk)) await once(response, 'drain');
    response.write('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n');
    response.end('data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":987654}}\n\ndata: [DONE]\n\n');
  });
  const url = `http://127.0.0.1:${await listen(server)}/v1/chat/completions`;
  measured = attachLlm(llm, { llmServers: [{ provider: 'openai', url }] });
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ model: 'm', messages: MESSAGES }) });
  const before = keptBytes();
  let most = 0;
  let received = 0;
  for await (const part of answer.body!) {
    const seen = Math.floor(received / 10e6);
    received += part.length;
    if (Math.floor(received / 10e6) > seen) most = Math.max(most, keptBytes() - before);
  }
  await ended(1);
  expect(measured.tokens()).toEqual({ input: 12, output: 987_654 });
  expect(measured.endings()).toEqual({});
  expect(most).toBeGreaterThan(0);
  // What fetch and the server have under way.
  expect(most).toBeLessThan(48e6);
  server.close();
});
