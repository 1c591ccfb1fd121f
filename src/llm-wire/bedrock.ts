// The format of Amazon Bedrock's `InvokeModel` responses: the fields of each model maker, and those that Bedrock adds.
import { fieldTree } from './field-tree.ts';
import { type AnswerField, FORMATS, type ReadableFormat } from './formats.ts';

const { anthropicMessages } = FORMATS;

/** Bedrock adds it to the last part of a stream. */
const ADDED = 'amazon-bedrock-invocationMetrics';

/** Of Anthropic, Amazon (Titan, Nova), Meta, Mistral, and the models whose format is that of OpenAI. */
const ANSWER = {
  inputTokens: [
    ...anthropicMessages.answer.inputTokens,
    'usage.inputTokens',
    'metadata.usage.inputTokens',
    'usage.prompt_tokens',
    'prompt_token_count',
    'inputTextTokenCount',
    `${ADDED}.inputTokenCount`,
  ],
  cacheReadTokens: [
    ...anthropicMessages.answer.cacheReadTokens,
    'usage.cacheReadInputTokenCount',
    'metadata.usage.cacheReadInputTokenCount',
    `${ADDED}.cacheReadInputTokenCount`,
  ],
  cacheWriteTokens: [
    ...anthropicMessages.answer.cacheWriteTokens,
    'usage.cacheWriteInputTokenCount',
    'metadata.usage.cacheWriteInputTokenCount',
    `${ADDED}.cacheWriteInputTokenCount`,
  ],
  cacheWriteHourTokens: anthropicMessages.answer.cacheWriteHourTokens,
  outputTokens: [
    ...anthropicMessages.answer.outputTokens,
    'usage.outputTokens',
    'metadata.usage.outputTokens',
    'usage.completion_tokens',
    'generation_token_count',
    'results.*.tokenCount',
    'totalOutputTextTokenCount',
    `${ADDED}.outputTokenCount`,
  ],
  finishReason: [
    ...anthropicMessages.answer.finishReason,
    'stopReason',
    'messageStop.stopReason',
    'choices.*.finish_reason',
    'outputs.*.stop_reason',
    'results.*.completionReason',
    'completionReason',
  ],
  output: [
    ...anthropicMessages.answer.output,
    'contentBlockDelta.delta',
    'generation',
    'outputText',
    'outputs.*.text',
    'choices.*.delta.content',
    'choices.*.message.content',
  ],
} as const satisfies Partial<Record<AnswerField, readonly string[]>>;

const FORMAT: ReadableFormat = {
  provider: 'aws.bedrock',
  operation: 'generate_content',
  path: /\/invoke$/,
  request: {},
  answer: ANSWER,
  inputExcludesCache: true,
  requestTree: fieldTree({}),
  answerTree: fieldTree(ANSWER, ['output']),
};

/** For a body, or for each part of a stream. */
export const BEDROCK_CONTENT = FORMAT;
export const BEDROCK_EMBEDDING: ReadableFormat = { ...FORMAT, operation: 'embeddings', hasNoOutput: true };
