// `llm` records calls in the series of the instrumentations, once where one of them sees the call too, and their purpose.
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
import { newId, seriesOf } from '../api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

const DURATION = 'gen_ai.client.operation.duration';

describe('llm.track', () => {
  it('llm.track records all that answerOf reports, bound as unbound', async () => {
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
    expect(await seriesOf(DURATION, unbound)).toEqual([{ ...series, value: 1 }]);
    const counted = (await seriesOf('llm.tokens', unbound)).map((one) => [one['gen_ai.token.type'], one['value']]);
    expect(Object.fromEntries(counted)).toEqual({ input: 100, output: 20, cache_read: 60, reasoning: 5 });
    expect(await seriesOf('llm.finish_reasons', unbound)).toMatchObject([{ 'llm.finish_reason': 'stop', value: 1 }]);
    expect(await seriesOf('llm.unpriced_calls', unbound)).toMatchObject([{ 'llm.purpose': 'test', value: 1 }]);
    for (const metric of [DURATION, 'llm.tokens', 'llm.finish_reasons', 'llm.unpriced_calls', 'llm.active'])
      expect(await seriesOf(metric, bound)).toEqual(await seriesOf(metric, unbound));
  });

  it('llm.track counts an answer without tokens as unmetered, and a failure by its error', async () => {
    const model = newId();
    await llm.track({ provider: 'p', model }, async () => {});
    const failure = Object.assign(new Error('x'), { code: 'rate_limit_exceeded' });
    await expect(llm.track({ provider: 'p', model }, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await seriesOf('llm.unmetered_calls', model)).toMatchObject([{ value: 1 }]);
    expect(await seriesOf(DURATION, model)).toMatchObject([{ value: 1 }, { 'error.type': 'rate_limit_exceeded', value: 1 }]);
    expect(await seriesOf('llm.active', model)).toMatchObject([{ value: 0 }]);
  });

  it('llm.track leaves out token counts that are no numbers, and reports them', async () => {
    const model = newId();
    const answers: unknown[] = [undefined, null, 7, { usage: 'many' }, { usage: { input: '7', output: -1 }, model: 3 }];
    const hostile = {
      get usage(): never {
        throw new Error('getter');
      },
    };
    for (const answer of [...answers, hostile])
      llm.track({ provider: 'p', model }, () => 'done', { answerOf: () => answer as never });
    expect(await seriesOf('llm.tokens', model)).toEqual([]);
    expect(await seriesOf('llm.unmetered_calls', model)).toMatchObject([{ value: 6 }]);
    expect(await seriesOf('llm.active', model)).toMatchObject([{ value: 0 }]);
    const message = 'are recorded without input, which is of type string: accepted is a number';
    expect(problems).toContainEqual({ subject: 'llm.tokens', message });
  });
});

describe('llm.begin', () => {
  it('llm.begin records the chunks of a stream', async () => {
    const model = newId();
    const call = llm.begin({ provider: 'p', model });
    expect(await seriesOf('llm.active', model)).toMatchObject([{ value: 1 }]);
    for (const _ of [1, 2, 3]) call.chunk();
    call.end({ usage: { input: 3, output: 3 } });
    call.end({ usage: { input: 3, output: 3 } });
    expect(await seriesOf('gen_ai.client.operation.time_to_first_chunk', model)).toMatchObject([{ value: 1 }]);
    expect(await seriesOf('gen_ai.client.operation.time_per_output_chunk', model)).toMatchObject([{ value: 2 }]);
    expect(await seriesOf(DURATION, model)).toMatchObject([{ value: 1 }]);
    expect(await seriesOf('llm.active', model)).toMatchObject([{ value: 0 }]);
  });

  it('llm.begin records an aborted stream and a call that failed before its answer', async () => {
    const [aborted, refused] = [newId(), newId()];
    const call = llm.begin({ provider: 'p', model: aborted });
    call.chunk();
    call.abort();
    llm.begin({ provider: 'p', model: refused }).fail(new RangeError('x'));
    expect(await seriesOf('llm.stream.aborted', aborted)).toMatchObject([{ value: 1 }]);
    expect(await seriesOf('llm.stream.aborted', refused)).toEqual([]);
    expect(await seriesOf(DURATION, aborted)).toMatchObject([{ 'error.type': 'aborted', value: 1 }]);
    expect(await seriesOf(DURATION, refused)).toMatchObject([{ 'error.type': 'RangeError', value: 1 }]);
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

  it('llm.track counts a call over fetch once, as the tap sees it, with its purpose', async () => {
    const model = newId();
    const answerOf = () => ({ usage: { input: 999_999 } });
    await llm.track({ provider: 'openai', model, purpose: 'once' }, () => ask(model), { answerOf });
    expect(await seriesOf(DURATION, model)).toMatchObject([{ 'llm.purpose': 'once', value: 1 }]);
    expect((await seriesOf('llm.tokens', model)).map((series) => series['value'])).toEqual([12, 5]);
    expect((await seriesOf('llm.active', model)).map((series) => series['value'])).toEqual([0]);
  });

  it.each([undefined, 'gzip', 'br'] as const)(
    'llm calls over fetch count for the agent and the task that make them, encoding %s',
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

  it('llm.withPurpose labels calls over fetch, also of many at a time', async () => {
    const model = newId();
    await Promise.all(['a', 'b', 'c'].map((purpose) => llm.withPurpose(purpose, () => Promise.all([ask(model), ask(model)]))));
    await ask(model);
    const purposes = (await seriesOf(DURATION, model)).map((series) => [series['llm.purpose'], series['value']]);
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
  it('llm.withPurpose labels the calls within it, through promises and callbacks, and none after it', async () => {
    const model = newId();
    const call = (): Promise<void> => llm.track({ provider: 'p', model }, async () => {});
    await llm.withPurpose('outer', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await call();
      await llm.withPurpose('inner', call);
      await call();
    });
    await call();
    const purposes = (await seriesOf(DURATION, model)).map((series) => [series['llm.purpose'], series['value']]);
    expect(purposes).toEqual([
      ['outer', 2],
      ['inner', 1],
      [undefined, 1],
    ]);
  });

  it('llm.withPurpose keeps a hundred purposes at most', async () => {
    const model = newId();
    for (let index = 0; index < 150; index += 1)
      llm.withPurpose(`purpose ${index}`, () => llm.track({ provider: 'p', model }, () => {}));
    const purposes = (await seriesOf(DURATION, model)).map((series) => series['llm.purpose']);
    expect(purposes.length).toBeLessThanOrEqual(101);
    expect(purposes).toContain('_OTHER');
  });

  it('llm.withPurpose runs the function without a purpose where none is given, and reports it', () => {
    const untyped = llm as unknown as { withPurpose(...values: unknown[]): unknown };
    for (const purpose of [undefined, '', 7]) expect(untyped.withPurpose(purpose, () => 'done')).toBe('done');
    const message = 'has a purpose that is empty: accepted is a text';
    expect(problems).toContainEqual({ subject: 'llm.withPurpose', message });
  });
});

describe('what is spent', () => {
  it('llm.credits counts credits for the current purpose, or the given one', async () => {
    const provider = newId();
    llm.withPurpose('narrate', () => {
      llm.credits({ provider }, 5);
      llm.credits({ provider, purpose: 'other' }, 2);
    });
    expect(await seriesOf('llm.credits', provider)).toEqual([
      { 'llm.purpose': 'narrate', value: 5 },
      { 'llm.purpose': 'other', value: 2 },
    ]);
  });

  it('llm.budget shows the last budget of each period', async () => {
    const provider = newId();
    llm.budget({ period: 'month', provider }, 400);
    llm.budget({ period: 'month', provider }, 500);
    llm.budget({ period: 'day', provider }, 20);
    expect(await seriesOf('llm.budget', provider)).toEqual([
      { 'llm.budget.period': 'month', value: 500 },
      { 'llm.budget.period': 'day', value: 20 },
    ]);
  });
});
