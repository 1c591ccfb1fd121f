// The attributes of LLM calls, tools, agents and MCP that several metrics share: key, type, and what bounds their values.
import { OTHER } from '../core/attribute.ts';

/** Of the operations that semantic conventions 1.45 list, those that a client can be seen to ask for. */
export const genAiOperationName = {
  key: 'gen_ai.operation.name',
  type: 'string',
  brief: 'What was asked for.',
  values: ['chat', 'embeddings', 'execute_tool', 'generate_content', 'retrieval', 'text_completion', OTHER],
} as const;

export type LlmOperation = (typeof genAiOperationName.values)[number];

export const genAiProviderName = {
  key: 'gen_ai.provider.name',
  type: 'string',
  brief: 'Provider, such as openai, anthropic or gcp.gemini; by its wire format where the host is not known.',
  cap: 50,
} as const;

export const genAiRequestModel = {
  key: 'gen_ai.request.model',
  type: 'string',
  brief: 'Model that was asked for.',
  cap: 200,
} as const;

export const genAiResponseModel = {
  key: 'gen_ai.response.model',
  type: 'string',
  brief: 'Model that answered, where the answer tells it.',
  cap: 200,
} as const;

export const genAiTokenType = {
  key: 'gen_ai.token.type',
  type: 'string',
  brief: 'Kind of tokens: cache_read and cache_write are part of input, reasoning is part of output.',
  values: ['input', 'output', 'cache_read', 'cache_write', 'reasoning'],
} as const;

export type LlmTokenType = (typeof genAiTokenType.values)[number];

export const genAiTokenModality = {
  key: 'gen_ai.token.modality',
  type: 'string',
  brief: 'What the tokens stand for; unknown where the provider does not tell.',
  values: ['text', 'image', 'audio', 'unknown'],
} as const;

export const genAiToolName = { key: 'gen_ai.tool.name', type: 'string', brief: 'Name of the tool.', cap: 200 } as const;

export const genAiAgentName = { key: 'gen_ai.agent.name', type: 'string', brief: 'Name of the agent.', cap: 100 } as const;

export const llmPurpose = {
  key: 'llm.purpose',
  type: 'string',
  brief: 'What the application called for, as it says with llm.withPurpose.',
  cap: 100,
} as const;

export const llmFinishReason = {
  key: 'llm.finish_reason',
  type: 'string',
  brief: 'Why the model stopped, in the words of the provider.',
  cap: 50,
} as const;

export const llmRateLimitKind = {
  key: 'llm.rate_limit.kind',
  type: 'string',
  brief: 'What is limited.',
  values: ['requests', 'tokens', 'input_tokens', 'output_tokens'],
} as const;

export type LlmRateLimitKind = (typeof llmRateLimitKind.values)[number];

export const llmBudgetPeriod = {
  key: 'llm.budget.period',
  type: 'string',
  brief: 'Period of the budget, such as day or month.',
  cap: 10,
} as const;
