// The wire formats of Cohere's second version: chat and embeddings.
import { named, optional, type PlainAnswer, type ProviderError, vectorsFor, type Wire, type WireEvent } from './wire.ts';

const shared = {
  framing: 'events',
  error: errorOf,
  errorEvent: (): WireEvent => named({ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'it broke' } }),
  rateLimits: () => ({}),
} as const;

export const cohereWires: readonly Wire[] = [
  {
    ...shared,
    path: /\/v2\/chat$/,
    isStream: ({ stream }) => stream === true,
    whole: (answer) => ({
      id: 'cohere-1',
      message: {
        role: 'assistant',
        ...(answer.texts.length > 0 && { content: [{ type: 'text', text: answer.texts.join('') }] }),
        ...(answer.toolCalls.length > 0 && { tool_calls: toolCallsOf(answer) }),
      },
      finish_reason: finishOf(answer),
      ...(answer.usage && { usage: usageOf(answer) }),
    }),
    events,
  },
  {
    ...shared,
    path: /\/v2\/embed$/,
    isStream: () => false,
    whole: ({ request, usage }) => ({
      id: 'cohere-2',
      texts: request['texts'],
      embeddings: { float: vectorsFor(request['texts']) },
      response_type: 'embeddings_by_type',
      meta: { api_version: { version: '2' }, ...(usage && { billed_units: { input_tokens: usage.input } }) },
    }),
    events: () => [],
  },
];

function errorOf({ message }: ProviderError): object {
  return { id: 'error-1', message };
}

/** What is billed is less than what was read: the tokens of Cohere's own instructions are free. */
function usageOf({ usage }: PlainAnswer): object {
  const { input = 0, output = 0, cacheRead } = usage ?? {};
  return {
    billed_units: { input_tokens: Math.max(0, input - 60), output_tokens: output },
    tokens: { input_tokens: input, output_tokens: output },
    ...optional('cached_tokens', cacheRead),
  };
}

function finishOf({ finishReason, toolCalls }: PlainAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'TOOL_CALL' : 'COMPLETE');
}

function toolCallsOf({ toolCalls }: PlainAnswer): object[] {
  return toolCalls.map(({ name, input }, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
}

function events(answer: PlainAnswer): WireEvent[] {
  const text = (part: string): object => ({ message: { content: { text: part } } });
  const start = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
  return [
    named({ type: 'message-start', id: 'cohere-1', delta: { message: start } }),
    named({ type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } }),
    ...answer.texts.map((part) => named({ type: 'content-delta', index: 0, delta: text(part) }, true)),
    named({ type: 'content-end', index: 0 }),
    ...toolCallsOf(answer).flatMap((call, index) => [
      named({ type: 'tool-call-start', index, delta: { message: { tool_calls: call } } }, true),
      named({ type: 'tool-call-end', index }),
    ]),
    named({
      type: 'message-end',
      delta: { finish_reason: finishOf(answer), ...(answer.usage && { usage: usageOf(answer) }) },
    }),
  ];
}
