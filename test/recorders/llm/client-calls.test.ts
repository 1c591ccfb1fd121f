// A call that a client reports is recorded unless the same call is counted beneath it; its errors are named by code or status.
import { beforeEach, describe, expect, it } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { LlmCalls } from '../../../src/recorders/llm/calls.ts';
import { currentClientCall } from '../../../src/recorders/llm/client-call.ts';
import { ClientLlmCalls } from '../../../src/recorders/llm/client-calls.ts';
import { withPurpose } from '../../../src/recorders/llm/purpose.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

const CHAT = { operation: 'chat', provider: 'google.generative-ai', model: 'gemini-3' } as const;
const USAGE = { input: 12, output: 5 };

let registry: Registry;
let calls: ClientLlmCalls;
beforeEach(() => {
  registry = new Registry();
  const prices = { prepare() {}, costOf: () => undefined };
  calls = new ClientLlmCalls(new LlmCalls(registry, { names: 'established', prices }));
});

const durations = (): object[] => seriesOf(registry, 'gen_ai.client.operation.duration');
const active = (): unknown[] => seriesOf(registry, 'llm.active').map(({ value }) => value);

describe('a call of an LLM client', () => {
  it("has the conventions' name of its provider, and the purpose that it is made for", () => {
    withPurpose('summary', () => calls.begin(CHAT)).end({ usage: USAGE });
    expect(durations()).toMatchObject([
      { 'gen_ai.provider.name': 'gcp.gemini', 'gen_ai.request.model': 'gemini-3', 'llm.purpose': 'summary', value: 1 },
    ]);
  });

  it('a call of an LLM client that is counted beneath is not recorded again', () => {
    const call = calls.begin(CHAT);
    call.context.run(() => currentClientCall()!.show());
    call.end({ usage: USAGE });
    expect(call.isOver).toBe(true);
    expect([durations(), active()]).toEqual([[], [0]]);
  });

  it('a call of an LLM client is recorded once however often it ends, and the call that it is a part of is not', () => {
    const outer = calls.begin(CHAT);
    outer.context.run(() => {
      const inner = calls.begin(CHAT);
      inner.end({ usage: USAGE });
      inner.fail(new Error('too late'));
    });
    outer.end({ usage: USAGE });
    expect(durations()).toMatchObject([{ value: 1 }]);
    expect(active()).toEqual([0]);
  });

  it('a call of an LLM client has a model only if that is a text', () => {
    calls.begin({ ...CHAT, model: { id: 7 } }).end({ usage: USAGE });
    expect(durations()).toEqual([expect.not.objectContaining({ 'gen_ai.request.model': expect.anything() })]);
  });

  it('a call of an LLM client that is active when recording stops is taken back', () => {
    const call = calls.begin(CHAT);
    calls.stop();
    call.end({ usage: USAGE });
    expect([durations(), active()]).toEqual([[], [0]]);
  });
});

describe('a call of an LLM client that fails', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('hostile');
      },
    },
  );

  it.each([
    [{ statusCode: 429 }, undefined, '429', 429],
    [{ status: 503 }, undefined, '503', 503],
    [{ $metadata: { httpStatusCode: 400 } }, undefined, '400', 400],
    [{ status: 429 }, 'rate_limit_exceeded', 'rate_limit_exceeded', 429],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED', status: 200 }), undefined, 'ECONNREFUSED', undefined],
    [new TypeError('no'), undefined, 'TypeError', undefined],
    [null, undefined, '_OTHER', undefined],
    [hostile, undefined, '_OTHER', undefined],
  ])(
    'a call of an LLM client that fails has the error type and status of what was thrown: case %#',
    (error, word, errorType, status) => {
      calls.begin(CHAT).fail(error, word);
      const [duration] = durations() as Record<string, unknown>[];
      expect([duration!['error.type'], duration!['http.response.status_code']]).toEqual([errorType, status]);
    },
  );

  it.each([
    [undefined, 'aborted'],
    [new RangeError('no'), 'RangeError'],
  ])('a call of an LLM client that fails in the middle of its stream is an aborted stream: %s', (reason, errorType) => {
    calls.begin(CHAT).cutOff(reason);
    expect(seriesOf(registry, 'llm.stream.aborted')).toMatchObject([{ value: 1 }]);
    expect(durations()).toMatchObject([{ 'error.type': errorType }]);
  });
});
