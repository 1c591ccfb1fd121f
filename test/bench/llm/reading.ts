// One round of reading the events of a stream, as promtel does it and by a JSON.parse of each.
import { answerQuestions } from '../kit/answer.ts';
import { nanosPerOperation } from '../kit/cpu.ts';
import { COUNT, EVENTS } from './events.ts';

/** CPU time of an event, in nanoseconds. */
export interface ReadingCosts {
  readonly read: number;
  readonly parsed: number;
}

const wire = (path: string): string => new URL(`../../../build/llm-wire/${path}`, import.meta.url).href;
const { ResponseParser } = (await import(
  wire('response-parser.js')
)) as typeof import('../../../src/llm-wire/response-parser.ts');
const { formatOf } = (await import(wire('formats.js'))) as typeof import('../../../src/llm-wire/formats.ts');

const format = formatOf('/v1/chat/completions')!;
const parts = EVENTS.map((event) => Buffer.from(event));

answerQuestions(({ millis }: { readonly millis: number }): ReadingCosts => ({
  read: nanosPerOperation(readEvents, COUNT, millis).nanos,
  parsed: nanosPerOperation(parseEvents, COUNT, millis).nanos,
}));

function readEvents(): void {
  let chunks = 0;
  const reader = new ResponseParser(format, 'events', () => (chunks += 1));
  for (const part of parts) reader.write(part);
  const { usage } = reader.end();
  if (chunks !== 98 || usage?.output !== 98) throw new Error('the reader has lost something');
}

/** What it would cost to look at every event by parsing it. */
function parseEvents(): void {
  let usage: { completion_tokens: number } | undefined;
  for (const part of parts) {
    const text = part.toString('utf8', 'data: '.length);
    if (!text.startsWith('[')) usage = (JSON.parse(text) as { usage?: typeof usage }).usage ?? usage;
  }
  if (usage?.completion_tokens !== 98) throw new Error('JSON.parse has lost something');
}
