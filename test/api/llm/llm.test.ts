// `llm` records calls in the series of the instrumentations, once where one of them sees the call too, and what they are for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../../src/core/problem.ts';
import { sharedRegistry } from '../../../src/core/recording/shared-registry.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import { agents, llm, usage } from '../../../src/index.ts';
import { llm as tap } from '../../../src/instrumentations/llm/llm.ts';
import { collect } from '../../../src/testing.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { SETTINGS } from '../../kit/contracts/instrumentation-settings.ts';
import { type LlmProvider, startLlmProvider } from '../../kit/servers/llm-provider.ts';
import { newId, told } from '../api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

const DURATION = 'gen_ai.client.operation.duration';

describe('llm.track', () => {
  it('records everything that is told of an answer, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    const tokens = { input: 100, cacheRead: 60, output: 20, reasoning: 5 };
    const answerOf = () => ({ usage: tokens, model: 'm-2', finishReason: 'stop' });
    const call = { provider: 'p', operation: 'chat', purpose: 'test', host: 'llm.local' } as const;
    await llm.track({ ...call, model: unbound }, async () => {}, { answerOf });
    await llm.bind({ ...call, model: bound }).track(async () => {}, { answerOf });
    const series = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'p',
      'gen_ai.response.model': 'm-2',
      'server.address': 'llm.local',
      'llm.purpose': 'test',
    };
    expect(await told(DURATION, unbound)).toEqual([{ ...series, value: 1 }]);
    const counted = (await told('llm.tokens', unbound)).map((one) => [one['gen_ai.token.type'], one['value']]);
    expect(Object.fromEntries(counted)).toEqual({ input: 100, output: 20, cache_read: 60, reasoning: 5 });
    expect(await told('llm.finish_reasons', unbound)).toMatchObject([{ 'llm.finish_reason': 'stop', value: 1 }]);
    expect(await told('llm.unpriced_calls', unbound)).toMatchObject([{ 'llm.purpose': 'test', value: 1 }]);
    for (const metric of [DURATION, 'llm.tokens', 'llm.finish_reasons', 'llm.unpriced_calls', 'llm.active'])
      expect(await told(metric, bound)).toEqual(await told(metric, unbound));
  });

  it('counts an answer without tokens as unmetered, and a failure by its error', async () => {
    const model = newId();
    await llm.track({ provider: 'p', model }, async () => {});
    const failure = Object.assign(new Error('x'), { code: 'rate_limit_exceeded' });
    await expect(llm.track({ provider: 'p', model }, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await told('llm.unmetered_calls', model)).toMatchObject([{ value: 1 }]);
    expect(await told(DURATION, model)).toMatchObject([{ value: 1 }, { 'error.type': 'rate_limit_exceeded', value: 1 }]);
    expect(await told('llm.active', model)).toMatchObject([{ value: 0 }]);
  });

  it('leaves out what is no figure, and tells of it', async () => {
    const model = newId();
    const answers: unknown[] = [undefined, null, 7, { usage: 'many' }, { usage: { input: '7', output: -1 }, model: 3 }];
    const hostile = {
      get usage(): never {
        throw new Error('getter');
      },
    };
    for (const answer of [...answers, hostile])
      llm.track({ provider: 'p', model }, () => 'done', { answerOf: () => answer as never });
    expect(await told('llm.tokens', model)).toEqual([]);
    expect(await told('llm.unmetered_calls', model)).toMatchObject([{ value: 6 }]);
    expect(await told('llm.active', model)).toMatchObject([{ value: 0 }]);
    const message = 'are recorded without input, which is of type string: accepted is a number';
    expect(problems).toContainEqual({ subject: 'llm.tokens', message });
  });
});

describe('llm.begin', () => {
  it('records the chunks of a stream', async () => {
    const model = newId();
    const call = llm.begin({ provider: 'p', model });
    expect(await told('llm.active', model)).toMatchObject([{ value: 1 }]);
    for (const _ of [1, 2, 3]) call.chunk();
    call.end({ usage: { input: 3, output: 3 } });
    call.end({ usage: { input: 3, output: 3 } });
    expect(await told('gen_ai.client.operation.time_to_first_chunk', model)).toMatchObject([{ value: 1 }]);
    expect(await told('gen_ai.client.operation.time_per_output_chunk', model)).toMatchObject([{ value: 2 }]);
    expect(await told(DURATION, model)).toMatchObject([{ value: 1 }]);
    expect(await told('llm.active', model)).toMatchObject([{ value: 0 }]);
  });

  it('tells a stream that was given up from one that failed at once', async () => {
    const [aborted, refused] = [newId(), newId()];
    const call = llm.begin({ provider: 'p', model: aborted });
    call.chunk();
    call.abort();
    llm.begin({ provider: 'p', model: refused }).fail(new RangeError('x'));
    expect(await told('llm.stream.aborted', aborted)).toMatchObject([{ value: 1 }]);
    expect(await told('llm.stream.aborted', refused)).toEqual([]);
    expect(await told(DURATION, aborted)).toMatchObject([{ 'error.type': 'aborted', value: 1 }]);
    expect(await told(DURATION, refused)).toMatchObject([{ 'error.type': 'RangeError', value: 1 }]);
  });
});

describe('beside the tap on fetch', () => {
  let provider: LlmProvider;
  let attached: AttachedInstrumentation;
  beforeAll(async () => {
    provider = await startLlmProvider();
    attached = attach(tap, sharedRegistry(), { ...SETTINGS, llmServers: provider.servers });
  });
  afterAll(async () => {
    attached.detach();
    await provider[Symbol.asyncDispose]();
  });

  const ask = async (model: string): Promise<void> => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'How are you?' }] });
    await (await fetch(`${provider.urls.openai}/chat/completions`, { method: 'POST', body })).text();
  };

  it('a call that is tracked is counted once, as the tap sees it, for the purpose that was told', async () => {
    const model = newId();
    const answerOf = () => ({ usage: { input: 999_999 } });
    await llm.track({ provider: 'openai', model, purpose: 'once' }, () => ask(model), { answerOf });
    expect(await told(DURATION, model)).toMatchObject([{ 'llm.purpose': 'once', value: 1 }]);
    expect((await told('llm.tokens', model)).map((series) => series['value'])).toEqual([12, 5]);
    expect((await told('llm.active', model)).map((series) => series['value'])).toEqual([0]);
  });

  it.each([undefined, 'gzip', 'br'] as const)(
    'counts for the agent and the task beneath which it is made, encoding %s',
    async (encoding) => {
      const id = newId();
      const script = { model: 'gpt-4o', ...(encoding === undefined ? {} : { encoding }) };
      provider.next(script, script);
      await Promise.all([1, 2].map(() => usage.task({ task: id }, () => agents.invoke({ agent: id }, () => ask('gpt-4o')))));
      const sumOf = async (metric: string): Promise<number | undefined> =>
        (await collect()).find(({ name, attributes }) => name === metric && Object.values(attributes).includes(id))?.sum;
      expect(await sumOf('gen_ai.invoke_agent.inference_calls')).toBe(2);
      const usd = (2 * (12 * 2.5 + 5 * 10)) / 1e6;
      await eventually(async () => expect(await sumOf('usage.task.cost')).toBeCloseTo(usd, 9));
    },
  );

  it('has the purpose of what runs, also of many at a time', async () => {
    const model = newId();
    await Promise.all(['a', 'b', 'c'].map((purpose) => llm.withPurpose(purpose, () => Promise.all([ask(model), ask(model)]))));
    await ask(model);
    const purposes = (await told(DURATION, model)).map((series) => [series['llm.purpose'], series['value']]);
    expect(new Map(purposes as [string | undefined, number][])).toEqual(
      new Map<string | undefined, number>([
        ['a', 2],
        ['b', 2],
        ['c', 2],
        [undefined, 1],
      ]),
    );
  });
});

describe('llm.withPurpose', () => {
  it('labels what is beneath it, through promises and callbacks, and nothing after it', async () => {
    const model = newId();
    const call = (): Promise<void> => llm.track({ provider: 'p', model }, async () => {});
    await llm.withPurpose('outer', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await call();
      await llm.withPurpose('inner', call);
      await call();
    });
    await call();
    const purposes = (await told(DURATION, model)).map((series) => [series['llm.purpose'], series['value']]);
    expect(purposes).toEqual([
      ['outer', 2],
      ['inner', 1],
      [undefined, 1],
    ]);
  });

  it('has a hundred purposes at most', async () => {
    const model = newId();
    for (let index = 0; index < 150; index += 1)
      llm.withPurpose(`purpose ${index}`, () => llm.track({ provider: 'p', model }, () => {}));
    const purposes = (await told(DURATION, model)).map((series) => series['llm.purpose']);
    expect(purposes.length).toBeLessThanOrEqual(101);
    expect(purposes).toContain('_OTHER');
  });

  it('runs without one if none is told', () => {
    const untyped = llm as unknown as { withPurpose(...values: unknown[]): unknown };
    for (const purpose of [undefined, '', 7]) expect(untyped.withPurpose(purpose, () => 'done')).toBe('done');
    const message = 'has a purpose that is empty: accepted is a text';
    expect(problems).toContainEqual({ subject: 'llm.withPurpose', message });
  });
});

describe('what is spent', () => {
  it('is counted in credits, for the purpose of what runs unless another is said', async () => {
    const provider = newId();
    llm.withPurpose('narrate', () => {
      llm.credits({ provider }, 5);
      llm.credits({ provider, purpose: 'other' }, 2);
    });
    expect(await told('llm.credits', provider)).toEqual([
      { 'llm.purpose': 'narrate', value: 5 },
      { 'llm.purpose': 'other', value: 2 },
    ]);
  });

  it('has a budget by period, the last that was told', async () => {
    const provider = newId();
    llm.budget({ period: 'month', provider }, 400);
    llm.budget({ period: 'month', provider }, 500);
    llm.budget({ period: 'day', provider }, 20);
    expect(await told('llm.budget', provider)).toEqual([
      { 'llm.budget.period': 'month', value: 500 },
      { 'llm.budget.period': 'day', value: 20 },
    ]);
  });
});
