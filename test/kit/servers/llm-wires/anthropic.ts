// The wire format of Anthropic's messages.
import { type NamedData, named, type PlainAnswer, type ProviderError, type Wire, type WireEvent } from './wire.ts';

export const anthropic: Wire = {
  path: /\/v1\/messages$/,
  framing: 'events',
  isStream: ({ stream }) => stream === true,
  whole: (answer) => messageOf(answer, contentOf(answer), finishOf(answer), usageOf(answer)),
  events,
  error: errorOf,
  errorEvent: (error) => ({ name: 'error', data: errorOf(error) }),
  rateLimits: ({ requests, tokens }) => ({
    'anthropic-ratelimit-requests-limit': '1000',
    'anthropic-ratelimit-requests-remaining': String(requests),
    'anthropic-ratelimit-tokens-remaining': String(tokens),
    'anthropic-ratelimit-input-tokens-remaining': String(tokens),
    'anthropic-ratelimit-output-tokens-remaining': String(tokens),
  }),
};

function errorOf({ type, message }: ProviderError): object {
  return { type: 'error', error: { type, message }, request_id: 'req_1' };
}

/** Its input tokens are without those that the cache read or wrote. */
function usageOf({ usage }: PlainAnswer): Record<string, unknown> | undefined {
  if (usage === undefined) return undefined;
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, cacheWriteHour = 0 } = usage;
  return {
    input_tokens: input - cacheRead - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite - cacheWriteHour,
      ephemeral_1h_input_tokens: cacheWriteHour,
    },
    output_tokens: output,
    service_tier: 'standard',
  };
}

function finishOf({ finishReason, toolCalls }: PlainAnswer): string {
  return finishReason ?? (toolCalls.length > 0 ? 'tool_use' : 'end_turn');
}

function contentOf({ texts, toolCalls }: PlainAnswer): object[] {
  return [
    ...(texts.length > 0 ? [{ type: 'text', text: texts.join(''), citations: null }] : []),
    ...toolCalls.map(({ name, input }, index) => ({ type: 'tool_use', id: `toolu_${index}`, name, input })),
  ];
}

function messageOf({ model }: PlainAnswer, content: readonly object[], reason: string | null, usage: unknown): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: reason,
    stop_sequence: null,
    ...(usage !== undefined && { usage }),
  };
}

/** The start has the tokens of the input, the end those of the output; the count of output at the start means nothing. */
function events(answer: PlainAnswer): WireEvent[] {
  const usage = usageOf(answer);
  const message = messageOf(answer, [], null, usage && { ...usage, output_tokens: 1 });
  const data: NamedData[] = [
    { type: 'message_start', message },
    ...blockEvents(answer),
    {
      type: 'message_delta',
      delta: { stop_reason: finishOf(answer), stop_sequence: null },
      ...(usage && { usage: { output_tokens: usage['output_tokens'] } }),
    },
    { type: 'message_stop' },
  ];
  return data.map((event) => named(event, event.type === 'content_block_delta' || undefined));
}

function blockEvents({ texts, toolCalls }: PlainAnswer): NamedData[] {
  const text = texts.map((part) => ({ type: 'text_delta', text: part }));
  const blocks = [
    ...(texts.length > 0 ? [{ content_block: { type: 'text', text: '' }, deltas: text }] : []),
    ...toolCalls.map(({ name, input }, index) => ({
      content_block: { type: 'tool_use', id: `toolu_${index}`, name, input: {} },
      deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(input) }],
    })),
  ];
  return blocks.flatMap(({ content_block, deltas }, index) => [
    { type: 'content_block_start', index, content_block },
    ...(index === 0 ? [{ type: 'ping' }] : []),
    ...deltas.map((delta: object) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]);
}
