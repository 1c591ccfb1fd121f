// `usage` counts keys and users by window without storing them, and records the cost of tasks.
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../../src/core/problem.ts';
import { llm, usage } from '../../../src/index.ts';
import { collect } from '../../../src/testing.ts';
import { newId, seriesOf } from '../api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

async function active(metric: string): Promise<Record<string, number>> {
  const samples = (await collect()).filter(({ name }) => name === metric);
  return Object.fromEntries(samples.map(({ attributes, value }) => [attributes['usage.window'], value]));
}

describe('active keys and users', () => {
  beforeEach(() => usage.windows(['1h', '1d', '30d']));

  it('usage.apiKey and user count each id once in every window', async () => {
    for (const key of ['sk-a', 'sk-b', 'sk-a', 'sk-c']) usage.apiKey(key);
    for (const id of [1, 2, '2']) usage.user(id);
    expect(await active('usage.api_keys.active')).toEqual({ '1h': 3, '1d': 3, '30d': 3 });
    expect(await active('usage.users.active')).toEqual({ '1h': 2, '1d': 2, '30d': 2 });
  });

  it('usage.windows sets the windows, and takes the previous ones off the page', async () => {
    usage.user('ada');
    await collect();
    usage.windows(['15m', '7d']);
    usage.user('ada');
    expect(await active('usage.users.active')).toEqual({ '15m': 1, '7d': 1 });
  });

  it('usage.windows reports names that are no windows, and keeps the previous ones', async () => {
    const untyped = usage as unknown as { windows(names: unknown): void };
    for (const names of [undefined, [], ['soon'], ['1h', '0d'], ['1h', '1h'], ['1h', '2h', '3h', '4h', '5h', '6h'], [null]])
      untyped.windows(names);
    usage.user('ada');
    expect(Object.keys(await active('usage.users.active'))).toEqual(['1h', '1d', '30d']);
    expect(problems).toContainEqual({
      subject: 'usage.windows',
      message: "stay as they are: accepted are one to 5 of minutes, hours or days, such as ['15m', '1h', '30d']",
    });
  });

  it('usage.apiKey and user report what is no id, and do not count it', async () => {
    const untyped = usage as unknown as { user(id: unknown): void };
    for (const id of [undefined, null, '', {}, NaN]) untyped.user(id);
    usage.user('ada');
    expect((await active('usage.users.active'))['1h']).toBe(1);
    const message = 'does not count an id that is of type object: accepted is a text or a number';
    expect(problems).toContainEqual({ subject: 'usage.users.active', message });
  });

  it('usage keeps no id in memory', () => {
    // Made of parts, so that the source does not hold it either.
    const parts = ['sk', 'live', 'not', 'to', 'be', 'found'];
    usage.apiKey(parts.join('~'));
    const file = writeHeapSnapshot(join(tmpdir(), `promtel-usage-${process.pid}.heapsnapshot`));
    const snapshot = readFileSync(file, 'utf8');
    rmSync(file);
    expect(snapshot).toContain('30d');
    expect(snapshot).not.toContain(parts.join('~'));
  });
});

const PRICED = { provider: 'openai', model: 'gpt-4o' } as const;
const answerOf = () => ({ usage: { input: 1_000_000, output: 0 } });
const sumOf = async (task: string): Promise<number | undefined> =>
  (await collect()).find(({ name, attributes }) => name === 'usage.task.cost' && attributes['usage.task.type'] === task)?.sum;

describe('usage.task', () => {
  it('usage.task records the cost of all LLM calls within it, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    const work = async (): Promise<void> => {
      await llm.track(PRICED, async () => {}, { answerOf });
      await Promise.all([1, 2].map(() => llm.track(PRICED, async () => {}, { answerOf })));
    };
    await usage.task({ task: unbound }, work);
    await usage.bind({ task: bound }).wrap(work)();
    expect(await seriesOf('usage.task.cost', unbound)).toEqual([{ value: 1 }]);
    expect(await sumOf(unbound)).toBeCloseTo(3 * 2.5, 6);
    expect(await sumOf(bound)).toBeCloseTo(3 * 2.5, 6);
  });

  it('usage.task counts the cost of a task within another for both', async () => {
    const [outer, inner] = [newId(), newId()];
    await usage.task({ task: outer }, () => usage.task({ task: inner }, () => llm.track(PRICED, async () => {}, { answerOf })));
    expect([await sumOf(outer), await sumOf(inner)]).toEqual([2.5, 2.5]);
  });

  it('usage.task records the cost of a failed task, and nothing where no price is known', async () => {
    const [free, failed] = [newId(), newId()];
    await usage.task({ task: free }, () => llm.track({ provider: 'p' }, async () => {}));
    const failing = usage.task({ task: failed }, async () => {
      await llm.track(PRICED, async () => {}, { answerOf });
      throw new Error('x');
    });
    await expect(failing).rejects.toThrow('x');
    expect(await sumOf(free)).toBeUndefined();
    expect(await sumOf(failed)).toBe(2.5);
  });

  it('usage.taskCost records a cost, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    usage.taskCost({ task: unbound }, 0.25);
    usage.bind({ task: bound }).taskCost(0.25);
    expect([await sumOf(unbound), await sumOf(bound)]).toEqual([0.25, 0.25]);
  });
});
