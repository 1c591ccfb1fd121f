// Answers of every provider as they are sent, whole and streamed.
import { Meter, type Tokens } from '../instrumentations/llm/meter.ts';
import { anthropic } from '../kit/servers/llm-wires/anthropic.ts';
import { cohereWires } from '../kit/servers/llm-wires/cohere.ts';
import { googleWires } from '../kit/servers/llm-wires/google.ts';
import { ollamaWires } from '../kit/servers/llm-wires/ollama.ts';
import { openaiWires } from '../kit/servers/llm-wires/openai-chat.ts';
import { openaiResponses } from '../kit/servers/llm-wires/openai-responses.ts';
import type { PlainAnswer, Wire } from '../kit/servers/llm-wires/wire.ts';

export interface WireAnswer {
  readonly title: string;
  /** Where it is spoken. */
  readonly path: string;
  readonly contentType: string;
  /** Its events or lines; of what is not streamed, all of it. */
  readonly parts: readonly string[];
  readonly body: Uint8Array;
  /** Its tokens by kind. */
  readonly tokens: Tokens;
}

const SPOKEN: readonly (readonly [path: string, wires: readonly Wire[]])[] = [
  ['/v1/chat/completions', openaiWires('openai')],
  ['/v1/completions', openaiWires('openai')],
  ['/v1/embeddings', openaiWires('openai')],
  ['/openai/v1/chat/completions', openaiWires('groq')],
  ['/v1/chat/completions', openaiWires('mistral')],
  ['/v1/responses', [openaiResponses]],
  ['/v1/messages', [anthropic]],
  ['/v1beta/models/a-model:streamGenerateContent', googleWires],
  ['/api/chat', ollamaWires],
  ['/api/generate', ollamaWires],
  ['/v2/chat', cohereWires],
];

const USAGE = { input: 1234, output: 567, cacheRead: 1024, reasoning: 89 } as const;
const TEXTS = ['Hello', ', "\\wörld"', '\n😀 {"usage":', 'the end'];

export const ANSWERS: readonly WireAnswer[] = SPOKEN.flatMap(([path, wires]) => {
  const wire = wires.find((candidate) => candidate.path.test(path))!;
  const request = { stream: true, stream_options: { include_usage: true }, input: ['a'] };
  const plain: PlainAnswer = { request, model: 'a-model', texts: TEXTS, toolCalls: [], finishReason: undefined, usage: USAGE };
  const whole = [JSON.stringify(wire.whole(plain))];
  const events = wire.events(plain).map(({ name, data }) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    return wire.framing === 'lines' ? `${text}\n` : `${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`;
  });
  const streamType = wire.framing === 'lines' ? 'application/x-ndjson' : 'text/event-stream; charset=utf-8';
  return [
    answerOf(`${path}, whole`, path, 'application/json', whole),
    ...(events.length > 0 ? [answerOf(`${path}, streamed`, path, streamType, events)] : []),
  ];
});

function answerOf(title: string, path: string, contentType: string, parts: readonly string[]): WireAnswer {
  const body = Buffer.from(parts.join(''));
  const meter = new Meter(path);
  meter.answer([body], { 'content-type': contentType });
  return { title, path, contentType, parts, body, tokens: meter.take().tokens };
}
