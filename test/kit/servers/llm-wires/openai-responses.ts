// The wire format of OpenAI's responses.
import { type NamedData, named, type PlainAnswer, SECONDS, type Wire, type WireEvent } from './wire.ts';

export const openaiResponses: Wire = {
  path: /\/responses$/,
  framing: 'events',
  isStream: ({ stream }) => stream === true,
  whole: (answer) => responseOf(answer, 'completed', itemsOf(answer)),
  events,
  error: ({ type, code, message }) => ({ error: { message, type, param: null, code: code ?? null } }),
  errorEvent: (error) => named({ type: 'error', code: error.code ?? error.type, message: error.message, param: null }),
  rateLimits: ({ requests, tokens }) => ({
    'x-ratelimit-remaining-requests': String(requests),
    'x-ratelimit-remaining-tokens': String(tokens),
  }),
};

function usageOf({ usage }: PlainAnswer): object | null {
  if (usage === undefined) return null;
  const { input = 0, output = 0, cacheRead = 0, reasoning = 0 } = usage;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cacheRead },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

function responseOf(answer: PlainAnswer, status: string, output: readonly object[]): unknown {
  const isOver = status !== 'in_progress';
  return {
    id: 'resp_1',
    object: 'response',
    created_at: SECONDS,
    status: isOver ? (answer.finishReason ?? status) : status,
    error: answer.finishReason === 'failed' && isOver ? { code: 'server_error', message: 'It failed' } : null,
    incomplete_details: answer.finishReason === 'incomplete' && isOver ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: {},
    model: answer.model,
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: isOver ? usageOf(answer) : null,
  };
}

interface Item {
  readonly type: string;
  readonly id: string;
}

function itemsOf({ texts, toolCalls }: PlainAnswer): (Item & Record<string, unknown>)[] {
  const content = [{ type: 'output_text', text: texts.join(''), annotations: [], logprobs: [] }];
  const message = { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content };
  const calls = toolCalls.map(({ name, input }, index) => ({
    type: 'function_call',
    id: `fc_${index}`,
    call_id: `call_${index}`,
    status: 'completed',
    name,
    arguments: JSON.stringify(input),
  }));
  return [...(texts.length > 0 ? [message] : []), ...calls];
}

function events(answer: PlainAnswer): WireEvent[] {
  const started = responseOf(answer, 'in_progress', []);
  const items = itemsOf(answer);
  const body = items.flatMap((item, index) =>
    item.type === 'message' ? messageEvents(answer.texts, item, index) : callEvents(item, index),
  );
  return [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
    ...body,
    { type: `response.${answer.finishReason ?? 'completed'}`, response: responseOf(answer, 'completed', items) },
  ].map((data, sequence) => named({ ...data, sequence_number: sequence }, data.type.endsWith('.delta') || undefined));
}

function messageEvents(texts: readonly string[], item: Item & Record<string, unknown>, index: number): NamedData[] {
  const place = { output_index: index, item_id: item.id, content_index: 0 };
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] };
  const text = texts.join('');
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...place, part },
    ...texts.map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: { ...part, text } },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function callEvents(item: Item & Record<string, unknown>, index: number): NamedData[] {
  const place = { output_index: index, item_id: item.id };
  const text = item['arguments'];
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress', arguments: '' } },
    { type: 'response.function_call_arguments.delta', ...place, delta: text },
    { type: 'response.function_call_arguments.done', ...place, name: item['name'], arguments: text },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}
