// `tools` records calls while they run and how they ended, by tool and agent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { agents, tools } from '../../src/index.ts';
import { expectMetric } from '../../src/testing.ts';
import { newId, seriesOf } from './api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

describe('tools.track', () => {
  it('tools.track counts a call while it runs', async () => {
    const tool = newId();
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = tools.track({ tool }, () => promise);
    expect(await seriesOf('tool.active', tool)).toEqual([{ value: 1 }]);
    resolve();
    await running;
    expect(await seriesOf('tool.active', tool)).toEqual([{ value: 0 }]);
  });

  it('tools.track records the error type that errorOf gives for a result', async () => {
    const [unbound, bound] = [newId(), newId()];
    const errorOf = (result: { isError?: boolean }): string | undefined => (result.isError ? 'tool_error' : undefined);
    for (const result of [{}, { isError: true }]) {
      await tools.track({ tool: unbound }, async () => result, { errorOf });
      tools.bind({ tool: bound }).wrap(() => result, { errorOf })();
    }
    expect(await seriesOf('gen_ai.execute_tool.duration', unbound)).toEqual([
      { value: 1 },
      { 'error.type': 'tool_error', value: 1 },
    ]);
    expect(await seriesOf('gen_ai.execute_tool.duration', bound)).toEqual(
      await seriesOf('gen_ai.execute_tool.duration', unbound),
    );
  });

  it('tools.track records no error if errorOf throws, and reports that', async () => {
    const tool = newId();
    const errorOf = (): never => {
      throw new Error('cannot say');
    };
    expect(tools.track({ tool }, () => 7, { errorOf })).toBe(7);
    expect(await seriesOf('gen_ai.execute_tool.duration', tool)).toEqual([{ value: 1 }]);
  });

  it('tools.track records the name of the agent that the call is made for', async () => {
    const tool = newId();
    await agents.invoke({ agent: 'finder' }, async () => {
      await Promise.resolve();
      await tools.track({ tool }, async () => {});
    });
    tools.track({ tool }, () => {});
    expect(await seriesOf('gen_ai.execute_tool.duration', tool)).toEqual([
      { 'gen_ai.agent.name': 'finder', value: 1 },
      { value: 1 },
    ]);
  });

  it('tools.track takes whatever JavaScript gives it', async () => {
    const untyped = tools as unknown as { track(...values: unknown[]): unknown };
    for (const tool of [undefined, null, 7, {}, { tool: '' }]) expect(untyped.track(tool, () => 'done')).toBe('done');
    await expectMetric('gen_ai.execute_tool.duration', { attributes: { 'gen_ai.tool.name': undefined }, value: 5 });
    const message = "is recorded without its tool, which is undefined: accepted is { tool: 'search' }";
    expect(problems).toContainEqual({ subject: 'gen_ai.execute_tool.duration', message });
  });
});
