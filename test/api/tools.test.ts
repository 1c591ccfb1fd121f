// `tools` records calls while they run and how they ended, by tool and agent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { agents, tools } from '../../src/index.ts';
import { expectMetric } from '../../src/testing.ts';
import { newId, told } from './api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

describe('tools.track', () => {
  it('counts a call while it runs', async () => {
    const tool = newId();
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = tools.track({ tool }, () => promise);
    expect(await told('tool.active', tool)).toEqual([{ value: 1 }]);
    resolve();
    await running;
    expect(await told('tool.active', tool)).toEqual([{ value: 0 }]);
  });

  it('takes a result for an error where it is one', async () => {
    const [unbound, bound] = [newId(), newId()];
    const errorOf = (result: { isError?: boolean }): string | undefined => (result.isError ? 'tool_error' : undefined);
    for (const result of [{}, { isError: true }]) {
      await tools.track({ tool: unbound }, async () => result, { errorOf });
      tools.bind({ tool: bound }).wrap(() => result, { errorOf })();
    }
    expect(await told('gen_ai.execute_tool.duration', unbound)).toEqual([{ value: 1 }, { 'error.type': 'tool_error', value: 1 }]);
    expect(await told('gen_ai.execute_tool.duration', bound)).toEqual(await told('gen_ai.execute_tool.duration', unbound));
  });

  it('says nothing of the result if errorOf fails itself', async () => {
    const tool = newId();
    const errorOf = (): never => {
      throw new Error('cannot say');
    };
    expect(tools.track({ tool }, () => 7, { errorOf })).toBe(7);
    expect(await told('gen_ai.execute_tool.duration', tool)).toEqual([{ value: 1 }]);
  });

  it('has the name of the agent above it', async () => {
    const tool = newId();
    await agents.invoke({ agent: 'finder' }, async () => {
      await Promise.resolve();
      await tools.track({ tool }, async () => {});
    });
    tools.track({ tool }, () => {});
    expect(await told('gen_ai.execute_tool.duration', tool)).toEqual([{ 'gen_ai.agent.name': 'finder', value: 1 }, { value: 1 }]);
  });

  it('takes what JavaScript hands in', async () => {
    const untyped = tools as unknown as { track(...values: unknown[]): unknown };
    for (const tool of [undefined, null, 7, {}, { tool: '' }]) expect(untyped.track(tool, () => 'done')).toBe('done');
    await expectMetric('gen_ai.execute_tool.duration', { attributes: { 'gen_ai.tool.name': undefined }, value: 5 });
    const message = "is recorded without its tool, which is undefined: accepted is { tool: 'search' }";
    expect(problems).toContainEqual({ subject: 'gen_ai.execute_tool.duration', message });
  });
});
