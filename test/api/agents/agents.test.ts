// `agents` records invocations with the calls within them, scores, plans, tasks, and memory.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../../src/core/problem.ts';
import { agents, llm, tools } from '../../../src/index.ts';
import { collect } from '../../../src/testing.ts';
import { newId, seriesOf } from '../api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

async function sumOf(metric: string, id: string): Promise<number | undefined> {
  return (await collect()).find(({ name, attributes }) => name === metric && Object.values(attributes).includes(id))?.sum;
}

const callsOf = (agent: string): Promise<(number | undefined)[]> =>
  Promise.all([sumOf('gen_ai.invoke_agent.inference_calls', agent), sumOf('gen_ai.invoke_agent.tool_calls', agent)]);

const ask = (): Promise<void> => llm.track({ provider: 'p', model: 'm' }, async () => {});
const act = (): Promise<void> => tools.track({ tool: 't' }, async () => {});

const fail = (): never => {
  throw new RangeError('x');
};

describe('agents.invoke', () => {
  it('agents.invoke counts the calls within an invocation, also of many at a time', async () => {
    const ids = [newId(), newId(), newId()];
    await Promise.all(
      ids.map((agent, index) =>
        agents.invoke({ agent }, async () => {
          for (let call = 0; call <= index; call += 1) {
            await ask();
            await Promise.all([act(), act()]);
          }
        }),
      ),
    );
    expect(await Promise.all(ids.map(callsOf))).toEqual([
      [1, 2],
      [2, 4],
      [3, 6],
    ]);
  });

  it('agents.invoke counts the calls of an agent within another for both', async () => {
    const [outer, inner] = [newId(), newId()];
    await agents.invoke({ agent: outer }, async () => {
      await ask();
      await agents.bind({ agent: inner }).invoke(() => Promise.all([ask(), act()]));
    });
    expect([await callsOf(outer), await callsOf(inner)]).toEqual([
      [2, 1],
      [1, 1],
    ]);
  });

  it('agents.invoke counts failed calls, but neither embeddings nor calls that begin after its end', async () => {
    const agent = newId();
    let late: Promise<void> | undefined;
    await agents.invoke({ agent }, async () => {
      await llm.track({ provider: 'p' }, () => Promise.reject(new Error('x'))).catch(() => {});
      await llm.track({ provider: 'p', operation: 'embeddings' }, async () => {});
      late = new Promise<void>((resolve) => setTimeout(resolve, 5)).then(ask);
    });
    await late;
    expect(await callsOf(agent)).toEqual([1, 0]);
  });

  it('agents.invoke records 0 calls for an invocation without any', async () => {
    const agent = newId();
    agents.invoke({ agent }, () => 'done');
    expect(await seriesOf('gen_ai.invoke_agent.inference_calls', agent)).toEqual([{ value: 1 }]);
    expect(await callsOf(agent)).toEqual([0, 0]);
  });
});

describe('scores', () => {
  it('agents.score records each score and shows the last, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    for (const value of [0.5, 1, 0.75]) {
      agents.score({ agent: unbound, score: 'truth' }, value);
      agents.bind({ agent: bound }).score('truth', value);
    }
    for (const agent of [unbound, bound]) {
      expect(await seriesOf('agent.score', agent)).toEqual([{ 'score.name': 'truth', value: 3 }]);
      expect(await sumOf('agent.score', agent)).toBe(2.25);
      expect(await seriesOf('agent.score.last', agent)).toEqual([{ 'score.name': 'truth', value: 0.75 }]);
    }
  });

  it('agents.score reports a score that is not from 0 to 1, and does not record it', async () => {
    const agent = newId();
    for (const value of [-0.1, 1.1, 95, NaN, '1', undefined]) agents.score({ agent }, value as number);
    expect(await seriesOf('agent.score', agent)).toEqual([]);
    expect(await seriesOf('agent.score.last', agent)).toEqual([]);
    const message = 'is not recorded of what is another number: accepted is a number from 0 to 1';
    expect(problems).toContainEqual({ subject: 'agent.score', message });
  });

  it('agents.verified and rolledBack count by outcome, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    const series = agents.bind({ agent: bound });
    for (const outcome of ['success', 'failure', 'failure'] as const) {
      agents.verified({ agent: unbound }, outcome);
      series.verified(outcome);
    }
    agents.rolledBack({ agent: unbound });
    agents.rolledBack({ agent: unbound }, 'failure', 3);
    series.rolledBack();
    series.rolledBack('failure', 3);
    expect(await seriesOf('agent.verifications', unbound)).toEqual([
      { 'agent.outcome': 'success', value: 1 },
      { 'agent.outcome': 'failure', value: 2 },
    ]);
    expect(await seriesOf('agent.rollbacks', unbound)).toEqual([
      { 'agent.outcome': 'success', value: 1 },
      { 'agent.outcome': 'failure', value: 3 },
    ]);
    for (const metric of ['agent.verifications', 'agent.rollbacks'])
      expect(await seriesOf(metric, bound)).toEqual(await seriesOf(metric, unbound));
  });
});

describe('plans and tasks', () => {
  it('agents.plan and task record the outcome, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    const series = agents.bindTask({ goal: bound, task: bound });
    const ways = [
      {
        plan: <R>(run: () => R) => agents.plan({ goal: unbound }, run),
        task: <R>(run: () => R) => agents.task({ task: unbound }, run),
      },
      series,
    ];
    for (const { plan, task } of ways) {
      plan(() => []);
      expect(() => plan(fail)).toThrow(RangeError);
      await task(async () => {});
      expect(() => task(fail)).toThrow(RangeError);
    }
    agents.taskEnded({ task: unbound }, 'failure', 2);
    series.taskEnded('failure', 2);
    expect(await seriesOf('agent.plan.duration', unbound)).toEqual([
      { 'agent.outcome': 'success', value: 1 },
      { 'agent.outcome': 'failure', 'error.type': 'RangeError', value: 1 },
    ]);
    expect(await seriesOf('agent.tasks', unbound)).toEqual([
      { 'agent.outcome': 'success', value: 1 },
      { 'agent.outcome': 'failure', value: 3 },
    ]);
    for (const metric of ['agent.plan.duration', 'agent.tasks'])
      expect(await seriesOf(metric, bound)).toEqual(await seriesOf(metric, unbound));
  });

  it('agents.coordinated sets the last efficiency, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    for (const efficiency of [0.5, 0.875]) {
      agents.coordinated({ task: unbound }, efficiency);
      agents.bindTask({ task: bound }).coordinated(efficiency);
    }
    for (const task of [unbound, bound])
      expect(await seriesOf('agent.coordination.efficiency', task)).toEqual([{ value: 0.875 }]);
  });
});

describe('agents.memory', () => {
  it('agents.memory counts operations and errors, bound as unbound', async () => {
    const ids = [newId(), newId()];
    for (const [index, pattern] of ids.entries()) {
      const kind = { operation: 'learning', pattern };
      const learning = agents.memory.bind(kind);
      if (index === 0) {
        agents.memory.operated(kind, 4);
        agents.memory.failed(kind, Object.assign(new Error('x'), { code: 'E_X' }));
        agents.memory.failed(kind, 'full', 2);
        agents.memory.retrieved({ pattern }, 0.25);
        agents.memory.confidence({ pattern }, 0.5);
        agents.memory.feedback({ pattern }, 3);
      } else {
        learning.operated(4);
        learning.failed(Object.assign(new Error('x'), { code: 'E_X' }));
        learning.failed('full', 2);
        learning.retrieved(0.25);
        learning.confidence(0.5);
        learning.feedback(3);
      }
    }
    const [unbound, bound] = ids as [string, string];
    const learning = { 'agent.memory.operation': 'learning' };
    expect(await seriesOf('agent.memory.operations', unbound)).toEqual([{ ...learning, value: 4 }]);
    expect(await seriesOf('agent.memory.errors', unbound)).toEqual([
      { ...learning, 'error.type': 'E_X', value: 1 },
      { ...learning, 'error.type': 'full', value: 2 },
    ]);
    expect(await seriesOf('agent.memory.feedback_cycles', unbound)).toEqual([{ value: 3 }]);
    const all = ['operations', 'errors', 'retrieval.duration', 'confidence', 'feedback_cycles'];
    for (const name of all)
      expect(await seriesOf(`agent.memory.${name}`, bound)).toEqual(await seriesOf(`agent.memory.${name}`, unbound));
    for (const name of ['retrieval.duration', 'confidence'])
      expect(await sumOf(`agent.memory.${name}`, bound)).toBe(await sumOf(`agent.memory.${name}`, unbound));
  });

  it('agents.memory.track times retrievals, and counts a failed one as an operation and as an error', async () => {
    const pattern = newId();
    await agents.memory.track({ operation: 'retrieval', pattern }, async () => {});
    const failing = agents.memory.track({ operation: 'retrieval', pattern }, () => Promise.reject(new RangeError('x')));
    await expect(failing).rejects.toThrow(RangeError);
    agents.memory.track({ operation: 'learning', pattern }, () => {});
    expect(await seriesOf('agent.memory.operations', pattern)).toEqual([
      { 'agent.memory.operation': 'retrieval', value: 2 },
      { 'agent.memory.operation': 'learning', value: 1 },
    ]);
    expect(await seriesOf('agent.memory.errors', pattern)).toMatchObject([{ 'error.type': 'RangeError', value: 1 }]);
    expect(await seriesOf('agent.memory.retrieval.duration', pattern)).toEqual([
      { value: 1 },
      { 'error.type': 'RangeError', value: 1 },
    ]);
  });

  it('agents.memory.observe shows the state at every collection until it is stopped', async () => {
    const pattern = newId();
    const state = { sizeBytes: 4096, compression: 3.5, learned: 10, active: 7, unused: 3 };
    const stop = agents.memory.observe({ pattern }, async () => state);
    expect(await seriesOf('agent.memory.size', pattern)).toEqual([{ value: 4096 }]);
    expect(await seriesOf('agent.memory.compression', pattern)).toEqual([{ value: 3.5 }]);
    const patterns = (await seriesOf('agent.memory.patterns', pattern)).map((one) => [
      one['agent.memory.pattern.state'],
      one['value'],
    ]);
    expect(Object.fromEntries(patterns)).toEqual({ learned: 10, active: 7, unused: 3 });
    stop();
    for (const name of ['size', 'compression', 'patterns']) expect(await seriesOf(`agent.memory.${name}`, pattern)).toEqual([]);
  });
});
