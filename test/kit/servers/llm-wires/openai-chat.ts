// The wire formats of OpenAI that others share: chat, legacy completions and embeddings, as OpenAI, Mistral and Groq speak them.
import {
  optional,
  type PlainAnswer,
  type ProviderError,
  type RateLimitsLeft,
  SECONDS,
  vectorsFor,
  type Wire,
  type WireEvent,
} from './wire.ts';

/** The providers of this format: they differ in when a stream has a usage, and in the form of their errors. */
type Dialect = 'openai' | 'mistral' | 'groq';

export function openaiWires(dialect: Dialect): Wire[] {
  const shared = {
    framing: 'events',
    isStream: ({ stream }: PlainAnswer['request']) => stream === true,
    leavesOutUsage: (request: PlainAnswer['request']) => dialect === 'openai' && !isAskedForUsage(request),
    error: (error: ProviderError) => errorOf(error, dialect),
    errorEvent: (error: ProviderError): WireEvent => ({ data: errorOf(error, dialect) }),
    rateLimits: (left: RateLimitsLeft) => rateLimitsOf(left, dialect),
  } as const;
  return [
    { ...shared, path: /\/chat\/completions$/, whole: wholeChat, events: (answer) => chatEvents(answer, dialect) },
    { ...shared, path: /\/completions$/, whole: wholeText, events: textEvents },
    { ...shared, path: /\/embeddings$/, whole: embeddings, events: () => [] },
  ];
}

function errorOf({ type, code, message, status }: ProviderError, dialect: Dialect): unknown {
  if (dialect === 'mistral') return { object: 'error', message, type, param: null, code: String(status * 3) };
  return { error: { message, type, param: null, code: code ?? null } };
}

function rateLimitsOf({ requests, tokens }: RateLimitsLeft, dialect: Dialect): Record<string, string> {
  const [requestsName, tokensName] = dialect === 'mistral' ? ['req-minute', 'tokens-minute'] : ['requests', 'tokens'];
  return {
    [`x-ratelimit-limit-${requestsName}`]: '1000',
    [`x-ratelimit-remaining-${requestsName}`]: String(requests),
    [`x-ratelimit-remaining-${tokensName}`]: String(tokens),
  };
}

function usageOf({ usage }: PlainAnswer): Record<string, unknown> | undefined {
  if (usage === undefined) return undefined;
  const { input = 0, output = 0, cacheRead, reasoning } = usage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(cacheRead !== undefined && { prompt_tokens_details: { cached_tokens: cacheRead, audio_tokens: 0 } }),
    ...(reasoning !== undefined && {
      completion_tokens_details: { ...optional('reasoning_tokens', reasoning), audio_tokens: 0 },
    }),
  };
}

function isAskedForUsage(request: PlainAnswer['request']): boolean {
  return (request['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true;
}

function toolCallsOf({ toolCalls }: PlainAnswer): object[] {
  return toolCalls.map(({ name, input }, index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
}

function finishOf({ finishReason, toolCalls }: PlainAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop');
}

function wholeChat(answer: PlainAnswer): unknown {
  const toolCalls = toolCallsOf(answer);
  const message = {
    role: 'assistant',
    content: answer.texts.length === 0 ? null : answer.texts.join(''),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: SECONDS,
    model: answer.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(answer) }],
    ...(answer.usage && { usage: usageOf(answer) }),
  };
}

function chatEvents(answer: PlainAnswer, dialect: Dialect): WireEvent[] {
  const isAsked = isAskedForUsage(answer.request);
  const usage = usageOf(answer);
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: SECONDS, model: answer.model };
  const chunk = (delta: object, more: object = {}): object => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null }],
    ...(isAsked && { usage: null }),
    ...more,
  });
  const last = {
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: finishOf(answer) }],
    ...(usage && dialect === 'mistral' && { usage }),
    ...(usage && dialect === 'groq' && { x_groq: { id: 'req_1', usage } }),
  };
  return [
    { data: chunk({ role: 'assistant', content: '' }) },
    ...answer.texts.map((content): WireEvent => ({ data: chunk({ content }), isOutput: true })),
    ...toolCallsOf(answer).map((call): WireEvent => ({ data: chunk({ tool_calls: [call] }), isOutput: true })),
    { data: chunk({}, last) },
    ...(usage && isAsked && dialect === 'openai' ? [{ data: { ...head, choices: [], usage } }] : []),
    { data: '[DONE]' },
  ];
}

function wholeText(answer: PlainAnswer): unknown {
  return {
    id: 'cmpl-1',
    object: 'text_completion',
    created: SECONDS,
    model: answer.model,
    choices: [{ index: 0, text: answer.texts.join(''), logprobs: null, finish_reason: finishOf(answer) }],
    ...(answer.usage && { usage: usageOf(answer) }),
  };
}

function textEvents(answer: PlainAnswer): WireEvent[] {
  const isAsked = isAskedForUsage(answer.request);
  const head = { id: 'cmpl-1', object: 'text_completion', created: SECONDS, model: answer.model };
  const chunk = (text: string, reason: string | null): object => ({
    ...head,
    choices: [{ index: 0, text, logprobs: null, finish_reason: reason }],
  });
  return [
    ...answer.texts.map((text): WireEvent => ({ data: chunk(text, null), isOutput: true })),
    { data: chunk('', finishOf(answer)) },
    ...(answer.usage && isAsked ? [{ data: { ...head, choices: [], usage: usageOf(answer) } }] : []),
    { data: '[DONE]' },
  ];
}

function embeddings({ request, model, usage }: PlainAnswer): unknown {
  const asBytes = request['encoding_format'] === 'base64';
  const data = vectorsFor(request['input']).map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: asBytes ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector,
  }));
  const input = usage?.input;
  return { id: 'embd-1', object: 'list', data, model, ...(usage && { usage: { prompt_tokens: input, total_tokens: input } }) };
}
