// The wire formats of LLM providers as data: by which path each is known, and where its requests and answers say what is measured.
import type { LlmOperation } from '../catalog/llm-attributes.ts';
import { type FieldPaths, fieldTree } from './field-tree.ts';

/** What is read of a request: the model, and what shows that it is an LLM's at all. */
export type RequestField = 'model' | 'prompt';

/** What is read of an answer, or of each event of a stream, where the last word counts. */
export type AnswerField =
  | 'model'
  | 'finishReason'
  /** Is there, and no empty text, in an event that carries output. */
  | 'output'
  | 'inputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  /** Of the tokens written to the cache, those kept for an hour, which cost more. */
  | 'cacheWriteHourTokens'
  | 'outputTokens'
  | 'reasoningTokens'
  /** Shows whether those of reasoning are part of the output or come on top. */
  | 'totalTokens'
  /** Is there in what tells of an error. */
  | 'error'
  | 'errorType'
  /** Says more than the type where it is a word. */
  | 'errorCode';

export interface WireFormat {
  /** Who it is taken for where the host is not known. */
  readonly provider: string;
  readonly operation: LlmOperation;
  /** Of the URL without its query; what it calls `model` is the model. */
  readonly path: RegExp;
  readonly request: FieldPaths<RequestField>;
  readonly answer: FieldPaths<AnswerField>;
  /** Whether APIs of quite another kind have such a path, too. */
  readonly hasCommonPath?: true;
  /** Whether the input tokens leave out those of the cache. */
  readonly inputExcludesCache?: true;
  /** Whether the output tokens leave out those of reasoning. */
  readonly outputExcludesReasoning?: true;
  /** Whether an answer of this kind has no output tokens. */
  readonly hasNoOutput?: true;
}

/** Mistral's errors are not within one. */
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
      // Of an answer that is incomplete, the reason stands behind the status.
      finishReason: ['status', 'incomplete_details.reason', 'response.status', 'response.incomplete_details.reason'],
      output: ['delta'],
      inputTokens: ['usage.input_tokens', 'response.usage.input_tokens'],
      cacheReadTokens: ['usage.input_tokens_details.cached_tokens', 'response.usage.input_tokens_details.cached_tokens'],
      outputTokens: ['usage.output_tokens', 'response.usage.output_tokens'],
      reasoningTokens: ['usage.output_tokens_details.reasoning_tokens', 'response.usage.output_tokens_details.reasoning_tokens'],
      // An event of its own has no word for itself beside the code.
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
      // The figure in the message that a stream begins with means nothing yet.
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

/** A format, its fields ready to be looked for. */
export interface ReadableFormat extends WireFormat {
  readonly requestTree: ReturnType<typeof fieldTree<RequestField>>;
  readonly answerTree: ReturnType<typeof fieldTree<AnswerField>>;
}

const readable: readonly ReadableFormat[] = Object.values<WireFormat>(FORMATS).map((format) => ({
  ...format,
  requestTree: fieldTree(format.request, ['prompt']),
  answerTree: fieldTree(format.answer, ['output', 'error']),
}));

/** The format that is spoken under a path, without its query; undefined if none is known. */
export function formatOf(path: string): ReadableFormat | undefined {
  return readable.find((format) => format.path.test(path));
}
