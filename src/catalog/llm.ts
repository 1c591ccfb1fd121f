// LLM calls as their clients see them. Names and attributes follow OpenTelemetry semantic conventions 1.45 where those have one.
import { defineMetric } from '../core/metric.ts';
import { errorType, httpResponseStatusCode, serverAddress } from './attributes.ts';
import { SECONDS_LLM, TOKENS, TOKENS_PER_SECOND } from './buckets.ts';
import {
  genAiOperationName,
  genAiProviderName,
  genAiRequestModel,
  genAiResponseModel,
  genAiTokenType,
  llmBudgetPeriod,
  llmFinishReason,
  llmPurpose,
  llmRateLimitKind,
} from './llm-attributes.ts';

/** What is known of a call before it is answered. */
const asked = [genAiOperationName, genAiProviderName, genAiRequestModel, serverAddress, llmPurpose] as const;
const call = [...asked, genAiResponseModel] as const;
const spent = [genAiProviderName, genAiRequestModel, genAiResponseModel, llmPurpose] as const;

export const genAiClientOperationDuration = defineMetric({
  name: 'gen_ai.client.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of LLM calls, to the last byte of the answer.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: [...call, errorType, httpResponseStatusCode],
});

export const genAiClientTokenUsage = defineMetric({
  name: 'gen_ai.client.token.usage',
  instrument: 'histogram',
  unit: '{token}',
  brief: 'Input and output tokens of LLM calls, as the provider counted them.',
  stability: 'development',
  buckets: TOKENS,
  attributes: [...call, genAiTokenType],
});

export const genAiClientOperationTimeToFirstChunk = defineMetric({
  name: 'gen_ai.client.operation.time_to_first_chunk',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time from the request to the first chunk of output, of streamed calls.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const genAiClientOperationTimePerOutputChunk = defineMetric({
  name: 'gen_ai.client.operation.time_per_output_chunk',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time from one chunk of output to the next, of streamed calls.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const llmTokens = defineMetric({
  name: 'llm.tokens',
  instrument: 'counter',
  unit: '{token}',
  brief: 'Tokens of LLM calls, as the provider counted them.',
  stability: 'stable',
  attributes: [...call, genAiTokenType],
});

export const llmOutputRate = defineMetric({
  name: 'llm.output.rate',
  instrument: 'histogram',
  unit: '{token}/s',
  brief: 'Output tokens per second of streamed calls, from their first chunk to their end.',
  stability: 'stable',
  buckets: TOKENS_PER_SECOND,
  attributes: call,
});

export const llmUnmeteredCalls = defineMetric({
  name: 'llm.unmetered_calls',
  instrument: 'counter',
  unit: '{call}',
  brief: 'Calls that were answered without a word about tokens, such as streams without stream_options.include_usage.',
  stability: 'stable',
  attributes: call,
});

export const llmCost = defineMetric({
  name: 'llm.cost',
  instrument: 'counter',
  unit: 'USD',
  brief: 'Cost of LLM calls by the price of their tokens.',
  stability: 'stable',
  attributes: spent,
});

export const llmUnpricedCalls = defineMetric({
  name: 'llm.unpriced_calls',
  instrument: 'counter',
  unit: '{call}',
  brief: 'Calls that used tokens whose price is not known.',
  stability: 'stable',
  attributes: spent,
});

export const llmCredits = defineMetric({
  name: 'llm.credits',
  instrument: 'counter',
  unit: '{credit}',
  brief: 'Credits that were spent, as the application tells.',
  stability: 'stable',
  attributes: [genAiProviderName, llmPurpose],
});

export const llmBudget = defineMetric({
  name: 'llm.budget',
  instrument: 'gauge',
  unit: 'USD',
  brief: 'What may be spent in a period, as the application tells.',
  stability: 'stable',
  merge: 'max',
  attributes: [llmBudgetPeriod, genAiProviderName, llmPurpose],
});

export const llmActive = defineMetric({
  name: 'llm.active',
  instrument: 'updowncounter',
  unit: '{call}',
  brief: 'LLM calls that are under way.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel],
});

export const llmRetries = defineMetric({
  name: 'llm.retries',
  instrument: 'counter',
  unit: '{call}',
  brief: 'LLM calls that repeat one that failed, where the client says so.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel, llmPurpose],
});

export const llmFinishReasons = defineMetric({
  name: 'llm.finish_reasons',
  instrument: 'counter',
  unit: '{call}',
  brief: 'LLM calls by why the model stopped.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel, llmPurpose, llmFinishReason],
});

export const llmStreamAborted = defineMetric({
  name: 'llm.stream.aborted',
  instrument: 'counter',
  unit: '{call}',
  brief: 'Streamed calls that ended before the model did, whoever gave them up.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel, llmPurpose],
});

export const llmRateLimitRemaining = defineMetric({
  name: 'llm.rate_limit.remaining',
  instrument: 'gauge',
  unit: '{unit}',
  brief: 'Requests or tokens that the provider said are left for now.',
  stability: 'stable',
  merge: 'min',
  expireAfterSeconds: 300,
  attributes: [genAiProviderName, genAiRequestModel, llmRateLimitKind],
});
