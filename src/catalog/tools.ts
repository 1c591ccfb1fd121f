// Tool calls: the tools that models request and the application executes.
import { defineMetric } from '../core/metric.ts';
import { errorType } from './attributes.ts';
import { SECONDS_LLM } from './buckets.ts';
import { genAiAgentName, genAiToolName } from './llm-attributes.ts';

export const genAiExecuteToolDuration = defineMetric({
  name: 'gen_ai.execute_tool.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'The duration of a single tool execution.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: [genAiToolName, genAiAgentName, errorType],
});

export const toolActive = defineMetric({
  name: 'tool.active',
  instrument: 'updowncounter',
  unit: '{call}',
  brief: 'Tool calls in progress.',
  stability: 'stable',
  attributes: [genAiToolName],
});
