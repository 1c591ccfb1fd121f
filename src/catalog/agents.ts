// Agents: invocations, workflows, scores, plans, tasks and memory.
import { defineMetric } from '../core/metric.ts';
import {
  agentGoalType,
  agentId,
  agentMemoryOperation,
  agentMemoryPatternState,
  agentMemoryPatternType,
  agentOutcome,
  agentTaskType,
  genAiWorkflowName,
  scoreName,
} from './agent-attributes.ts';
import { errorType } from './attributes.ts';
import { CALLS_AGENT, SCORE, SECONDS_AGENT, SECONDS_DB, SECONDS_LLM, SECONDS_WORKFLOW } from './buckets.ts';
import { genAiAgentName } from './llm-attributes.ts';

export const genAiInvokeAgentDuration = defineMetric({
  name: 'gen_ai.invoke_agent.duration',
  instrument: 'histogram',
  unit: 's',
  brief:
    'The end-to-end duration of a single in-process agent invocation, from the moment the invocation starts until the agent emits the last chunk of its final response or terminates with an error.',
  note: 'The duration of the agents it invokes is included.',
  stability: 'development',
  buckets: SECONDS_AGENT,
  attributes: [genAiAgentName, errorType],
});

export const genAiInvokeAgentInferenceCalls = defineMetric({
  name: 'gen_ai.invoke_agent.inference_calls',
  instrument: 'histogram',
  unit: '{inference_call}',
  brief:
    'The number of inference (model) calls a GenAI agent makes during a single invocation; includes those of the agents it invokes, so do not sum over agents: all calls are in gen_ai.client.operation.duration.',
  stability: 'development',
  buckets: CALLS_AGENT,
  attributes: [genAiAgentName],
});

export const genAiInvokeAgentToolCalls = defineMetric({
  name: 'gen_ai.invoke_agent.tool_calls',
  instrument: 'histogram',
  unit: '{tool_call}',
  brief:
    'The number of tool calls a GenAI agent makes during a single invocation; includes those of the agents it invokes, so do not sum over agents: all calls are in gen_ai.execute_tool.duration.',
  stability: 'development',
  buckets: CALLS_AGENT,
  attributes: [genAiAgentName],
});

export const genAiInvokeWorkflowDuration = defineMetric({
  name: 'gen_ai.invoke_workflow.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Records duration of GenAI workflow.',
  stability: 'development',
  buckets: SECONDS_WORKFLOW,
  attributes: [genAiWorkflowName, errorType],
});

export const agentScore = defineMetric({
  name: 'agent.score',
  instrument: 'histogram',
  unit: '1',
  brief: 'Scores of agents, from 0 to 1.',
  stability: 'stable',
  buckets: SCORE,
  attributes: [agentId, scoreName],
});

export const agentScoreLast = defineMetric({
  name: 'agent.score.last',
  instrument: 'gauge',
  unit: '1',
  brief: 'Latest score of an agent, from 0 to 1.',
  stability: 'stable',
  merge: 'min',
  attributes: [agentId, scoreName],
});

export const agentVerifications = defineMetric({
  name: 'agent.verifications',
  instrument: 'counter',
  unit: '{verification}',
  brief: 'Verifications of agent work by outcome.',
  stability: 'stable',
  attributes: [agentId, agentOutcome],
});

export const agentRollbacks = defineMetric({
  name: 'agent.rollbacks',
  instrument: 'counter',
  unit: '{rollback}',
  brief: 'Rollbacks of agent work by outcome.',
  stability: 'stable',
  attributes: [agentId, agentOutcome],
});

export const agentPlanDuration = defineMetric({
  name: 'agent.plan.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of planning by agents.',
  stability: 'stable',
  buckets: SECONDS_LLM,
  attributes: [agentGoalType, agentOutcome, errorType],
});

export const agentCoordinationEfficiency = defineMetric({
  name: 'agent.coordination.efficiency',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of agent work spent on the task rather than on coordination.',
  stability: 'stable',
  merge: 'min',
  attributes: [agentTaskType],
});

export const agentTasks = defineMetric({
  name: 'agent.tasks',
  instrument: 'counter',
  unit: '{task}',
  brief: 'Finished agent tasks by outcome.',
  stability: 'stable',
  attributes: [agentTaskType, agentOutcome],
});

const pattern = [agentMemoryPatternType] as const;

export const agentMemoryOperations = defineMetric({
  name: 'agent.memory.operations',
  instrument: 'counter',
  unit: '{operation}',
  brief: 'Operations on agent memory, failed ones included.',
  stability: 'stable',
  attributes: [agentMemoryOperation, ...pattern],
});

export const agentMemoryErrors = defineMetric({
  name: 'agent.memory.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Failed operations on agent memory.',
  note: 'They are part of agent.memory.operations.',
  stability: 'stable',
  attributes: [agentMemoryOperation, ...pattern, errorType],
});

export const agentMemoryRetrievalDuration = defineMetric({
  name: 'agent.memory.retrieval.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of retrievals from agent memory.',
  stability: 'stable',
  buckets: SECONDS_DB,
  attributes: [...pattern, errorType],
});

export const agentMemorySize = defineMetric({
  name: 'agent.memory.size',
  instrument: 'gauge',
  unit: 'By',
  brief: 'Size of agent memory.',
  stability: 'stable',
  merge: 'sum',
  attributes: pattern,
});

export const agentMemoryCompression = defineMetric({
  name: 'agent.memory.compression',
  instrument: 'gauge',
  unit: '1',
  brief: 'Compression ratio of agent memory.',
  note: 'How many times smaller the memory is than its input.',
  stability: 'stable',
  merge: 'min',
  attributes: pattern,
});

export const agentMemoryConfidence = defineMetric({
  name: 'agent.memory.confidence',
  instrument: 'histogram',
  unit: '1',
  brief: 'Confidence in patterns of agent memory, from 0 to 1.',
  stability: 'stable',
  buckets: SCORE,
  attributes: pattern,
});

export const agentMemoryPatterns = defineMetric({
  name: 'agent.memory.patterns',
  instrument: 'gauge',
  unit: '{pattern}',
  brief: 'Patterns in agent memory; active and unused are within learned, so read learned alone for the total.',
  stability: 'stable',
  merge: 'sum',
  attributes: [...pattern, agentMemoryPatternState],
});

export const agentMemoryFeedbackCycles = defineMetric({
  name: 'agent.memory.feedback_cycles',
  instrument: 'counter',
  unit: '{cycle}',
  brief: 'Feedback cycles of agent memory.',
  note: 'In each, the memory learns from how well its patterns did.',
  stability: 'stable',
  attributes: pattern,
});
