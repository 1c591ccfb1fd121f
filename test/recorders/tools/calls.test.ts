// Tool calls are active from begin to end, recorded once, and count for the agent that they are made for.
import { beforeEach, describe, expect, it } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { samplesOf } from '../../../src/core/recording/samples.ts';
import { Activity } from '../../../src/recorders/agents/activity.ts';
import { ToolCalls } from '../../../src/recorders/tools/calls.ts';

let registry: Registry;
let calls: ToolCalls;
beforeEach(() => {
  registry = new Registry();
  calls = new ToolCalls(registry);
});

const series = (metric: string) =>
  samplesOf(registry)
    .filter(({ name }) => name === metric)
    .map(({ attributes, value, sum }) => ({ ...attributes, value, ...(sum === undefined ? {} : { sum }) }));

describe('a tool call', () => {
  it('a tool call is active until it ends, and is recorded once with its duration', () => {
    const call = calls.begin('search', 1000);
    expect(series('tool.active')).toEqual([{ 'gen_ai.tool.name': 'search', value: 1 }]);
    call.end(undefined, 3500);
    call.end('late', 9000);
    expect(series('tool.active')).toEqual([{ 'gen_ai.tool.name': 'search', value: 0 }]);
    expect(series('gen_ai.execute_tool.duration')).toEqual([{ 'gen_ai.tool.name': 'search', value: 1, sum: 2.5 }]);
  });

  it('a tool call has the error type of its failure', () => {
    calls.begin('search').end('ETIMEDOUT');
    expect(series('gen_ai.execute_tool.duration')).toMatchObject([{ 'error.type': 'ETIMEDOUT', value: 1 }]);
  });

  it('a tool call that is forgotten is neither active nor recorded', () => {
    const [first, second] = [calls.begin('search'), calls.begin('search')];
    first.forget();
    calls.stop();
    second.end();
    expect(series('tool.active')).toMatchObject([{ value: 0 }]);
    expect(series('gen_ai.execute_tool.duration')).toEqual([]);
  });

  it('a tool call within an agent has its name, and counts for it', async () => {
    const agent = new Activity('researcher');
    await agent.run(async () => {
      await Promise.resolve();
      calls.begin('search').end();
    });
    expect(agent.toolCalls).toBe(1);
    expect(series('gen_ai.execute_tool.duration')).toMatchObject([{ 'gen_ai.agent.name': 'researcher', value: 1 }]);
  });

  it('a tool call has one of a bounded number of names', () => {
    for (let index = 0; index < 300; index += 1) calls.begin(`tool-${index}`).end();
    const names = series('gen_ai.execute_tool.duration').map((one) => (one as Record<string, unknown>)['gen_ai.tool.name']);
    expect(names).toHaveLength(201);
    expect(names).toContain('_OTHER');
  });
});
