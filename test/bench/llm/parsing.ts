// The process of the parsing benchmark: events of a stream, parsed by promtel and by a JSON.parse of each.
import { answerQuestions } from '../kit/answer.ts';
import { nanosPerOperation } from '../kit/cpu.ts';
import { COUNT, EVENTS } from './events.ts';

/** CPU nanoseconds per event. */
export interface ParsingCosts {
  readonly promtel: number;
  readonly jsonParse: number;
}

const wire = (path: string): string => new URL(`../../../build/llm-wire/${path}`, import.meta.url).href;
const { ResponseParser } = (await import(
  wire('response-parser.js')
)) as typeof import('../../../src/llm-wire/response-parser.ts');
const { formatOf } = (await import(wire('formats.js'))) as typeof import('../../../src/llm-wire/formats.ts');

const format = formatOf('/v1/chat/completions')!;
const parts = EVENTS.map((event) => Buffer.from(event));

answerQuestions(({ millis }: { readonly millis: number }): ParsingCosts => ({
  promtel: nanosPerOperation(parseWithPromtel, COUNT, millis).nanos,
  jsonParse: nanosPerOperation(parseAsJson, COUNT, millis).nanos,
}));

function parseWithPromtel(): void {
  let chunks = 0;
  const parser = new ResponseParser(format, 'events', () => (chunks += 1));
  for (const part of parts) parser.write(part);
  const { usage } = parser.end();
  if (chunks !== 98 || usage?.output !== 98) throw new Error('promtel lost events');
}

/** The alternative: parses every event as JSON. */
function parseAsJson(): void {
  let usage: { completion_tokens: number } | undefined;
  for (const part of parts) {
    const text = part.toString('utf8', 'data: '.length);
    if (!text.startsWith('[')) usage = (JSON.parse(text) as { usage?: typeof usage }).usage ?? usage;
  }
  if (usage?.completion_tokens !== 98) throw new Error('JSON.parse lost events');
}
