// ResponseParser in every format: usage as each provider reports it, finish reasons, errors, and chunks of output.
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../src/llm-wire/formats.ts';
import { type Answer, ResponseParser } from '../../src/llm-wire/response-parser.ts';

const CHAT = '/v1/chat/completions';
const RESPONSES = '/v1/responses';
const MESSAGES = '/v1/messages';
const GOOGLE = '/v1beta/models/m:generateContent';
const OLLAMA = '/api/chat';
const COHERE = '/v2/chat';

function answerTo(path: string, body: unknown): Answer {
  const reader = new ResponseParser(formatOf(path)!, 'whole', () => {});
  reader.write(Buffer.from(JSON.stringify(body)));
  return reader.end();
}

/** How many of the events carry output. */
function outputsOf(path: string, ...events: unknown[]): number {
  let outputs = 0;
  const reader = new ResponseParser(formatOf(path)!, 'events', () => (outputs += 1));
  for (const event of events) reader.write(Buffer.from(`data: ${JSON.stringify(event)}\n\n`));
  reader.end();
  return outputs;
}

function tokensOf(path: string, body: unknown): object | undefined {
  const { usage } = answerTo(path, body);
  return usage && Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}

describe('usage', () => {
  const openai = (usage: object): [string, object] => [CHAT, { usage }];
  const details = (cached: number, reasoning: number): object => ({
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  });
  const google = (usageMetadata: object): [string, object] => [GOOGLE, { usageMetadata }];
  it.each([
    [
      'OpenAI',
      openai({ prompt_tokens: 10, completion_tokens: 7, total_tokens: 17, ...details(4, 5) }),
      { input: 10, cacheRead: 4, output: 7, reasoning: 5 },
    ],
    [
      'xAI, whose reasoning comes on top',
      openai({ prompt_tokens: 32, completion_tokens: 9, total_tokens: 135, ...details(6, 94) }),
      { input: 32, cacheRead: 6, output: 103, reasoning: 94 },
    ],
    [
      'OpenAI without a total',
      openai({ prompt_tokens: 10, completion_tokens: 7, ...details(0, 5) }),
      { input: 10, cacheRead: 0, output: 7, reasoning: 5 },
    ],
    [
      'DeepSeek',
      openai({ prompt_tokens: 10, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2, completion_tokens: 1 }),
      { input: 10, cacheRead: 8, output: 1 },
    ],
    ['Groq', [CHAT, { x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } }], { input: 3, output: 4 }],
    [
      'responses',
      [
        RESPONSES,
        {
          usage: {
            input_tokens: 9,
            input_tokens_details: { cached_tokens: 3 },
            output_tokens: 8,
            output_tokens_details: { reasoning_tokens: 6 },
          },
        },
      ],
      { input: 9, cacheRead: 3, output: 8, reasoning: 6 },
    ],
    [
      'Anthropic',
      [
        MESSAGES,
        {
          usage: {
            input_tokens: 100,
            cache_read_input_tokens: 900,
            cache_creation_input_tokens: 20,
            cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 15 },
            output_tokens: 4,
          },
        },
      ],
      { input: 1020, cacheRead: 900, cacheWrite: 20, cacheWriteHour: 15, output: 4 },
    ],
    [
      'Anthropic without a cache',
      [MESSAGES, { usage: { input_tokens: 100, output_tokens: 4, cache_read_input_tokens: null } }],
      { input: 100, output: 4 },
    ],
    [
      'Google',
      google({
        promptTokenCount: 10,
        candidatesTokenCount: 3,
        thoughtsTokenCount: 40,
        cachedContentTokenCount: 8,
        totalTokenCount: 53,
      }),
      { input: 10, cacheRead: 8, output: 43, reasoning: 40 },
    ],
    [
      'Google that only thought',
      google({ promptTokenCount: 10, thoughtsTokenCount: 40, totalTokenCount: 50 }),
      { input: 10, output: 40, reasoning: 40 },
    ],
    ['Ollama that had read it before', [OLLAMA, { model: 'm', eval_count: 5 }], { output: 5 }],
    [
      'Cohere',
      [
        COHERE,
        { usage: { billed_units: { input_tokens: 1, output_tokens: 2 }, tokens: { input_tokens: 61, output_tokens: 2 } } },
      ],
      { input: 61, output: 2 },
    ],
    [
      'embeddings, which have no output',
      ['/v1/embeddings', { usage: { prompt_tokens: 5, total_tokens: 5, completion_tokens: 0 } }],
      { input: 5 },
    ],
    ['nobody', [CHAT, { usage: null }], undefined],
    ['what is no count', [CHAT, { usage: { prompt_tokens: -1, completion_tokens: '7' } }], undefined],
    ['what has details alone', [CHAT, { usage: details(4, 5) }], undefined],
  ] as const)('ResponseParser reads the usage of %s', (_, [path, body], expected) => {
    expect(tokensOf(path, body)).toEqual(expected);
  });

  it('ResponseParser takes the last usage of a stream, and not that of the first event of Anthropic', () => {
    const reader = new ResponseParser(formatOf(MESSAGES)!, 'events', () => {});
    const write = (event: unknown): void => reader.write(Buffer.from(`event: x\ndata: ${JSON.stringify(event)}\n\n`));
    write({ type: 'message_start', message: { model: 'claude', usage: { input_tokens: 10, output_tokens: 1 } } });
    expect(reader.end().usage).toMatchObject({ input: 10, output: undefined });
    write({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 12, output_tokens: 55 } });
    expect(reader.end()).toMatchObject({ model: 'claude', finishReason: 'end_turn', usage: { input: 12, output: 55 } });
  });
});

describe('the reason why it stopped', () => {
  it.each([
    [CHAT, { choices: [{ finish_reason: 'length' }] }, 'length'],
    [CHAT, { choices: [{ finish_reason: null }] }, undefined],
    [CHAT, { choices: [{ finish_reason: 'you see, it was like this' }] }, undefined],
    [RESPONSES, { status: 'completed', incomplete_details: null }, 'completed'],
    [RESPONSES, { status: 'incomplete', error: null, incomplete_details: { reason: 'content_filter' } }, 'content_filter'],
    [MESSAGES, { stop_reason: 'max_tokens', stop_sequence: null }, 'max_tokens'],
    [GOOGLE, { candidates: [{ finishReason: 'MAX_TOKENS' }] }, 'MAX_TOKENS'],
    [GOOGLE, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 'PROHIBITED_CONTENT'],
    [OLLAMA, { done: true, done_reason: 'load' }, 'load'],
    [COHERE, { finish_reason: 'MAX_TOKENS' }, 'MAX_TOKENS'],
  ])('ResponseParser at %s finds the finish reason of %j', (path, body, expected) => {
    expect(answerTo(path, body).finishReason).toBe(expected);
  });
});

describe('an error', () => {
  it.each([
    [CHAT, { error: { message: 'x', type: 'requests', code: 'rate_limit_exceeded' } }, 'rate_limit_exceeded'],
    [CHAT, { error: { message: 'x', type: 'server_error', code: null } }, 'server_error'],
    [CHAT, { error: { message: 'x', code: 502 } }, undefined],
    [CHAT, { error: { message: 'x', type: 'It went wrong for Jane Doe' } }, undefined],
    [CHAT, { error: 'it went wrong' }, undefined],
    [RESPONSES, { type: 'error', code: 'server_error', message: 'x', param: null }, 'server_error'],
    [
      RESPONSES,
      { type: 'response.failed', response: { status: 'failed', error: { code: 'bad_image', message: 'x' } } },
      'bad_image',
    ],
    [MESSAGES, { type: 'error', error: { type: 'overloaded_error', message: 'x' } }, 'overloaded_error'],
    [GOOGLE, { error: { code: 429, message: 'x', status: 'RESOURCE_EXHAUSTED' } }, 'RESOURCE_EXHAUSTED'],
    [OLLAMA, { error: 'model requires more memory' }, undefined],
    [COHERE, { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'x' } }, undefined],
  ])('ResponseParser at %s finds the error of %j', (path, body, expected) => {
    expect(answerTo(path, body)).toMatchObject({ isError: true, errorType: expected });
  });

  it.each([
    [CHAT, { error: null, choices: [] }],
    [RESPONSES, { error: null, response: { error: null } }],
    [MESSAGES, { type: 'message', content: [{ error: 'no' }] }],
  ])('ResponseParser at %s finds no error type in %j', (path, body) => {
    expect(answerTo(path, body).isError).toBe(false);
  });
});

describe('output', () => {
  const delta = (change: object): object => ({ choices: [{ index: 0, delta: change }] });
  const google = (...parts: object[]): object => ({ candidates: [{ content: { role: 'model', parts } }] });
  it.each([
    ['text', CHAT, delta({ content: 'hello' })],
    ['reasoning', CHAT, delta({ content: null, reasoning_content: 'hmm' })],
    ['a call of a tool', CHAT, delta({ tool_calls: [{ index: 0, function: { arguments: '' } }] })],
    ['parts of Mistral', CHAT, delta({ content: [{ type: 'thinking', thinking: [] }] })],
    ['text', RESPONSES, { type: 'response.output_text.delta', delta: 'hello' }],
    ['a thought', MESSAGES, { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'hmm' } }],
    ['an input for a tool', MESSAGES, { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{"a' } }],
    ['text and nothing', GOOGLE, google({ text: 'hello' }, { text: '' })],
    ['a call of a tool', GOOGLE, google({ functionCall: { name: 'f', args: {} } })],
    ['a thought', OLLAMA, { message: { role: 'assistant', content: '', thinking: 'hmm' } }],
    ['a plan', COHERE, { type: 'tool-plan-delta', delta: { message: { tool_plan: 'first' } } }],
    [
      'a call of a tool',
      COHERE,
      { type: 'tool-call-start', delta: { message: { tool_calls: { id: '1', function: { name: 'f' } } } } },
    ],
  ])('ResponseParser counts %s as output at %s', (_, path, event) => {
    expect(outputsOf(path, event, event)).toBe(2);
  });

  it.each([
    ['a role', CHAT, delta({ role: 'assistant', content: '', tool_calls: [] })],
    ['an end', CHAT, { choices: [], usage: { prompt_tokens: 1 } }],
    ['a start', RESPONSES, { type: 'response.created', response: { output: [] } }],
    ['a start', MESSAGES, { type: 'message_start', message: { content: [] } }],
    ['a sign of life', MESSAGES, { type: 'ping' }],
    ['a signature', MESSAGES, { type: 'content_block_delta', delta: { type: 'signature_delta', signature: 'abc' } }],
    ['an end', GOOGLE, { candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }] }],
    ['an end', OLLAMA, { message: { role: 'assistant', content: '' }, done: true }],
    ['a start', COHERE, { type: 'message-start', delta: { message: { content: [], tool_plan: '', tool_calls: [] } } }],
  ])('ResponseParser does not count %s as output at %s', (_, path, event) => {
    expect(outputsOf(path, event)).toBe(0);
  });
});
