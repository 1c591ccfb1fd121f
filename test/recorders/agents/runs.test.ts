// An invocation of an agent is recorded once, with its seconds and the calls to models and tools that were made in it.
import { beforeEach, expect, it } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { currentActivity } from '../../../src/recorders/agents/activity.ts';
import { AgentRuns } from '../../../src/recorders/agents/runs.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

let registry: Registry;
let runs: AgentRuns;
beforeEach(() => {
  registry = new Registry();
  runs = new AgentRuns(registry);
});

it('an invocation of an agent is recorded with the calls that were made in it', () => {
  const run = runs.begin('researcher');
  run.run(() => {
    currentActivity()!.callModel(true).end(undefined);
    currentActivity()!.callModel(true).end(undefined);
    currentActivity()!.calledTool();
  });
  expect(seriesOf(registry, 'gen_ai.invoke_agent.duration')).toEqual([]);
  run.end();
  const agent = { 'gen_ai.agent.name': 'researcher', value: 1 };
  expect(seriesOf(registry, 'gen_ai.invoke_agent.duration')).toEqual([{ ...agent, sum: expect.any(Number) }]);
  expect(seriesOf(registry, 'gen_ai.invoke_agent.inference_calls')).toEqual([{ ...agent, sum: 2 }]);
  expect(seriesOf(registry, 'gen_ai.invoke_agent.tool_calls')).toEqual([{ ...agent, sum: 1 }]);
});

it('an invocation of an agent that failed has its error in the duration alone', () => {
  runs.begin('researcher').end('ETIMEDOUT');
  expect(seriesOf(registry, 'gen_ai.invoke_agent.duration')).toMatchObject([{ 'error.type': 'ETIMEDOUT', value: 1 }]);
  expect(seriesOf(registry, 'gen_ai.invoke_agent.tool_calls')).toEqual([{ 'gen_ai.agent.name': 'researcher', value: 1, sum: 0 }]);
});

it('an agent without a name has a series of its own', () => {
  runs.begin(undefined).end();
  expect(seriesOf(registry, 'gen_ai.invoke_agent.duration')).toEqual([{ value: 1, sum: expect.any(Number) }]);
});
