// Usage of the application: active users and API keys, without their names, and the cost of tasks.
import { defineMetric } from '../core/metric.ts';
import { usageTaskType, usageWindow } from './agent-attributes.ts';
import { USD_TASK } from './buckets.ts';

export const usageApiKeysActive = defineMetric({
  name: 'usage.api_keys.active',
  instrument: 'gauge',
  unit: '{key}',
  brief: 'API keys active within a window; windows overlap, so read one alone.',
  stability: 'stable',
  // Processes see the same keys, so a sum would count them twice; the maximum misses what only another process saw.
  merge: 'max',
  attributes: [usageWindow],
});

export const usageUsersActive = defineMetric({
  name: 'usage.users.active',
  instrument: 'gauge',
  unit: '{user}',
  brief: 'Users active within a window; windows overlap, so read one alone.',
  stability: 'stable',
  merge: 'max',
  attributes: [usageWindow],
});

export const usageTaskCost = defineMetric({
  name: 'usage.task.cost',
  instrument: 'histogram',
  unit: 'USD',
  brief: 'Cost of LLM calls per task; includes that of nested tasks, so sum llm.cost for the total.',
  stability: 'stable',
  buckets: USD_TASK,
  attributes: [usageTaskType],
});
