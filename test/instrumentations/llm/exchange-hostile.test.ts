// Responses of LLMs that are not what they claim: broken, mislabelled, compressed in another way, far too large.
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { keptBytes } from '../../kit/kept-memory.ts';
import { ANSWERS, type WireAnswer } from '../../llm-wire/answers.ts';
import { anyChoices, choicesOf, cut } from '../../llm-wire/json-oracle.ts';
import { Meter, type Reading } from './meter.ts';

const anyAnswer = fc.constantFrom(...ANSWERS);
const ENCODINGS = [undefined, '', 'identity', 'gzip', 'br', 'deflate', 'zstd', 'compress', 'gzip, br', 'utf-8'];
const TYPES = ['text/event-stream', 'application/x-ndjson', 'application/json', 'text/html', '', 'a'.repeat(1000)];

/** What is measured of an answer once all of it is unpacked. */
async function measure(path: string, parts: Iterable<Uint8Array>, headers: Record<string, string>): Promise<Reading> {
  const meter = new Meter(path);
  meter.answer(parts, headers);
  await eventually(() => expect(meter.all().calls).toBe(1));
  return meter.all();
}

function headersOf(contentType: string, encoding: string | undefined): Record<string, string> {
  return { 'content-type': contentType, ...(encoding !== undefined && { 'content-encoding': encoding }) };
}

function expectNothingWrong({ tokens, unmetered, active }: Reading, answer: WireAnswer): void {
  for (const [kind, count] of Object.entries(tokens)) expect([kind, count]).toEqual([kind, answer.tokens[kind]]);
  expect(active).toBe(0);
  if (Object.keys(tokens).length === 0) expect(unmetered).toBe(1);
}

describe('broken responses of an LLM', () => {
  it('survives a response of an LLM with lost or changed bytes', () => {
    const anyDamage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255), fc.nat(20)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(anyAnswer, anyDamage, anyChoices, ({ path, contentType, body }, damage, cuts) => {
        const damaged = damage.reduce((bytes, [part, byte, lost]) => {
          const at = Math.floor(part * bytes.length);
          return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + lost)]);
        }, Buffer.from(body));
        const meter = new Meter(path);
        meter.answer(cut(damaged, choicesOf(cuts)), { 'content-type': contentType });
        const { calls, active, tokens } = meter.take();
        expect([calls, active]).toEqual([1, 0]);
        for (const count of Object.values(tokens)) expect(Number.isFinite(count) && count >= 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('survives a response of an LLM of any bytes', () => {
    fc.assert(
      fc.property(anyAnswer, fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...TYPES), ({ path }, bytes, contentType) => {
        const meter = new Meter(path);
        meter.answer([bytes], { 'content-type': contentType });
        expect(meter.take()).toMatchObject({ calls: 1, active: 0, tokens: {}, unmetered: 1 });
      }),
      { numRuns: 500 },
    );
  });

  it.each(ANSWERS.map((answer) => [answer.title, answer] as const))(
    'records nothing wrong of %s with a wrong type or encoding',
    async (_, answer) => {
      for (const contentType of TYPES)
        expectNothingWrong(await measure(answer.path, [answer.body], headersOf(contentType, undefined)), answer);
      for (const encoding of ENCODINGS) {
        const headers = headersOf(answer.contentType, encoding);
        for (const body of [answer.body, gzipSync(answer.body), brotliCompressSync(answer.body), deflateRawSync(answer.body)])
          expectNothingWrong(await measure(answer.path, [body], headers), answer);
      }
    },
  );

  it.each(ANSWERS.map((answer) => [answer.title, answer] as const))(
    'records nothing wrong of %s, compressed and cut off, damaged or with bytes behind it',
    async (_, answer) => {
      const headers = headersOf(answer.contentType, 'gzip');
      const packed = gzipSync(answer.body);
      const more = Buffer.concat([packed, Buffer.from('garbage \u0000 garbage')]);
      expect((await measure(answer.path, [packed, packed.subarray(packed.length)], headers)).tokens).toEqual(answer.tokens);
      expectNothingWrong(await measure(answer.path, [more], headers), answer);
      expectNothingWrong(await measure(answer.path, [packed, more.subarray(packed.length)], headers), answer);
      for (let at = 0; at < packed.length; at += 29)
        expectNothingWrong(await measure(answer.path, [packed.subarray(0, at)], headers), answer);
    },
  );
});

describe('a response of an LLM of a hundred megabytes', () => {
  const MEGABYTES = 100;
  const chunk = (text: string): Buffer => Buffer.from(text.repeat(Math.ceil(65_536 / text.length)));
  const CHUNKS: Readonly<Record<string, readonly [start: string, chunk: Buffer]>> = {
    'of events': [
      '',
      chunk('data: {"id":"chatcmpl-0123456789abcdefghijkl","model":"m","choices":[{"delta":{"content":"word"}}]}\n\n'),
    ],
    'in one event': ['data: {"choices":[{"delta":{"content":"', chunk('word \\" ')],
    'of other lines': ['', chunk(': keep-alive\n')],
    'in lines of one event': ['', chunk('data: {"choices":[\n')],
    'of models': ['data: ', chunk('{"model":"a-model"},')],
    'without lines': ['', chunk('x')],
  };

  it.each(Object.entries(CHUNKS))('reads a response of an LLM once without keeping it: %s', (_, [start, bytes]) => {
    const meter = new Meter('/v1/chat/completions');
    const exchange = meter.begin({ 'content-type': 'text/event-stream' });
    exchange.received(Buffer.from(start));
    exchange.received(bytes);
    const before = keptBytes();
    // To parse everything again with each chunk would take minutes, and this test has half of one.
    for (let read = 0; read < MEGABYTES * 1e6; read += bytes.length) exchange.received(bytes);
    expect(keptBytes() - before).toBeLessThan(32e6);
    exchange.end();
    expect(meter.take()).toMatchObject({ calls: 1, active: 0, unmetered: 1, tokens: {} });
  });

  it('decompresses a highly compressed response of an LLM bit by bit, without blocking the application', async () => {
    const packed = gzipSync(Buffer.alloc(MEGABYTES * 1e6, ' '));
    expect(packed.length).toBeLessThan(200_000);
    const before = keptBytes();
    let turns = 0;
    const counting = setInterval(() => (turns += 1));
    const reading = await measure(
      '/v1/chat/completions',
      cut(packed, choicesOf([4, 9, 17])),
      headersOf('application/json', 'gzip'),
    );
    clearInterval(counting);
    expect(reading).toMatchObject({ calls: 1, unmetered: 1, tokens: {} });
    expect(turns).toBeGreaterThan(20);
    expect(keptBytes() - before).toBeLessThan(32e6);
  });
});
