// Who uses the application, counted without names, and what their tasks cost.
import { defineMetric } from '../core/metric.ts';
import { usageTaskType, usageWindow } from './agent-attributes.ts';
import { USD_TASK } from './buckets.ts';

export const usageApiKeysActive = defineMetric({
  name: 'usage.api_keys.active',
  instrument: 'gauge',
  unit: '{key}',
  brief: 'API keys that were used within a window.',
  stability: 'stable',
  // Processes see the same keys: their sum would count one twice. What each saw alone is missing.
  merge: 'max',
  attributes: [usageWindow],
});

export const usageUsersActive = defineMetric({
  name: 'usage.users.active',
  instrument: 'gauge',
  unit: '{user}',
  brief: 'Users that did something within a window.',
  stability: 'stable',
  merge: 'max',
  attributes: [usageWindow],
});

export const usageTaskCost = defineMetric({
  name: 'usage.task.cost',
  instrument: 'histogram',
  unit: 'USD',
  brief: 'Cost of the LLM calls of each task.',
  stability: 'stable',
  buckets: USD_TASK,
  attributes: [usageTaskType],
});
