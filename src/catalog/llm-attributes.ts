// Attributes of LLM calls, tools and agents, each with the bound on its values.
import { OTHER } from '../core/attribute.ts';

/** Of the operations of semantic conventions 1.45, those that a client's requests show. */
export const genAiOperationName = {
  key: 'gen_ai.operation.name',
  type: 'string',
  brief: 'The name of the operation being performed.',
  values: ['chat', 'embeddings', 'execute_tool', 'generate_content', 'retrieval', 'text_completion', OTHER],
} as const;

export type LlmOperation = (typeof genAiOperationName.values)[number];

export const genAiProviderName = {
  key: 'gen_ai.provider.name',
  type: 'string',
  brief: 'The Generative AI provider as identified by the client or server instrumentation.',
  note: 'For example openai, anthropic or gcp.gemini; where the host is unknown, the wire format decides.',
  cap: 50,
} as const;

export const genAiRequestModel = {
  key: 'gen_ai.request.model',
  type: 'string',
  brief: 'The name of the GenAI model a request is being made to.',
  cap: 200,
} as const;

export const genAiResponseModel = {
  key: 'gen_ai.response.model',
  type: 'string',
  brief: 'The name of the model that generated the response.',
  note: 'Absent where the response does not name it.',
  cap: 200,
} as const;

export const genAiTokenType = {
  key: 'gen_ai.token.type',
  type: 'string',
  brief: 'The type of token being counted.',
  note: 'cache_read and cache_write are within input, reasoning within output.',
  values: ['input', 'output', 'cache_read', 'cache_write', 'reasoning'],
} as const;

export type LlmTokenType = (typeof genAiTokenType.values)[number];

export const genAiTokenModality = {
  key: 'gen_ai.token.modality',
  type: 'string',
  brief: 'The modality of the tokens being counted.',
  values: ['text', 'image', 'audio', 'unknown'],
} as const;

export const genAiToolName = {
  key: 'gen_ai.tool.name',
  type: 'string',
  brief: 'Name of the tool utilized by the agent.',
  cap: 200,
} as const;

export const genAiAgentName = {
  key: 'gen_ai.agent.name',
  type: 'string',
  brief: 'Human-readable name of the GenAI agent provided by the application.',
  cap: 100,
} as const;

export const llmPurpose = {
  key: 'llm.purpose',
  type: 'string',
  brief: 'Purpose of the call, as set by llm.withPurpose.',
  cap: 100,
} as const;

export const llmFinishReason = {
  key: 'llm.finish_reason',
  type: 'string',
  brief: 'Why the model stopped, as the provider names it.',
  cap: 50,
} as const;

export const llmRateLimitKind = {
  key: 'llm.rate_limit.kind',
  type: 'string',
  brief: 'What the rate limit counts.',
  values: ['requests', 'tokens', 'input_tokens', 'output_tokens'],
} as const;

export type LlmRateLimitKind = (typeof llmRateLimitKind.values)[number];

export const llmBudgetPeriod = {
  key: 'llm.budget.period',
  type: 'string',
  brief: 'Period of the budget, such as day or month.',
  cap: 10,
} as const;
