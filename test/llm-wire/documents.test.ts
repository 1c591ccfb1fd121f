// Documents splits any body into its JSON documents, wherever the body is cut: server-sent events, lines, or a single one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Documents, type Framing, framingOf } from '../../src/llm-wire/documents.ts';
import { fieldTree } from '../../src/llm-wire/field-tree.ts';
import { JsonFields } from '../../src/llm-wire/json-fields.ts';
import { anyChoices, anyJson, choicesOf, cut, foundIn, lastOf, written } from './json-oracle.ts';

describe('the framing of a body', () => {
  it.each([
    ['text/event-stream', 'events'],
    ['text/event-stream; charset=utf-8', 'events'],
    ['Text/Event-Stream', 'events'],
    ['application/x-ndjson', 'lines'],
    ['application/jsonl', 'lines'],
    ['application/stream+json', 'lines'],
    ['application/json; charset=utf-8', 'whole'],
    ['text/html', 'whole'],
    ['', 'whole'],
  ])('framingOf content-type %j is %s', (contentType, expected) => {
    expect(framingOf(contentType)).toBe(expected);
  });
});

/** The documents that were complete, and what was left of one that was not. */
function documentsIn(framing: Framing, parts: readonly Uint8Array[]): { complete: string[]; rest: string } {
  const complete: string[] = [];
  let bytes: Uint8Array[] = [];
  const reader = {
    write: (part: Uint8Array, from = 0, to = part.length) => void bytes.push(part.slice(from, to)),
    reset: () => (bytes = []),
  };
  const documents = new Documents(framing, reader, () => complete.push(Buffer.concat(bytes).toString()));
  for (const part of parts) documents.write(part);
  const rest = Buffer.concat(bytes).toString();
  documents.end();
  return { complete, rest };
}

/** What the standard has a stream of server-sent events mean: the data of each event that has any. */
function eventsIn(stream: string): string[] {
  const lines = stream.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  // What follows the last end of a line is no line, and an event ends with an empty one.
  lines.pop();
  const events: string[] = [];
  let data: string[] = [];
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) events.push(data.join('\n'));
      data = [];
    } else if (line === 'data') data.push('');
    else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  return events;
}

/** Removes what JSON ignores: empty lines, and white space before a value. */
function plain(events: readonly string[]): string[][] {
  return events
    .map((event) =>
      event
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    )
    .filter((lines) => lines.length > 0);
}

/** Cut after every so many bytes. */
function partsOf(text: string, most: number): Uint8Array[] {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / most);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * most, (index + 1) * most));
}

const END = fc.constantFrom('\n', '\n', '\r\n', '\r');
const LINE = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('data: {"a":1}', 'data:{', 'data:  }', 'data: [DONE]', 'data: "é😀"', '', '', '') },
  fc.constantFrom(
    'data',
    'data:',
    'data: ',
    'dat',
    'data x',
    ' data: 1',
    'Data: 1',
    'database: 1',
    ': data: 1',
    ':',
    'event: data',
    'id: 1',
    'retry: 5',
    '\uFEFFdata: 1',
  ),
  fc.string({ unit: fc.constantFrom('d', 'a', 't', ':', ' ', '\uFEFF', 'x'), maxLength: 9 }),
);
const anyStream = fc
  .tuple(fc.constantFrom('', '', '\uFEFF', '\uFEFF\uFEFF', '\uFE00'), fc.array(fc.tuple(LINE, END), { maxLength: 14 }), LINE)
  .map(([start, lines, rest]) => `${start}${lines.map(([line, end]) => line + end).join('')}${rest}`);

describe('server-sent events', () => {
  it('server-sent events are split as the standard has it, wherever the stream is cut', () => {
    fc.assert(
      fc.property(anyStream, anyChoices, (stream, cuts) => {
        const { complete } = documentsIn('events', cut(Buffer.from(stream), choicesOf(cuts)));
        expect(plain(complete)).toEqual(plain(eventsIn(stream)));
      }),
      {
        numRuns: 1000,
        examples: [
          ['data: {"a":1}\r\ndata: {"a":1}', [0]],
          ['data:{\r\n\ndata: {"a":1}', [67, 0]],
        ],
      },
    );
  });

  it.each([
    ['one', 'data: 1\n\n', ['1']],
    ['without a space', 'data:1\n\n', ['1']],
    ['with returns', 'data: 1\r\rdata: 2\r\r', ['1', '2']],
    ['with both', 'data: 1\r\n\r\ndata: 2\r\n\r\n', ['1', '2']],
    ['with other lines', ': ping\nevent: x\nid: 7\ndata: 1\nretry: 9\n\n', ['1']],
    ['of several lines', 'data: 1\ndata: 2\n\n', ['1\n2']],
    ['after a byte order mark', '\uFEFFdata: 1\n\n', ['1']],
    ['without data', 'event: ping\n\n: nothing\n\n', []],
    ['that is not complete', 'data: 1\n\ndata: 2\n', ['1']],
  ])('%s', (_, stream, expected) => {
    for (const most of [1, 2, 3, 1000])
      expect(documentsIn('events', partsOf(stream, most)).complete.map((text) => text.replaceAll(' ', ''))).toEqual(expected);
  });

  it('server-sent events of several lines keep their line breaks', () => {
    const reader = new JsonFields(fieldTree({ input: ['input'] }));
    const documents = new Documents('events', reader, () => {});
    documents.write(Buffer.from('data: {"input":1\ndata: 2}\n\n'));
    expect(reader.found.input).not.toBe(12);
    documents.write(Buffer.from('data: {"input":\r\ndata: 34\r\ndata: }\r\n\r\n'));
    expect(reader.found.input).toBe(34);
  });

  it('server-sent events take time that grows with their length, whatever their lines are', () => {
    const reader = new JsonFields(fieldTree({ input: ['input'] }));
    const documents = new Documents('events', reader, () => {});
    const open = `data: "${'x'.repeat(90)}\n${`data: ${'x'.repeat(90)}\n`.repeat(700)}`;
    const streams = [open, '\n'.repeat(65_536), '\r'.repeat(65_536), 'data:\n'.repeat(11_000), `data: ${'x'.repeat(65_536)}`];
    const start = process.cpuUsage();
    for (const stream of streams) for (let round = 0; round < 40; round += 1) documents.write(Buffer.from(stream));
    // Some thirteen megabytes; a tenth of this where nothing else runs.
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5);
  });
});

describe('documents of a line each', () => {
  const PATHS = { model: ['model'], input: ['usage.input'] } as const;
  const anyDocument = anyJson(['model', 'usage', 'input']);
  const BROKEN = fc.constantFrom(
    '{"broken',
    '{"a":{"b":[',
    ']]}}',
    '"',
    '\\',
    '{"x":"\\',
    'nul',
    '',
    '  ',
    '\u001e',
    '\uFEFF',
    '<html>',
  );

  it('documents on lines are split from broken lines, and the last one needs no line break', () => {
    const anyLines = fc.array(fc.oneof(anyDocument, BROKEN), { maxLength: 8 });
    fc.assert(
      fc.property(anyLines, anyChoices, fc.constantFrom('\n', '\r\n', '\n\u001e'), (lines, cuts, end) => {
        const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
        const whole = texts.filter((_, index) => typeof lines[index] !== 'string');
        const reader = new JsonFields(fieldTree<keyof typeof PATHS>(PATHS));
        let ended = 0;
        const documents = new Documents('lines', reader, () => (ended += 1));
        for (const part of cut(Buffer.from(texts.join(end)), choicesOf(cuts))) documents.write(part);
        documents.end();
        expect(reader.found).toEqual(lastOf(whole.flatMap((text) => foundIn(text, PATHS))));
        expect(ended).toBe(Math.max(texts.length, 1));
      }),
      { numRuns: 600 },
    );
  });
});

describe('a body that is one document', () => {
  it('a body that is one document is passed on as it comes', () => {
    fc.assert(
      fc.property(anyJson(['model']), anyChoices, (document, choices) => {
        const text = written(document, choicesOf(choices));
        expect(documentsIn('whole', cut(Buffer.from(text), choicesOf(choices)))).toEqual({ complete: [text], rest: text });
      }),
      { numRuns: 60 },
    );
  });
});
