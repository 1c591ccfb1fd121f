// LLM calls, by the latest names of the GenAI conventions (2026-08); recorded where OTEL_SEMCONV_STABILITY_OPT_IN has them.
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
  brief: 'GenAI client inference operation duration.',
  note: 'Ends with the last byte of the response.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: [...call, errorType, httpResponseStatusCode],
});

export const genAiClientInferenceTimeToFirstChunk = defineMetric({
  name: 'gen_ai.client.inference.time_to_first_chunk',
  instrument: 'histogram',
  unit: 's',
  brief:
    'Time to receive the first chunk, measured from when the client issues the generation request to when the first chunk is received in the response stream.',
  note: 'Recorded for streamed calls only.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const genAiClientInferenceTimePerOutputChunk = defineMetric({
  name: 'gen_ai.client.inference.time_per_output_chunk',
  instrument: 'histogram',
  unit: 's',
  brief:
    'Time per output chunk, recorded for each chunk received after the first one, measured as the time elapsed from the end of the previous chunk to the end of the current chunk.',
  note: 'Recorded for streamed calls only.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const genAiClientInferenceOperationInputTokens = defineMetric({
  name: 'gen_ai.client.inference.operation.input_tokens',
  instrument: 'histogram',
  unit: '{token}',
  brief: 'The number of input (prompt) tokens used per inference operation.',
  note: 'Cached tokens are included.',
  stability: 'development',
  buckets: TOKENS,
  attributes: call,
});

export const genAiClientInferenceOperationOutputTokens = defineMetric({
  name: 'gen_ai.client.inference.operation.output_tokens',
  instrument: 'histogram',
  unit: '{token}',
  brief: 'The number of output (completion) tokens used per inference operation.',
  note: 'Reasoning tokens are included.',
  stability: 'development',
  buckets: TOKENS,
  attributes: call,
});

export const genAiClientInferenceUsageInputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.input_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'The number of input (prompt) tokens used, including cached tokens.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageOutputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.output_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'The number of output (completion) tokens used, including reasoning tokens.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageCacheReadInputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.cache_read.input_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'The number of input tokens served from a provider-managed cache.',
  note: 'They are part of gen_ai.client.inference.usage.input_tokens.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageCacheWriteInputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.cache_write.input_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'The number of input tokens written to a provider-managed cache.',
  note: 'They are part of gen_ai.client.inference.usage.input_tokens.',
  stability: 'development',
  attributes: usage,
});

export const genAiClientInferenceUsageReasoningOutputTokens = defineMetric({
  name: 'gen_ai.client.inference.usage.reasoning.output_tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'The number of output tokens used for reasoning (e.g. chain-of-thought, extended thinking).',
  note: 'They are part of gen_ai.client.inference.usage.output_tokens.',
  stability: 'development',
  attributes: usage,
});
