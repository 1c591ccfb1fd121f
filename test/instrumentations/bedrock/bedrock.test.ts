// Amazon Bedrock: calls of its real client to a loopback server, over HTTP/2 and in Amazon's event stream encoding.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bedrock } from '../../../src/instrumentations/bedrock/bedrock.ts';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { runToEnd } from '../../kit/apps/run-to-end.ts';
import { attachTogether, type Together } from '../../kit/samples/llm-together.ts';
import { type BedrockServer, chunkOf, CONVERSE_EVENTS, startBedrock } from '../../kit/servers/bedrock-server.ts';

const require = createRequire(import.meta.url);
const CREDENTIALS = { accessKeyId: 'none', secretAccessKey: 'none' };
const CLAUDE = 'anthropic.claude-3-haiku-20240307-v1:0';
const request = (modelId = CLAUDE) => ({ modelId, messages: [{ role: 'user', content: [{ text: 'hello' }] }] });
const invoked = (modelId = CLAUDE) => ({ modelId, body: '{"prompt":"hello"}' });

let server: BedrockServer;
let aws: any;
let client: any;
let measured: Together;

beforeAll(async () => {
  server = await startBedrock();
});
beforeEach(() => {
  measured = attachTogether([bedrock]);
  aws = freshCopy(require, '@aws-sdk/client-bedrock-runtime');
  client?.destroy();
  client = new aws.BedrockRuntimeClient({ region: 'us-east-1', endpoint: server.endpoint, credentials: CREDENTIALS });
});
afterAll(() => {
  client.destroy();
  server[Symbol.dispose]();
});

const send = (name: string, input: object): Promise<any> => client.send(new aws[`${name}Command`](input));
async function read(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of stream) events.push(event);
  return events;
}
const chat = (model = CLAUDE) => `chat aws.bedrock ${model}`;

describe('calls of Bedrock', () => {
  it('records tokens of Converse of Bedrock, those of the cache among them, and the cost', async () => {
    expect((await send('Converse', request())).usage.inputTokens).toBe(12);
    expect(measured.calls()).toEqual({ [chat()]: 1 });
    expect(measured.tokens()).toEqual({ input: 22, cache_read: 8, cache_write: 2, output: 5 });
    expect(measured.total('llm.cost')).toBeGreaterThan(0);
    expect(measured.samples('llm.finish_reasons')).toMatchObject([{ attributes: { 'llm.finish_reason': 'end_turn' } }]);
    expect(measured.total('llm.active')).toBe(0);
  });

  it('leaves a failed call of Bedrock unhandled that nothing awaits', async () => {
    const { promise: unhandled, resolve } = Promise.withResolvers<unknown>();
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection').once('unhandledRejection', resolve);
    try {
      server.next({ error: { status: 400, type: 'ValidationException' } });
      void send('Converse', request());
      expect(await unhandled).toMatchObject({ name: 'ValidationException' });
    } finally {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });

  it('times the chunks of ConverseStream of Bedrock, and records the usage of its last event', async () => {
    server.next({ delayMillis: 20 });
    const { stream } = await send('ConverseStream', request());
    expect(await read(stream)).toHaveLength(CONVERSE_EVENTS.length);
    expect(measured.tokens()).toEqual({ input: 22, cache_read: 8, cache_write: 2, output: 5 });
    const [first] = measured.samples('gen_ai.client.operation.time_to_first_chunk');
    expect(first).toMatchObject({ value: 1 });
    expect(first!.sum).toBeGreaterThan(0.015);
    const [gaps] = measured.samples('gen_ai.client.operation.time_per_output_chunk');
    expect(gaps).toMatchObject({ value: 2 });
    expect(gaps!.sum).toBeGreaterThan(0.03);
    expect(measured.samples('llm.finish_reasons')).toMatchObject([{ attributes: { 'llm.finish_reason': 'max_tokens' } }]);
  });

  it("records usage of InvokeModel of Bedrock in the format of the model's maker", async () => {
    const bodies = [
      undefined,
      { generation: 'so', prompt_token_count: 3, generation_token_count: 4, stop_reason: 'stop' },
      { usage: { inputTokens: 1, outputTokens: 2 }, stopReason: 'end_turn' },
      { inputTextTokenCount: 6, results: [{ tokenCount: 7, completionReason: 'FINISH' }] },
      { choices: [{ finish_reason: 'stop' }], usage: { prompt_tokens: 8, completion_tokens: 9 } },
    ];
    for (const body of bodies) {
      server.next({ body });
      await send('InvokeModel', invoked());
    }
    expect(measured.calls()).toEqual({ [`generate_content aws.bedrock ${CLAUDE}`]: 5 });
    expect(measured.tokens()).toMatchObject({ input: 22 + 3 + 1 + 6 + 8, output: 5 + 4 + 2 + 7 + 9 });
    expect(measured.total('llm.finish_reasons')).toBe(5);
  });

  it('records no output of an embedding model of Bedrock', async () => {
    server.next({ body: { embedding: [0.5], inputTextTokenCount: 6 } });
    await send('InvokeModel', invoked('amazon.titan-embed-text-v2:0'));
    expect(measured.calls()).toEqual({ 'embeddings aws.bedrock amazon.titan-embed-text-v2:0': 1 });
    expect(measured.tokens()).toEqual({ input: 6 });
  });

  it('records chunks and tokens of InvokeModelWithResponseStream of Bedrock', async () => {
    const { body } = await send('InvokeModelWithResponseStream', invoked());
    expect(await read(body)).toHaveLength(5);
    expect(measured.tokens()).toMatchObject({ input: 20, cache_read: 8, output: 5 });
    expect(measured.total('gen_ai.client.operation.time_to_first_chunk')).toBe(1);
    expect(measured.total('gen_ai.client.operation.time_per_output_chunk')).toBe(1);
  });

  it('counts a call of Bedrock without usage, or with nonsense, as unmetered', async () => {
    server.next({ body: { said: 'so' } }, { body: 'no document' }, { events: [chunkOf({ said: 'so' })] });
    await send('InvokeModel', invoked());
    await send('InvokeModel', invoked());
    await read((await send('InvokeModelWithResponseStream', invoked())).body);
    expect([measured.tokens(), measured.total('llm.unmetered_calls')]).toEqual([{}, 3]);
  });

  it('records the model of Bedrock without the account of its ARN', async () => {
    await send('Converse', request(`arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${CLAUDE}`));
    expect(measured.calls()).toEqual({ [chat(`us.${CLAUDE}`)]: 1 });
  });

  it('counts a call of Bedrock with a callback like one with a promise, and of the client with a method for each command', async () => {
    const output = await new Promise((resolve, reject) =>
      client.send(new aws.ConverseCommand(request()), (error: unknown, data: unknown) =>
        error === null ? resolve(data) : reject(error),
      ),
    );
    expect(output).toMatchObject({ stopReason: 'end_turn' });
    const methods = new aws.BedrockRuntime({ region: 'us-east-1', endpoint: server.endpoint, credentials: CREDENTIALS });
    await methods.converse(request());
    methods.destroy();
    expect(measured.calls()).toEqual({ [chat()]: 2 });
  });
});

describe('failed calls of Bedrock', () => {
  it('records a failed call of Bedrock with the name of its error, its status and its retries', async () => {
    const error = { status: 429, type: 'ThrottlingException' };
    server.next({ error }, { error }, { error });
    await expect(send('Converse', request())).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(measured.calls()).toEqual({ [`${chat()} ThrottlingException`]: 1 });
    expect(measured.samples('gen_ai.client.operation.duration')[0]!.attributes).toMatchObject({
      'http.response.status_code': 429,
    });
    expect([measured.total('llm.retries'), measured.total('llm.active')]).toEqual([2, 0]);
  });

  it('records a call of Bedrock that succeeds at the second attempt as one call and one retry', async () => {
    server.next({ error: { status: 503, type: 'ServiceUnavailableException' } });
    await send('Converse', request());
    expect([measured.calls(), measured.total('llm.retries')]).toEqual([{ [chat()]: 1 }, 1]);
  });

  it('passes the error of Bedrock to a callback', async () => {
    server.next({ error: { status: 400, type: 'ValidationException' } });
    const error = await new Promise((resolve) => client.send(new aws.ConverseCommand(request()), {}, resolve));
    expect(error).toMatchObject({ name: 'ValidationException' });
    expect(measured.calls()).toEqual({ [`${chat()} ValidationException`]: 1 });
  });

  it('throws an error of Bedrock before the call is sent as it is', async () => {
    await expect(send('Converse', { modelId: undefined })).rejects.toThrow();
    expect(measured.total('gen_ai.client.operation.duration')).toBe(1);
    expect(measured.total('llm.active')).toBe(0);
  });
});

describe('streams of Bedrock', () => {
  it('records a stream of Bedrock with an error event as cut off, and throws it', async () => {
    server.next({ events: [...CONVERSE_EVENTS.slice(0, 2), ['modelStreamErrorException', { message: 'no' }]] });
    const { stream } = await send('ConverseStream', request());
    await expect(read(stream)).rejects.toMatchObject({ name: 'ModelStreamErrorException' });
    expect(measured.calls()).toEqual({ [`${chat()} ModelStreamErrorException`]: 1 });
    expect([measured.total('llm.stream.aborted'), measured.total('llm.active')]).toEqual([1, 0]);
  });

  it('records a stream of Bedrock whose connection breaks as cut off', async () => {
    server.next({ events: CONVERSE_EVENTS.slice(0, 3), isCut: true, delayMillis: 5 });
    const { stream } = await send('ConverseStream', request());
    await expect(read(stream)).rejects.toThrow();
    expect([measured.total('llm.stream.aborted'), measured.total('llm.unmetered_calls'), measured.tokens()]).toEqual([1, 1, {}]);
  });

  it('records a stream of Bedrock whose reader stops before the end as cut off', async () => {
    const { stream } = await send('ConverseStream', request());
    for await (const _ of stream) break;
    await eventually(() => expect(measured.calls()).toEqual({ [`${chat()} aborted`]: 1 }));
    expect(measured.total('llm.stream.aborted')).toBe(1);
  });

  it('lets a stream of Bedrock be read to its end when promtel is detached in the middle', async () => {
    const { stream } = await send('ConverseStream', request());
    let events = 0;
    for await (const _ of stream) {
      if (events === 0) measured.detach();
      events += 1;
    }
    expect(events).toBe(CONVERSE_EVENTS.length);
    expect([measured.calls(), measured.total('llm.active')]).toEqual([{}, 0]);
  });
});

describe('the client of Bedrock', () => {
  it('restores `send` of the client of Bedrock when it is detached', () => {
    const { prototype } = aws.BedrockRuntimeClient;
    expect([prototype.send.name, prototype.send.length]).toEqual(['send', 3]);
    measured.detach();
    expect(Object.hasOwn(prototype, 'send')).toBe(false);
  });

  it('leaves out commands of Bedrock that call no model', async () => {
    await send('ApplyGuardrail', { guardrailIdentifier: 'a', guardrailVersion: '1', source: 'INPUT', content: [] }).catch(
      () => {},
    );
    expect(measured.calls()).toEqual({});
  });
});

describe('Bedrock in a process with --import promtel/register', () => {
  const imports = {
    module: `import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'; import { metricsResponse } from 'promtel';`,
    commonjs: `const { BedrockRuntimeClient, ConverseCommand } = require('@aws-sdk/client-bedrock-runtime'); const { metricsResponse } = require('promtel');`,
  };

  it.each(Object.entries(imports))(
    'counts calls of Bedrock of a program that is %s, and lets it exit by itself',
    async (type, lines) => {
      const options = { region: 'us-east-1', endpoint: server.endpoint, credentials: CREDENTIALS };
      const program = `${lines}
      const client = new BedrockRuntimeClient(${JSON.stringify(options)});
      client.send(new ConverseCommand(${JSON.stringify(request())}))
        .then(() => client.destroy())
        .then(() => metricsResponse(new Request('http://localhost')))
        .then((response) => response.text())
        .then((page) => console.log(page.split('\\n').filter((line) => line.startsWith('llm_tokens_total')).join('\\n')));`;
      const env = { OTEL_METRICS_EXPORTER: 'none' };
      const ending = await runToEnd(['--import', './register.js', `--input-type=${type}`, '--eval', program], env);
      expect(ending).toMatchObject({ code: 0, stderr: expect.stringMatching(/^promtel: .* bedrock .*\n$/) });
      expect(ending.stdout).toMatch(/gen_ai_token_type="input".* 22\n/);
    },
  );
});
