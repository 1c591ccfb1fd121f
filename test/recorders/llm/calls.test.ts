// An LLM call is active from begin to end, and recorded once: its duration, tokens, cost, finish reason, and how it failed.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { Activity } from '../../../src/recorders/agents/activity.ts';
import { LlmCalls, type LlmRequest } from '../../../src/recorders/llm/calls.ts';
import type { PricedCall } from '../../../src/recorders/llm/prices.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

/** A fake clock for durations, which only tests advance. */
const clock = vi.hoisted(() => ({ millis: 0 }));
vi.mock('../../../src/core/clock.ts', () => ({ nowMillis: () => clock.millis }));

const REQUEST: LlmRequest = {
  operation: 'chat',
  provider: 'openai',
  model: 'gpt-5',
  serverAddress: 'api.openai.com',
  purpose: 'summary',
};
const MODEL = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-5' };
const CALL = { ...MODEL, 'gen_ai.operation.name': 'chat', 'server.address': 'api.openai.com', 'llm.purpose': 'summary' };
const USAGE = { input: 100, output: 20, cacheRead: 50, cacheWrite: 25, reasoning: 10 };
const COST_USD = 0.25;

let registry: Registry;
let priced: PricedCall[];
let cost: number | undefined;
let calls: LlmCalls;
beforeEach(() => {
  registry = new Registry();
  priced = [];
  cost = COST_USD;
  const costOf = (call: PricedCall): number | undefined => {
    priced.push(call);
    return cost;
  };
  calls = new LlmCalls(registry, { names: 'established', prices: { prepare() {}, costOf } });
});

const series = (metric: string): object[] => seriesOf(registry, metric);
const active = (): unknown => seriesOf(registry, 'llm.active')[0]?.['value'];

describe('an LLM call', () => {
  it('an LLM call is active until it ends, and has its seconds recorded once', () => {
    const call = calls.begin(REQUEST, 1000);
    expect(series('llm.active')).toEqual([{ ...MODEL, value: 1 }]);
    call.end({ usage: USAGE }, 3500);
    call.end({ usage: USAGE }, 9000);
    expect(active()).toBe(0);
    expect(series('gen_ai.client.operation.duration')).toEqual([{ ...CALL, value: 1, sum: 2.5 }]);
  });

  it('an LLM call has its tokens by type, and its cost by the model that answered', () => {
    calls.begin(REQUEST).end({ usage: USAGE, responseModel: 'gpt-5-2025-08-07' });
    const answered = { ...CALL, 'gen_ai.response.model': 'gpt-5-2025-08-07' };
    expect(series('llm.tokens')).toEqual([
      { ...answered, 'gen_ai.token.type': 'input', value: 100 },
      { ...answered, 'gen_ai.token.type': 'output', value: 20 },
      { ...answered, 'gen_ai.token.type': 'cache_read', value: 50 },
      { ...answered, 'gen_ai.token.type': 'cache_write', value: 25 },
      { ...answered, 'gen_ai.token.type': 'reasoning', value: 10 },
    ]);
    expect(priced).toEqual([{ provider: 'openai', model: 'gpt-5-2025-08-07', usage: USAGE }]);
    const spent = { ...MODEL, 'gen_ai.response.model': 'gpt-5-2025-08-07', 'llm.purpose': 'summary' };
    expect(series('llm.cost')).toEqual([{ ...spent, value: COST_USD }]);
    expect(series('llm.unpriced_calls')).toEqual([]);
  });

  it('an LLM call whose price is not known is counted as unpriced', () => {
    cost = undefined;
    calls.begin(REQUEST).end({ usage: USAGE });
    expect(series('llm.unpriced_calls')).toEqual([{ ...MODEL, 'llm.purpose': 'summary', value: 1 }]);
    expect(series('llm.cost')).toEqual([]);
  });

  it('an LLM call that succeeded without a usage is counted as unmetered, and one that failed is not', () => {
    calls.begin(REQUEST).end({ errorType: 'rate_limit_exceeded', status: 429 });
    expect(series('llm.unmetered_calls')).toEqual([]);
    calls.begin(REQUEST).end({});
    expect(series('llm.unmetered_calls')).toEqual([{ ...CALL, value: 1 }]);
    expect(series('gen_ai.client.operation.duration')).toMatchObject([
      { 'error.type': 'rate_limit_exceeded', 'http.response.status_code': 429 },
      CALL,
    ]);
  });

  it('an LLM call has its finish reason counted', () => {
    calls.begin(REQUEST).end({ usage: USAGE, finishReason: 'stop' });
    expect(series('llm.finish_reasons')).toEqual([{ ...MODEL, 'llm.purpose': 'summary', 'llm.finish_reason': 'stop', value: 1 }]);
  });

  it('an LLM call that was cut off has the tokens of its input alone, no finish reason, and an aborted stream', () => {
    calls.begin(REQUEST).end({ usage: USAGE, finishReason: 'stop', isStream: true, isCutOff: true, errorType: 'aborted' });
    expect(series('llm.tokens').map((one) => (one as Record<string, unknown>)['gen_ai.token.type'])).toEqual([
      'input',
      'cache_read',
      'cache_write',
    ]);
    expect(series('llm.stream.aborted')).toEqual([{ ...MODEL, 'llm.purpose': 'summary', value: 1 }]);
    expect(series('llm.unmetered_calls')).toMatchObject([{ value: 1 }]);
    expect(series('llm.finish_reasons')).toEqual([]);
  });

  it('an LLM call that is forgotten is active no longer, and nothing else is recorded of it', () => {
    const call = calls.begin(REQUEST);
    call.forget();
    call.end({ usage: USAGE });
    expect(active()).toBe(0);
    expect(series('gen_ai.client.operation.duration')).toEqual([]);
  });

  it('an LLM call has its retries and what is left of its rate limit recorded', () => {
    const call = calls.begin(REQUEST);
    call.retried();
    call.rateLimit('requests', 59);
    expect(series('llm.retries')).toEqual([{ ...MODEL, 'llm.purpose': 'summary', value: 1 }]);
    expect(series('llm.rate_limit.remaining')).toEqual([{ ...MODEL, 'llm.rate_limit.kind': 'requests', value: 59 }]);
  });
});

describe('the chunks of an LLM call', () => {
  it('the chunks of an LLM call have the time to the first one and the times between them recorded, and the rate of the output', () => {
    const call = calls.begin(REQUEST);
    for (const millis of [500, 100, 100]) {
      clock.millis += millis;
      call.chunk();
    }
    clock.millis += 300;
    call.end({ usage: USAGE });
    call.chunk();
    expect(series('gen_ai.client.operation.time_to_first_chunk')).toEqual([{ ...CALL, value: 1, sum: expect.closeTo(0.5) }]);
    expect(series('gen_ai.client.operation.time_per_output_chunk')).toEqual([{ ...CALL, value: 2, sum: expect.closeTo(0.2) }]);
    // 20 tokens in the half of a second from the first chunk on.
    expect(series('llm.output.rate')).toEqual([{ ...CALL, value: 1, sum: expect.closeTo(40) }]);
  });

  it('the chunks of an LLM call that are only one have no rate', () => {
    const call = calls.begin(REQUEST);
    call.chunk();
    call.end({ usage: USAGE });
    expect(series('llm.output.rate')).toEqual([]);
  });
});

describe('the activity that an LLM call is made for', () => {
  it('the activity that an LLM call is made for has the call and its cost', () => {
    const activity = new Activity('researcher');
    calls.begin({ ...REQUEST, activity }).end({ usage: USAGE });
    calls.begin({ ...REQUEST, operation: 'embeddings', activity }).end({ usage: USAGE });
    expect([activity.inferenceCalls, activity.costUsd]).toEqual([1, 2 * COST_USD]);
  });

  it('the activity that an LLM call is made for does not have a call that is forgotten', () => {
    const activity = new Activity('researcher');
    calls.begin({ ...REQUEST, activity }).forget();
    expect([activity.inferenceCalls, activity.costUsd]).toEqual([0, undefined]);
  });
});
