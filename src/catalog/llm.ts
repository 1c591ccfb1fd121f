// LLM calls: durations, tokens, cost, retries and rate limits. Names follow OpenTelemetry semantic conventions 1.45.
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

/** What is known of a call before its response. */
const request = [genAiOperationName, genAiProviderName, genAiRequestModel, serverAddress, llmPurpose] as const;
const call = [...request, genAiResponseModel] as const;
const priced = [genAiProviderName, genAiRequestModel, genAiResponseModel, llmPurpose] as const;

export const genAiClientOperationDuration = defineMetric({
  name: 'gen_ai.client.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'GenAI operation duration.',
  note: 'Ends with the last byte of the response.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: [...call, errorType, httpResponseStatusCode],
});

export const genAiClientTokenUsage = defineMetric({
  name: 'gen_ai.client.token.usage',
  instrument: 'histogram',
  unit: '{token}',
  brief: 'Number of input and output tokens used.',
  note: 'Its token types are input and output only; llm.tokens has all.',
  stability: 'development',
  buckets: TOKENS,
  attributes: [...call, genAiTokenType],
});

export const genAiClientOperationTimeToFirstChunk = defineMetric({
  name: 'gen_ai.client.operation.time_to_first_chunk',
  instrument: 'histogram',
  unit: 's',
  brief:
    'Time to receive the first chunk, measured from when the client issues the generation request to when the first chunk is received in the response stream.',
  note: 'Recorded for streamed calls only.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const genAiClientOperationTimePerOutputChunk = defineMetric({
  name: 'gen_ai.client.operation.time_per_output_chunk',
  instrument: 'histogram',
  unit: 's',
  brief:
    'Time per output chunk, recorded for each chunk received after the first one, measured as the time elapsed from the end of the previous chunk to the end of the current chunk.',
  note: 'Recorded for streamed calls only.',
  stability: 'development',
  buckets: SECONDS_LLM,
  attributes: call,
});

export const llmTokens = defineMetric({
  name: 'llm.tokens',
  instrument: 'counter',
  unit: '{token}',
  brief:
    'Tokens of LLM calls; cache_read and cache_write are within input, reasoning within output, so sum input and output only.',
  note: 'The counts are those of the provider.',
  stability: 'stable',
  attributes: [...call, genAiTokenType],
});

export const llmOutputRate = defineMetric({
  name: 'llm.output.rate',
  instrument: 'histogram',
  unit: '{token}/s',
  brief: 'Output rate of streamed LLM calls, from the first chunk to the end.',
  stability: 'stable',
  buckets: TOKENS_PER_SECOND,
  attributes: call,
});

export const llmUnmeteredCalls = defineMetric({
  name: 'llm.unmetered_calls',
  instrument: 'counter',
  unit: '{call}',
  brief: 'LLM calls whose response has no token counts.',
  note: 'For example streams without stream_options.include_usage.',
  stability: 'stable',
  attributes: call,
});

export const llmCost = defineMetric({
  name: 'llm.cost',
  instrument: 'counter',
  unit: 'USD',
  brief: 'Cost of LLM calls.',
  note: 'Prices are those of PROMTEL_LLM_PRICES, else the published ones.',
  stability: 'stable',
  attributes: priced,
});

export const llmUnpricedCalls = defineMetric({
  name: 'llm.unpriced_calls',
  instrument: 'counter',
  unit: '{call}',
  brief: 'LLM calls with tokens of unknown price.',
  stability: 'stable',
  attributes: priced,
});

export const llmCredits = defineMetric({
  name: 'llm.credits',
  instrument: 'counter',
  unit: '{credit}',
  brief: 'Credits spent on LLM calls.',
  note: 'The application records them.',
  stability: 'stable',
  attributes: [genAiProviderName, llmPurpose],
});

export const llmBudget = defineMetric({
  name: 'llm.budget',
  instrument: 'gauge',
  unit: 'USD',
  brief: 'LLM budget of a period; budgets of different periods overlap, so do not sum them.',
  note: 'The application sets it.',
  stability: 'stable',
  merge: 'max',
  attributes: [llmBudgetPeriod, genAiProviderName, llmPurpose],
});

export const llmActive = defineMetric({
  name: 'llm.active',
  instrument: 'updowncounter',
  unit: '{call}',
  brief: 'LLM calls in progress.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel],
});

export const llmRetries = defineMetric({
  name: 'llm.retries',
  instrument: 'counter',
  unit: '{call}',
  brief: 'Retries of LLM calls.',
  note: 'Absent where the client does not report them.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel, llmPurpose],
});

export const llmFinishReasons = defineMetric({
  name: 'llm.finish_reasons',
  instrument: 'counter',
  unit: '{call}',
  brief: 'LLM calls by finish reason.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel, llmPurpose, llmFinishReason],
});

export const llmStreamAborted = defineMetric({
  name: 'llm.stream.aborted',
  instrument: 'counter',
  unit: '{call}',
  brief: 'Streamed LLM calls that ended before the model had finished.',
  stability: 'stable',
  attributes: [genAiProviderName, genAiRequestModel, llmPurpose],
});

export const llmRateLimitRemaining = defineMetric({
  name: 'llm.rate_limit.remaining',
  instrument: 'gauge',
  unit: '{unit}',
  brief: 'Remaining requests and tokens of a rate limit; the kinds overlap, so do not sum them.',
  note: 'The provider reports them in its responses.',
  stability: 'stable',
  merge: 'min',
  expireAfterSeconds: 300,
  attributes: [genAiProviderName, genAiRequestModel, llmRateLimitKind],
});
