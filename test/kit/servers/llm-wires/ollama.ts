// The wire formats of Ollama: chat and generate, of which a stream is a line for each part, and embeddings.
import { type PlainAnswer, type ProviderError, vectorsFor, type Wire, type WireEvent } from './wire.ts';

const shared = {
  framing: 'lines',
  error: errorOf,
  errorEvent: (error: ProviderError): WireEvent => ({ data: errorOf(error) }),
  rateLimits: () => ({}),
} as const;

/** Ollama streams unless the request says no. */
const streams = ({ stream }: PlainAnswer['request']): boolean => stream !== false;

export const ollamaWires: readonly Wire[] = [
  speaking(/\/api\/chat$/, (text, toolCalls) => ({
    message: { role: 'assistant', content: text, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) },
  })),
  speaking(/\/api\/generate$/, (text) => ({ response: text })),
  {
    ...shared,
    path: /\/api\/embed$/,
    isStream: () => false,
    whole: ({ request, model, usage }) => ({
      model,
      embeddings: vectorsFor(request['input']),
      total_duration: 14_143_917,
      load_duration: 1_019_500,
      ...(usage && { prompt_eval_count: usage.input }),
    }),
    events: () => [],
  },
];

function errorOf({ message }: ProviderError): object {
  return { error: message };
}

function speaking(path: RegExp, say: (text: string, toolCalls: readonly object[]) => object): Wire {
  const part = (answer: PlainAnswer, said: object): object => ({
    model: answer.model,
    created_at: '2026-11-21T12:00:00Z',
    ...said,
  });
  const toolCallsOf = ({ toolCalls }: PlainAnswer): object[] =>
    toolCalls.map(({ name, input }) => ({ function: { name, arguments: input } }));
  return {
    ...shared,
    path,
    isStream: streams,
    whole: (answer) => part(answer, { ...say(answer.texts.join(''), toolCallsOf(answer)), ...lastOf(answer) }),
    events: (answer) => [
      ...answer.texts.map((text): WireEvent => ({ data: part(answer, { ...say(text, []), done: false }), isOutput: true })),
      ...toolCallsOf(answer).map((call): WireEvent => ({
        data: part(answer, { ...say('', [call]), done: false }),
        isOutput: true,
      })),
      { data: part(answer, { ...say('', []), ...lastOf(answer) }) },
    ],
  };
}

function lastOf({ finishReason, usage }: PlainAnswer): object {
  return {
    done: true,
    done_reason: finishReason ?? 'stop',
    total_duration: 5_191_566_416,
    load_duration: 2_154_458,
    ...(usage && { prompt_eval_count: usage.input, eval_count: usage.output }),
    prompt_eval_duration: 383_809_000,
    eval_duration: 4_799_921_000,
  };
}
