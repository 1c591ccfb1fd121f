// The attributes of agents, their memory and usage: key, type, and what bounds their values.

export const genAiWorkflowName = {
  key: 'gen_ai.workflow.name',
  type: 'string',
  brief: 'Name of the workflow.',
  cap: 100,
} as const;

export const agentId = {
  key: 'agent.id',
  type: 'string',
  brief: 'Agent that is judged; one that lasts, not one invocation of it.',
  cap: 200,
} as const;

export const agentOutcome = {
  key: 'agent.outcome',
  type: 'string',
  brief: 'How it ended.',
  values: ['success', 'failure'],
} as const;

export type AgentOutcome = (typeof agentOutcome.values)[number];

export const agentGoalType = {
  key: 'agent.goal.type',
  type: 'string',
  brief: 'Kind of goal that was planned for.',
  cap: 100,
} as const;

export const agentTaskType = { key: 'agent.task.type', type: 'string', brief: 'Kind of task.', cap: 100 } as const;

export const scoreName = {
  key: 'score.name',
  type: 'string',
  brief: 'What the score is about, such as truth.',
  cap: 50,
} as const;

export const agentMemoryOperation = {
  key: 'agent.memory.operation',
  type: 'string',
  brief: 'What was done with the memory, such as learning, retrieval or extraction.',
  cap: 20,
} as const;

export const agentMemoryPatternType = {
  key: 'agent.memory.pattern.type',
  type: 'string',
  brief: 'Kind of pattern that the memory holds.',
  cap: 50,
} as const;

export const agentMemoryPatternState = {
  key: 'agent.memory.pattern.state',
  type: 'string',
  brief: 'Learned are all that are kept; active and unused are parts of them.',
  values: ['learned', 'active', 'unused'],
} as const;

export const usageWindow = {
  key: 'usage.window',
  type: 'string',
  brief: 'Time that is looked back, such as 1h.',
  cap: 10,
} as const;

export const usageTaskType = { key: 'usage.task.type', type: 'string', brief: 'Kind of task.', cap: 100 } as const;
