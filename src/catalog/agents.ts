// Agents: their invocations and workflows, how they are judged, what they plan and do, and the memory that they learn into.
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
  brief: 'Duration of the invocations of an agent.',
  stability: 'development',
  buckets: SECONDS_AGENT,
  attributes: [genAiAgentName, errorType],
});

export const genAiInvokeAgentInferenceCalls = defineMetric({
  name: 'gen_ai.invoke_agent.inference_calls',
  instrument: 'histogram',
  unit: '{inference_call}',
  brief: 'Calls to models in each invocation of an agent, those of the agents beneath it included.',
  stability: 'development',
  buckets: CALLS_AGENT,
  attributes: [genAiAgentName],
});

export const genAiInvokeAgentToolCalls = defineMetric({
  name: 'gen_ai.invoke_agent.tool_calls',
  instrument: 'histogram',
  unit: '{tool_call}',
  brief: 'Tool calls in each invocation of an agent, those of the agents beneath it included.',
  stability: 'development',
  buckets: CALLS_AGENT,
  attributes: [genAiAgentName],
});

export const genAiInvokeWorkflowDuration = defineMetric({
  name: 'gen_ai.invoke_workflow.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of the runs of a workflow.',
  stability: 'development',
  buckets: SECONDS_WORKFLOW,
  attributes: [genAiWorkflowName, errorType],
});

export const agentScore = defineMetric({
  name: 'agent.score',
  instrument: 'histogram',
  unit: '1',
  brief: 'Scores that agents were given, from 0 to 1.',
  stability: 'stable',
  buckets: SCORE,
  attributes: [agentId, scoreName],
});

export const agentScoreLast = defineMetric({
  name: 'agent.score.last',
  instrument: 'gauge',
  unit: '1',
  brief: 'Score that an agent was given last, from 0 to 1.',
  stability: 'stable',
  merge: 'min',
  attributes: [agentId, scoreName],
});

export const agentVerifications = defineMetric({
  name: 'agent.verifications',
  instrument: 'counter',
  unit: '{verification}',
  brief: 'Verifications of what an agent did.',
  stability: 'stable',
  attributes: [agentId, agentOutcome],
});

export const agentRollbacks = defineMetric({
  name: 'agent.rollbacks',
  instrument: 'counter',
  unit: '{rollback}',
  brief: 'Times that the work of an agent was taken back, and whether that went well.',
  stability: 'stable',
  attributes: [agentId, agentOutcome],
});

export const agentPlanDuration = defineMetric({
  name: 'agent.plan.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of planning for a goal.',
  stability: 'stable',
  buckets: SECONDS_LLM,
  attributes: [agentGoalType, agentOutcome, errorType],
});

export const agentCoordinationEfficiency = defineMetric({
  name: 'agent.coordination.efficiency',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of the agents’ work that the task needed, rather than their coordination, from 0 to 1.',
  stability: 'stable',
  merge: 'min',
  attributes: [agentTaskType],
});

export const agentTasks = defineMetric({
  name: 'agent.tasks',
  instrument: 'counter',
  unit: '{task}',
  brief: 'Tasks that agents brought to an end.',
  stability: 'stable',
  attributes: [agentTaskType, agentOutcome],
});

const pattern = [agentMemoryPatternType] as const;

export const agentMemoryOperations = defineMetric({
  name: 'agent.memory.operations',
  instrument: 'counter',
  unit: '{operation}',
  brief: 'What was done with the memory of agents, failed or not.',
  stability: 'stable',
  attributes: [agentMemoryOperation, ...pattern],
});

export const agentMemoryErrors = defineMetric({
  name: 'agent.memory.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Operations on the memory of agents that failed.',
  stability: 'stable',
  attributes: [agentMemoryOperation, ...pattern, errorType],
});

export const agentMemoryRetrievalDuration = defineMetric({
  name: 'agent.memory.retrieval.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of finding patterns in the memory.',
  stability: 'stable',
  buckets: SECONDS_DB,
  attributes: [...pattern, errorType],
});

export const agentMemorySize = defineMetric({
  name: 'agent.memory.size',
  instrument: 'gauge',
  unit: 'By',
  brief: 'Size of the memory.',
  stability: 'stable',
  merge: 'sum',
  attributes: pattern,
});

export const agentMemoryCompression = defineMetric({
  name: 'agent.memory.compression',
  instrument: 'gauge',
  unit: '1',
  brief: 'How many times smaller the memory is than what it was made of.',
  stability: 'stable',
  merge: 'min',
  attributes: pattern,
});

export const agentMemoryConfidence = defineMetric({
  name: 'agent.memory.confidence',
  instrument: 'histogram',
  unit: '1',
  brief: 'How sure the memory is of patterns that it learned or gave, from 0 to 1.',
  stability: 'stable',
  buckets: SCORE,
  attributes: pattern,
});

export const agentMemoryPatterns = defineMetric({
  name: 'agent.memory.patterns',
  instrument: 'gauge',
  unit: '{pattern}',
  brief: 'Patterns in the memory.',
  stability: 'stable',
  merge: 'sum',
  attributes: [...pattern, agentMemoryPatternState],
});

export const agentMemoryFeedbackCycles = defineMetric({
  name: 'agent.memory.feedback_cycles',
  instrument: 'counter',
  unit: '{cycle}',
  brief: 'Times that the memory learned from how its patterns did.',
  stability: 'stable',
  attributes: pattern,
});
