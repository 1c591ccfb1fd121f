// OpenAI's client, measured by its official instrumentation and by the tap on fetch at once: the same metrics, figures and labels.
import { createRequire } from 'node:module';
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai';
import { expect, it } from 'vitest';
import { llm } from '../../src/instrumentations/llm/llm.ts';
import { eventually } from '../kit/apps/http-traffic.ts';
import { MESSAGES } from '../kit/apps/llm-clients.ts';
import { type OfficialSample, startOfficial } from '../kit/apps/official.ts';
import { attachLlm } from '../kit/samples/llm-samples.ts';
import { BROKEN, RATE_LIMITED, type Script, startLlmProvider } from '../kit/servers/llm-provider.ts';

// The last major version that the official one knows.
const openai = createRequire(import.meta.url)('openai6') as typeof import('openai6');

/** It looks for a package by the name openai, and so is handed the one of another name. */
class Official extends OpenAIInstrumentation {
  constructor() {
    super({ enabled: false });
  }

  override enable(): void {
    super.enable();
    for (const { patch } of this.init()) patch?.(openai);
  }

  override disable(): void {
    for (const { unpatch } of this.init()) unpatch?.(openai);
    super.disable();
  }
}

const MODEL = { model: 'gpt-4o', messages: MESSAGES };
const STREAM = { ...MODEL, stream: true, stream_options: { include_usage: true } } as const;

type Client = InstanceType<typeof openai.OpenAI>;

const calls: readonly (readonly [script: Script, run: (client: Client) => Promise<unknown>])[] = [
  [{ usage: { input: 10, output: 3 } }, async (client) => await client.chat.completions.create(MODEL)],
  [{ usage: { input: 2000, cacheRead: 1500, output: 70 } }, async (client) => await client.chat.completions.create(MODEL)],
  [{ usage: { input: 30, output: 500 } }, async (client) => await drain(await client.chat.completions.create(STREAM))],
  [{ usage: { input: 4 } }, async (client) => await client.embeddings.create({ model: 'embed', input: 'hello' })],
  [{ usage: { input: 50, output: 9 } }, async (client) => await client.responses.create({ model: 'gpt-5', input: 'hello' })],
  [
    { usage: { input: 60, output: 8 } },
    async (client) => await drain(await client.responses.create({ model: 'gpt-5', input: 'hello', stream: true })),
  ],
];

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

it('OpenAI calls have the same series, sums and labels as by the official instrumentation', async () => {
  await using provider = await startLlmProvider();
  const official = startOfficial(Official);
  const measured = attachLlm(llm, { llmServers: provider.servers });
  const client = new openai.OpenAI({ baseURL: provider.urls.openai, apiKey: 'none', maxRetries: 0 });
  for (const [script, run] of calls) {
    provider.next(script);
    await run(client);
  }
  await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(calls.length));
  const theirs = await official.read();
  await official.stop();
  expect(usagesOf(theirs).length).toBeGreaterThan(4);
  expect(usagesOf(measured.samples('gen_ai.client.token.usage'))).toEqual(usagesOf(theirs));
  expect(durationsOf(measured.samples('gen_ai.client.operation.duration'))).toEqual(durationsOf(theirs));
});

it('each retry of OpenAI is a call of its own, as it is not by the official instrumentation; error types are those of the provider', async () => {
  await using provider = await startLlmProvider();
  const official = startOfficial(Official);
  const measured = attachLlm(llm, { llmServers: provider.servers });
  const client = new openai.OpenAI({ baseURL: provider.urls.openai, apiKey: 'none', maxRetries: 1 });
  provider.next(RATE_LIMITED, {}, RATE_LIMITED, { ...BROKEN });
  await client.chat.completions.create(MODEL);
  await expect(client.chat.completions.create(MODEL)).rejects.toThrow();
  await eventually(() => expect(measured.total('gen_ai.client.operation.duration')).toBe(4));
  const theirs = (await official.read()).filter(({ name }) => name === 'gen_ai.client.operation.duration');
  await official.stop();
  expect(theirs.map(({ attributes, value }) => [attributes['error.type'] ?? 'ok', value])).toEqual([
    ['ok', 1],
    ['InternalServerError', 1],
  ]);
  expect(measured.calls()).toEqual({
    'chat openai gpt-4o 429 rate_limit_exceeded': 2,
    'chat openai gpt-4o gpt-4o-2026-01-01': 1,
    'chat openai gpt-4o 500 server_error': 1,
  });
});

type Measured = Pick<OfficialSample, 'name' | 'attributes' | 'value' | 'sum'>;

function usagesOf(samples: readonly Measured[]): unknown[] {
  return linesOf(samples, 'gen_ai.client.token.usage', ({ value, sum }) => ({ value, sum }));
}

/** How long it took is not the same: the official one ends when its client has read all of it. */
function durationsOf(samples: readonly Measured[]): unknown[] {
  return linesOf(samples, 'gen_ai.client.operation.duration', ({ value }) => ({ value }));
}

function linesOf(samples: readonly Measured[], metric: string, figures: (sample: Measured) => object): string[] {
  return samples
    .filter(({ name }) => name === metric)
    .map((sample) => JSON.stringify({ ...labelsOf(sample), ...figures(sample) }))
    .toSorted((left, right) => (left < right ? -1 : 1));
}

/** Its name of the provider is an older one, but for responses, and it has the port, which is one more series for each. */
function labelsOf({ attributes }: Measured): Record<string, unknown> {
  const labels: Record<string, unknown> = { 'gen_ai.provider.name': attributes['gen_ai.system'], ...attributes };
  const kept = Object.entries(labels).filter(([key]) => key !== 'gen_ai.system' && key !== 'server.port');
  return Object.fromEntries(kept.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
