// LLM calls by the names that the conventions' GenAI repository has moved to (2026-08); recorded where the application opts in.
import { defineMetric } from '../core/metric.ts';
import { errorType, httpResponseStatusCode, serverAddress } from './attributes.ts';
import { SECONDS_LLM, TOKENS } from './buckets.ts';
import {
  genAiOperationName,
  genAiProviderName,
  genAiRequestModel,
  genAiResponseModel,
  genAiTokenModality,
  llmPurpose,
} from './llm-attributes.ts';

const call = [genAiOperationName, genAiProviderName, genAiRequestModel, serverAddress, llmPurpose, genAiResponseModel] as const;
const usage = [...call, genAiTokenModality] as const;

export const genAiClientInferenceDuration = defineMetric({
  name: 'gen_ai.client.inference.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of inference calls, to the last byte of the answer.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: [...call, errorType, httpResponseStatusCode],
});

export const genAiClientInferenceTimeToFirstChunk = defineMetric({
  name: 'gen_ai.client.inference.time_to_first_chunk',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time from the request to the first chunk of output, of streamed calls.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const genAiClientInferenceTimePerOutputChunk = defineMetric({
  name: 'gen_ai.client.inference.time_per_output_chunk',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time from one chunk of output to the next, of streamed calls.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const genAiClientInferenceOperationInputTokens = defineMetric({
  name: 'gen_ai.client.inference.operation.input_tokens',
  instrument: 'histogram',
  unit: '{token}',
  brief: 'Input tokens of each call, those read from a cache among them.',
  stability: 'development',
  buckets: TOKENS,
  attributes: call,
});

export const genAiClientInferenceOperationOutputTokens = defineMetric({
  name: 'gen_ai.client.inference.operation.output_tokens',
  instrument: 'histogram',
  unit: '{token}',
  brief: 'Output tokens of each call, those of its reasoning among them.',
  stability: 'development',
  buckets: TOKENS,
  attributes: call,
});

export const genAiClientInferenceUsageInputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.input_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'Input tokens, those read from a cache among them.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageOutputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.output_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'Output tokens, those of reasoning among them.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageCacheReadInputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.cache_read.input_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'Input tokens that the provider had in its cache.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageCacheWriteInputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.cache_write.input_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'Input tokens that the provider put into its cache.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageReasoningOutputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.reasoning.output_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'Output tokens that the model spent on reasoning.',
  stability: 'development',
  attributes: usage,
});
