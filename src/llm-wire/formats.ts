// The wire formats of LLM providers as data: the URL path of each, and the JSON paths of its metadata in requests and responses.
import type { LlmOperation } from '../catalog/llm-attributes.ts';
import { type FieldPaths, fieldTree } from './field-tree.ts';

/** What is read of a request: the model, and the prompt, whose presence shows that it is a call to an LLM at all. */
export type RequestField = 'model' | 'prompt';

/** What is read of a response, or of each event of a stream, whose last value counts. */
export type AnswerField =
  | 'model'
  | 'finishReason'
  /** Present, and no empty text, in an event that carries output. */
  | 'output'
  | 'inputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  /** Those tokens written to the cache that are kept for an hour, which cost more. */
  | 'cacheWriteHourTokens'
  | 'outputTokens'
  | 'reasoningTokens'
  /** Shows whether the output tokens include those of reasoning. */
  | 'totalTokens'
  /** Present in an error. */
  | 'error'
  | 'errorType'
  /** More precise than the type, where it is an identifier. */
  | 'errorCode';

export interface WireFormat {
  /** The provider if the host is not known. */
  readonly provider: string;
  readonly operation: LlmOperation;
  /** Matches the URL's path, without the query; its group `model`, if any, is the model. */
  readonly path: RegExp;
  readonly request: FieldPaths<RequestField>;
  readonly answer: FieldPaths<AnswerField>;
  /** Whether APIs that are no LLM's have such a path, too. */
  readonly hasCommonPath?: true;
  /** Whether the input tokens exclude those of the cache. */
  readonly inputExcludesCache?: true;
  /** Whether the output tokens exclude those of reasoning. */
  readonly outputExcludesReasoning?: true;
  /** Whether its responses have no output tokens. */
  readonly hasNoOutput?: true;
}

/** Mistral's error is the document itself. */
const ERROR = { error: ['error'], errorType: ['error.type', 'type'], errorCode: ['error.code'] } as const;
const MODEL = { model: ['model'] } as const;

const OPENAI_USAGE = {
  inputTokens: ['usage.prompt_tokens', 'x_groq.usage.prompt_tokens'],
  cacheReadTokens: [
    'usage.prompt_tokens_details.cached_tokens',
    'usage.prompt_cache_hit_tokens',
    'x_groq.usage.prompt_tokens_details.cached_tokens',
  ],
  outputTokens: ['usage.completion_tokens', 'x_groq.usage.completion_tokens'],
  reasoningTokens: [
    'usage.completion_tokens_details.reasoning_tokens',
    'x_groq.usage.completion_tokens_details.reasoning_tokens',
  ],
  totalTokens: ['usage.total_tokens'],
} as const;

const OLLAMA = { inputTokens: ['prompt_eval_count'], outputTokens: ['eval_count'], error: ['error'] } as const;

const GOOGLE = {
  request: { prompt: ['contents', 'content', 'requests'] },
  answer: {
    model: ['modelVersion'],
    finishReason: ['candidates.*.finishReason', 'promptFeedback.blockReason'],
    output: [
      'candidates.*.content.parts.*.text',
      'candidates.*.content.parts.*.functionCall',
      'candidates.*.content.parts.*.inlineData',
    ],
    inputTokens: ['usageMetadata.promptTokenCount'],
    cacheReadTokens: ['usageMetadata.cachedContentTokenCount'],
    outputTokens: ['usageMetadata.candidatesTokenCount'],
    reasoningTokens: ['usageMetadata.thoughtsTokenCount'],
    error: ['error'],
    errorType: ['error.status'],
  },
  outputExcludesReasoning: true,
} as const;

export const FORMATS = {
  openaiChat: {
    provider: 'openai',
    operation: 'chat',
    path: /\/(?:deployments\/(?<model>[^/]+)\/)?(?:chat|agents)\/completions$/,
    request: { ...MODEL, prompt: ['messages'] },
    answer: {
      ...OPENAI_USAGE,
      model: ['model'],
      finishReason: ['choices.*.finish_reason'],
      output: [
        'choices.*.delta.content',
        'choices.*.delta.reasoning_content',
        'choices.*.delta.reasoning',
        'choices.*.delta.tool_calls.*',
        'choices.*.delta.refusal',
      ],
      ...ERROR,
    },
  },
  openaiText: {
    provider: 'openai',
    operation: 'text_completion',
    path: /\/(?:deployments\/(?<model>[^/]+)\/)?(?<!(?:chat|agents)\/)(?:fim\/)?completions$/,
    request: { ...MODEL, prompt: ['prompt'] },
    answer: {
      ...OPENAI_USAGE,
      model: ['model'],
      finishReason: ['choices.*.finish_reason'],
      output: ['choices.*.text', 'choices.*.delta.content'],
      ...ERROR,
    },
  },
  openaiResponses: {
    provider: 'openai',
    operation: 'chat',
    path: /\/responses$/,
    request: { ...MODEL, prompt: ['input'] },
    answer: {
      model: ['model', 'response.model'],
      // The reason of an incomplete response comes after the status, and so replaces it.
      finishReason: ['status', 'incomplete_details.reason', 'response.status', 'response.incomplete_details.reason'],
      output: ['delta'],
      inputTokens: ['usage.input_tokens', 'response.usage.input_tokens'],
      cacheReadTokens: ['usage.input_tokens_details.cached_tokens', 'response.usage.input_tokens_details.cached_tokens'],
      outputTokens: ['usage.output_tokens', 'response.usage.output_tokens'],
      reasoningTokens: ['usage.output_tokens_details.reasoning_tokens', 'response.usage.output_tokens_details.reasoning_tokens'],
      // An error event has a message and a code, and no `error`.
      error: ['error', 'response.error', 'message'],
      errorType: ['error.type'],
      errorCode: ['error.code', 'response.error.code', 'code'],
    },
  },
  openaiEmbeddings: {
    provider: 'openai',
    operation: 'embeddings',
    path: /\/(?:deployments\/(?<model>[^/]+)\/)?(?<!\/api\/)embeddings$/,
    request: { model: ['model'], prompt: ['input'] },
    answer: { inputTokens: ['usage.prompt_tokens'], model: ['model'], ...ERROR },
    hasNoOutput: true,
  },
  anthropicMessages: {
    provider: 'anthropic',
    operation: 'chat',
    path: /\/(?:v1\/messages|publishers\/anthropic\/models\/(?<model>[^/:]+):(?:rawPredict|streamRawPredict))$/,
    request: { ...MODEL, prompt: ['messages'] },
    answer: {
      model: ['model', 'message.model'],
      finishReason: ['stop_reason', 'delta.stop_reason'],
      output: ['delta.text', 'delta.thinking', 'delta.partial_json'],
      inputTokens: ['usage.input_tokens', 'message.usage.input_tokens'],
      cacheReadTokens: ['usage.cache_read_input_tokens', 'message.usage.cache_read_input_tokens'],
      cacheWriteTokens: ['usage.cache_creation_input_tokens', 'message.usage.cache_creation_input_tokens'],
      cacheWriteHourTokens: [
        'usage.cache_creation.ephemeral_1h_input_tokens',
        'message.usage.cache_creation.ephemeral_1h_input_tokens',
      ],
      // Not that of the message with which a stream begins: it means nothing yet.
      outputTokens: ['usage.output_tokens'],
      error: ['error'],
      errorType: ['error.type'],
    },
    inputExcludesCache: true,
  },
  googleGenerate: {
    ...GOOGLE,
    provider: 'gcp.gemini',
    operation: 'generate_content',
    path: /\/(?:models|tunedModels)\/(?<model>[^/:]+):(?:generateContent|streamGenerateContent)$/,
  },
  googleEmbed: {
    ...GOOGLE,
    provider: 'gcp.gemini',
    operation: 'embeddings',
    path: /\/models\/(?<model>[^/:]+):(?:embedContent|batchEmbedContents|asyncBatchEmbedContent)$/,
    hasNoOutput: true,
  },
  ollamaChat: {
    provider: 'ollama',
    operation: 'chat',
    path: /\/api\/chat$/,
    hasCommonPath: true,
    request: { ...MODEL, prompt: ['messages'] },
    answer: {
      model: ['model'],
      finishReason: ['done_reason'],
      output: ['message.content', 'message.thinking', 'message.tool_calls.*'],
      ...OLLAMA,
    },
  },
  ollamaGenerate: {
    provider: 'ollama',
    operation: 'text_completion',
    path: /\/api\/generate$/,
    hasCommonPath: true,
    request: { ...MODEL, prompt: ['prompt'] },
    answer: {
      model: ['model'],
      finishReason: ['done_reason'],
      output: ['response', 'thinking'],
      ...OLLAMA,
    },
  },
  ollamaEmbed: {
    provider: 'ollama',
    operation: 'embeddings',
    path: /\/api\/embed(?:dings)?$/,
    request: { model: ['model'], prompt: ['input', 'prompt'] },
    answer: { model: ['model'], ...OLLAMA },
    hasNoOutput: true,
  },
  cohereChat: {
    provider: 'cohere',
    operation: 'chat',
    path: /\/v2\/chat$/,
    request: { ...MODEL, prompt: ['messages'] },
    answer: {
      finishReason: ['finish_reason', 'delta.finish_reason'],
      output: [
        'delta.message.content.text',
        'delta.message.content.thinking',
        'delta.message.tool_plan',
        'delta.message.tool_calls.function',
      ],
      inputTokens: ['usage.tokens.input_tokens', 'delta.usage.tokens.input_tokens'],
      cacheReadTokens: ['usage.cached_tokens', 'delta.usage.cached_tokens'],
      outputTokens: ['usage.tokens.output_tokens', 'delta.usage.tokens.output_tokens'],
      error: ['delta.error'],
    },
  },
  cohereEmbed: {
    provider: 'cohere',
    operation: 'embeddings',
    path: /\/v2\/embed$/,
    request: { model: ['model'], prompt: ['texts', 'images', 'inputs'] },
    answer: { inputTokens: ['meta.billed_units.input_tokens'] },
    hasNoOutput: true,
  },
} as const satisfies Record<string, WireFormat>;

/** A format with the trees of its fields. */
export interface ReadableFormat extends WireFormat {
  readonly requestTree: ReturnType<typeof fieldTree<RequestField>>;
  readonly answerTree: ReturnType<typeof fieldTree<AnswerField>>;
}

const readable: readonly ReadableFormat[] = Object.values<WireFormat>(FORMATS).map((format) => ({
  ...format,
  requestTree: fieldTree(format.request, ['prompt']),
  answerTree: fieldTree(format.answer, ['output', 'error']),
}));

/** The format of a URL's path, without the query; undefined if none is known. */
export function formatOf(path: string): ReadableFormat | undefined {
  return readable.find((format) => format.path.test(path));
}
