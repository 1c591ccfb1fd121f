// JsonFields finds the same fields as JSON.parse in any document, wherever it is cut and however it is written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldTree } from '../../src/llm-wire/field-tree.ts';
import { JsonFields } from '../../src/llm-wire/json-fields.ts';
import { anyChoices, anyJson, choicesOf, cut, foundIn, type Json, lastOf, written } from './json-oracle.ts';

const PATHS = {
  model: ['model', 'response.model'],
  reason: ['choices.*.reason', 'delta.reason', 'stop'],
  input: ['usage.input', 'response.usage.input'],
  cached: ['usage.details.cached'],
  isLast: ['last'],
  output: ['choices.*.delta.text', 'choices.*.delta.calls', 'delta.text'],
  error: ['error'],
} as const;
const MARKS = ['output', 'error'] as const;
const KEYS = [...new Set(Object.values(PATHS).flatMap((paths) => paths.flatMap((path) => path.split('.'))))].filter(
  (key) => key !== '*',
);

/** Long enough to be worth remembering. */
const ID = 'chat-0123456789abcdefghijklmnopqrstuv';

const anyDocument = anyJson(KEYS);

function readerOf(): JsonFields<keyof typeof PATHS> {
  return new JsonFields(fieldTree<keyof typeof PATHS>(PATHS, MARKS));
}

/** What is found in one document. */
function read(...parts: (string | Uint8Array)[]): Record<string, unknown> {
  const reader = readerOf();
  for (const part of parts) reader.write(typeof part === 'string' ? Buffer.from(part) : part);
  reader.reset();
  return { ...reader.found };
}

describe('the fields of a document', () => {
  it('JsonFields finds the fields of any document, however it is written and wherever it is cut', () => {
    fc.assert(
      fc.property(anyDocument, anyChoices, anyChoices, (document, style, cuts) => {
        const text = written(document, choicesOf(style));
        expect(read(...cut(Buffer.from(text), choicesOf(cuts)))).toEqual(lastOf(foundIn(text, PATHS, MARKS)));
      }),
      { numRuns: 500 },
    );
  });

  it('JsonFields finds the same fields where a document is cut at any byte, also within a character', () => {
    fc.assert(
      fc.property(anyDocument, anyChoices, (document, style) => {
        const text = written(document, choicesOf(style));
        const bytes = Buffer.from(text);
        const expected = lastOf(foundIn(text, PATHS, MARKS));
        for (let at = 0; at <= bytes.length; at += 1) expect(read(bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('JsonFields finds the fields of every item where the document is an array', () => {
    fc.assert(
      fc.property(fc.array(anyDocument, { maxLength: 4 }), anyChoices, anyChoices, (documents, style, cuts) => {
        const text = written(documents, choicesOf(style));
        expect(read(...cut(Buffer.from(text), choicesOf(cuts)))).toEqual(lastOf(foundIn(text, PATHS, MARKS)));
      }),
    );
    expect(read('[[{"model":"a"}],{"stop":"b"}]')).toEqual({ reason: 'b' });
  });

  it('JsonFields finds the fields of one document after the other, many of which begin alike', () => {
    const head = fc.tuple(fc.constantFrom(ID, 'x'), anyDocument);
    fc.assert(
      fc.property(
        head,
        fc.array(anyDocument, { minLength: 2, maxLength: 6 }),
        anyChoices,
        anyChoices,
        ([id, more], tails, style, cuts) => {
          const reader = readerOf();
          const choose = choicesOf(cuts);
          const found: [string, unknown][] = [];
          for (const tail of [...tails, ...tails, ...tails]) {
            const document = { id, ...(more as object), ...(tail as object) };
            const text = written(style[0]! % 4 === 0 ? [more, document] : document, choicesOf(style));
            found.push(...foundIn(text, PATHS, MARKS));
            const parts = choose() % 3 === 0 ? cut(Buffer.from(text), choose) : [Buffer.from(text)];
            for (const part of parts) reader.write(part);
            reader.reset();
            expect(reader.found).toEqual(lastOf(found));
          }
        },
      ),
      {
        numRuns: 300,
        examples: [[[ID, { model: { model: {} } }], [{}, {}, { model: '', choices: '' }, {}], [1], [10]]],
      },
    );
  });

  it('JsonFields finds the fields of arrays that begin alike with a whole item', () => {
    const reader = readerOf();
    for (const tail of ['"stop":"x"', '"stop":"y"', '"model":"b"', '"stop":"z"']) {
      reader.write(Buffer.from(`[{"model":"a"},{"id":"${ID}",${tail}}]`));
      reader.reset();
    }
    expect(reader.found).toEqual({ model: 'a', reason: 'z' });
  });

  it('JsonFields finds no fields of a document that is cut off', () => {
    fc.assert(
      fc.property(anyDocument, anyChoices, fc.double({ min: 0, max: 1, noNaN: true }), (document, style, part) => {
        const bytes = Buffer.from(written(document, choicesOf(style)).trimEnd());
        expect(read(bytes.subarray(0, Math.floor(part * (bytes.length - 1))))).toEqual({});
      }),
      { numRuns: 500 },
    );
    expect(read('[{"model":"a"},{"model":"b"')).toEqual({ model: 'a' });
  });

  it('JsonFields.commit gives the fields of a document that is not complete', () => {
    const reader = readerOf();
    reader.write(Buffer.from('{"model":"a","usage":{"input":12'));
    expect(reader.found).toEqual({});
    reader.commit();
    expect(reader.found).toEqual({ model: 'a' });
    reader.write(Buffer.from('3}}'));
    expect(reader.found).toEqual({ model: 'a', input: 123 });
  });

  it('JsonFields never throws, whatever is written', () => {
    const anyText = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'n', ' ', '"model"', '"usage"', '"input":'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          anyText.map((text) => Buffer.from(text)),
          fc.uint8Array({ maxLength: 200 }),
        ),
        anyChoices,
        (bytes, cuts) => {
          const parts = cut(bytes, choicesOf(cuts));
          expect(read(...parts)).toEqual(read(bytes));
          const reader = readerOf();
          for (const part of parts) reader.write(part);
          reader.reset();
          reader.write(Buffer.from('{"model":"after","usage":{"input":5}}'));
          expect(reader.found).toMatchObject({ model: 'after', input: 5 });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a value', () => {
  it.each([
    ['a number at the very end', '{"usage":{"input":12', {}],
    ['a number that goes on where the document does not', '{"usage":{"input":1}}{"usage":{"input":12', { input: 1 }],
    ['a number cut within', ['{"usage":{"input":1', '2}}'], { input: 12 }],
    ['an exponent', '{"usage":{"input":1.2e3}}', { input: 1200 }],
    ['a number that is none', '{"usage":{"input":0x10}}', {}],
    ['a number of zeros', '{"usage":{"input":007}}', {}],
    ['a number beyond all numbers', '{"usage":{"input":1e999}}', {}],
    ['a number longer than any', `{"usage":{"input":1.${'0'.repeat(300)}}}`, {}],
    ['null', '{"model":null,"usage":null,"error":null}', {}],
    ['true and false', '{"last":true}{"last":false}', { isLast: false }],
    ['a word that is no literal', '{"last":yes}', {}],
    ['a container', '{"model":{},"stop":[]}', { model: true, reason: true }],
    ['a key twice', '{"model":"a","model":"b"}', { model: 'b' }],
    ['a key with escapes', String.raw`{"\u006dodel":"a"}`, { model: 'a' }],
    ['a key that is a part of one', '{"mod":"a","modelx":"b"}', {}],
    ['a key of nothing', '{"":"a"}', {}],
    ['a star for a key', '{"choices":{"*":{"reason":"a"}}}', {}],
    ['an object for an array', '{"choices":{"reason":"a"}}', {}],
    ['an array for an object', '{"usage":[{"input":1}]}', {}],
    ['an array in an array', '{"choices":[[{"reason":"a"}]]}', {}],
    ['a text where an object is looked for', '{"usage":"input","choices":["reason"]}', {}],
    ['a text that ends with a backslash', String.raw`{"stop":"a\\","model":"b"}`, { reason: 'a\\', model: 'b' }],
    ['a lone surrogate', String.raw`{"model":"\ud83d"}`, { model: '\ud83d' }],
    ['an escape that is none', String.raw`{"model":"a\x","stop":"b"}`, { reason: 'b' }],
    ['a text with a line break', '{"model":"a\nb","stop":"b"}', { reason: 'b' }],
    ['a byte order mark', '\uFEFF{"model":"a"}', { model: 'a' }],
    ['an empty mark', '{"delta":{"text":""},"error":""}', {}],
    ['a mark', '{"delta":{"text":"a"},"error":{"message":"b"}}', { output: true, error: true }],
    ['a mark that is a number', '{"error":404}', { error: true }],
  ])('%s', (_, text, expected) => {
    expect(read(...[text].flat())).toEqual(expected);
  });

  it('JsonFields decodes invalid UTF-8 as a browser does', () => {
    const bytes = Buffer.concat([Buffer.from('{"model":"a'), Buffer.from([0xff, 0xc3]), Buffer.from('b"}')]);
    expect(read(bytes)).toEqual({ model: 'a\uFFFD\uFFFDb' });
    expect(read(bytes.subarray(0, 12), bytes.subarray(12))).toEqual({ model: 'a\uFFFD\uFFFDb' });
    const twice = readerOf();
    for (const text of [Buffer.from('{"model":"é"}'), Buffer.from('{"model":"\xe9"}', 'latin1')]) {
      twice.write(text);
      twice.reset();
    }
    expect(twice.found).toEqual({ model: '\uFFFD' });
  });

  it('JsonFields finds texts up to 256 bytes, and the presence of texts of any length', () => {
    const long = 'x'.repeat(300);
    expect(read(JSON.stringify({ model: 'x'.repeat(256) }))).toEqual({ model: 'x'.repeat(256) });
    expect(read(JSON.stringify({ model: long, stop: 'a' }))).toEqual({ reason: 'a' });
    for (const part of [1, 100, 255, 256, 257, 400]) {
      const bytes = Buffer.from(JSON.stringify({ [long]: 1, model: long, delta: { text: long }, stop: 'a' }));
      expect(read(bytes.subarray(0, part), bytes.subarray(part))).toEqual({ output: true, reason: 'a' });
    }
  });
});

describe('a document of any size', () => {
  it('JsonFields parses a document that is nested a hundred thousand levels deep', () => {
    const levels = 100_000;
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
      ['{"choices":[{"delta":', '}]}'],
      ['[{"usage":', '}]'],
    ] as const) {
      const deep = `{"deep":${open.repeat(levels)}1${close.repeat(levels)},"model":"a"}`;
      expect(read(deep)).toMatchObject({ model: 'a' });
    }
    expect(read('['.repeat(levels), '{"model":"a"}')).toEqual({});
    expect(read(']'.repeat(levels), '{"model":"a"}')).toEqual({ model: 'a' });
  });

  it('JsonFields parses in time that grows with the length, and keeps nothing of the document', () => {
    const reader = readerOf();
    const parts: Json[] = [
      'x'.repeat(65_536),
      '\\'.repeat(32_768),
      '"'.repeat(32_768),
      Array.from({ length: 16_384 }, (_, index) => index % 1000),
    ];
    const chunks = parts.map((part) => Buffer.from(`${JSON.stringify(part)},`));
    reader.write(Buffer.from('{"choices":[{"reason":"a","delta":{"text":["'));
    globalThis.gc?.();
    const start = process.cpuUsage();
    const before = process.memoryUsage().arrayBuffers;
    for (let round = 0; round < 200; round += 1) for (const chunk of chunks) reader.write(chunk);
    const { user } = process.cpuUsage(start);
    // Some fifty megabytes; a tenth of this where nothing else runs.
    expect(user / 1e6).toBeLessThan(5);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
    reader.reset();
    reader.write(Buffer.from('{"model":"after"}'));
    expect(reader.found).toEqual({ model: 'after' });
  });
});
