// Responses of every provider, cut at every byte: usage is the provider's figure, or missing and counted as unmetered.
import { describe, expect, it } from 'vitest';
import { ANSWERS } from '../../llm-wire/answers.ts';
import { Meter, type Tokens } from './meter.ts';

const EXPECTED = { input: 1234, output: 567 };

describe.each(ANSWERS.map((answer) => [answer.title, answer] as const))('%s', (_, { path, contentType, parts, body, tokens }) => {
  const headers = { 'content-type': contentType };
  const isEmbedding = path.endsWith('embeddings');

  it('records the tokens of a response of an LLM', () => {
    expect(tokens).toMatchObject(isEmbedding ? { input: 1234 } : EXPECTED);
  });

  it('records the same of a response of an LLM that is cut in two anywhere', () => {
    const meter = new Meter(path);
    meter.take();
    for (let at = 0; at <= body.length; at += 1) {
      meter.answer([body.subarray(0, at), body.subarray(at)], headers);
      expect(meter.take()).toEqual({ tokens, finished: isEmbedding ? 0 : 1, calls: 1, unmetered: 0, active: 0, aborted: 0 });
    }
  });

  it('records the same of a response of an LLM byte for byte', () => {
    const meter = new Meter(path);
    meter.answer(
      Array.from(body, (byte) => Uint8Array.of(byte)),
      headers,
    );
    expect(meter.take()).toMatchObject({ tokens, unmetered: 0 });
  });

  it('records nothing wrong of a response of an LLM that breaks off at any byte', () => {
    const meter = new Meter(path);
    meter.take();
    for (let at = 0; at < body.length; at += 1) {
      meter.answer([body.subarray(0, at)], headers, 'ECONNRESET');
      const { tokens: counted, ...counts } = meter.take();
      expectNothingWrong(counted, tokens);
      expect(counted).not.toHaveProperty('output');
      expect(counts).toMatchObject({ calls: 1, unmetered: 1, active: 0 });
    }
  });

  it('records nothing wrong of a response of an LLM that ends at any byte as if complete', () => {
    const meter = new Meter(path);
    meter.take();
    for (let at = 0; at < body.length; at += 1) {
      meter.answer([body.subarray(0, at)], headers);
      const { tokens: counted, ...counts } = meter.take();
      expectNothingWrong(counted, tokens);
      const isMetered = isEmbedding ? 'input' in counted : 'output' in counted;
      expect(counts).toMatchObject({ calls: 1, unmetered: isMetered ? 0 : 1, active: 0 });
      expect(counts.finished + counts.aborted).toBeLessThanOrEqual(1);
    }
  });

  it('leaves no LLM call active that is dropped at any event', () => {
    const meter = new Meter(path);
    for (let count = 0; count <= parts.length; count += 1) {
      const exchange = meter.begin(headers);
      for (const part of parts.slice(0, count)) exchange.received(Buffer.from(part));
      exchange.forget();
      exchange.received(Buffer.from(parts[0]!));
      exchange.end();
      expect(meter.take()).toMatchObject({ tokens: {}, calls: 0, active: 0 });
    }
  });
});

function expectNothingWrong(counted: Tokens, expected: Tokens): void {
  for (const [kind, count] of Object.entries(counted)) expect([kind, count]).toEqual([kind, expected[kind]]);
}
