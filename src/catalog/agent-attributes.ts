// Attributes of agents, agent memory and usage, each with the bound on its values.

export const genAiWorkflowName = {
  key: 'gen_ai.workflow.name',
  type: 'string',
  brief: 'Human-readable name of the GenAI workflow provided by the application.',
  cap: 100,
} as const;

export const agentId = {
  key: 'agent.id',
  type: 'string',
  brief: 'Identifier of the agent, the same over all its invocations.',
  cap: 200,
} as const;

export const agentOutcome = {
  key: 'agent.outcome',
  type: 'string',
  brief: 'Outcome of the task, plan, verification or rollback.',
  values: ['success', 'failure'],
} as const;

export type AgentOutcome = (typeof agentOutcome.values)[number];

export const agentGoalType = {
  key: 'agent.goal.type',
  type: 'string',
  brief: 'Kind of goal.',
  cap: 100,
} as const;

export const agentTaskType = { key: 'agent.task.type', type: 'string', brief: 'Kind of task.', cap: 100 } as const;

export const scoreName = {
  key: 'score.name',
  type: 'string',
  brief: 'Name of the score, such as truth.',
  cap: 50,
} as const;

export const agentMemoryOperation = {
  key: 'agent.memory.operation',
  type: 'string',
  brief: 'Operation on the memory, such as learning, retrieval or extraction.',
  cap: 20,
} as const;

export const agentMemoryPatternType = {
  key: 'agent.memory.pattern.type',
  type: 'string',
  brief: 'Kind of pattern in the memory.',
  cap: 50,
} as const;

export const agentMemoryPatternState = {
  key: 'agent.memory.pattern.state',
  type: 'string',
  brief: 'State of the patterns; active and unused are within learned.',
  values: ['learned', 'active', 'unused'],
} as const;

export const usageWindow = {
  key: 'usage.window',
  type: 'string',
  brief: 'Length of the window that ends now, such as 1h.',
  cap: 10,
} as const;

export const usageTaskType = { key: 'usage.task.type', type: 'string', brief: 'Kind of task.', cap: 100 } as const;
