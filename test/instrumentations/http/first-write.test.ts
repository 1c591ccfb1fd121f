// onFirstWrite reads the first bytes in whatever way they are written, once, and leaves the stream as it was.
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Guard } from '../../../src/hooks/instrumentation.ts';
import { onFirstWrite } from '../../../src/instrumentations/http/first-write.ts';

const unguarded: Guard = (run) => run;

class Sink extends Duplex {
  written = '';
  override _read(): void {}
  override _write(chunk: unknown, _: string, done: () => void): void {
    this.written += String(chunk);
    done();
  }
}

class ManySink extends Sink {
  override _writev(chunks: readonly { readonly chunk: unknown }[], done: () => void): void {
    this.written += chunks.map(({ chunk }) => String(chunk)).join('');
    done();
  }
}

const ways: [string, (stream: Duplex) => void][] = [
  ['a text', (stream) => void stream.write('first and the rest')],
  ['bytes', (stream) => void stream.write(Buffer.from('first and the rest'))],
  ['its end', (stream) => void stream.end('first and the rest')],
  ['pieces', (stream) => ['first', ' and', ' the rest'].forEach((text) => stream.write(text))],
  [
    'pieces held together',
    (stream) => {
      stream.cork();
      for (const text of ['first', ' and', ' the rest']) stream.write(text);
      stream.uncork();
    },
  ],
];

describe.each([Sink, ManySink])('onFirstWrite of a %o', (Stream) => {
  it.each(ways)('onFirstWrite reads %s', (_, write) => {
    const stream = new Stream();
    const seen: string[] = [];
    onFirstWrite(stream, unguarded, (text) => seen.push(text));
    write(stream);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^first/);
    expect(stream.written).toBe('first and the rest');
    expect([Object.hasOwn(stream, '_write'), Object.hasOwn(stream, '_writev')]).toEqual([false, false]);
  });

  it('onFirstWrite reads no more than the start', () => {
    const stream = new Stream();
    const seen: string[] = [];
    onFirstWrite(stream, unguarded, (text) => seen.push(text));
    stream.write('x'.repeat(1000));
    expect(seen[0]!.length).toBeLessThan(100);
    expect(stream.written).toHaveLength(1000);
  });

  it('onFirstWrite can be ended before anything is written', () => {
    const stream = new Stream();
    const seen: string[] = [];
    onFirstWrite(stream, unguarded, (text) => seen.push(text))();
    stream.write('first');
    expect(seen).toEqual([]);
    expect(Object.hasOwn(stream, '_write')).toBe(false);
  });
});

it('onFirstWrite leaves a stream its own methods', () => {
  const write = (_chunk: unknown, _encoding: string, done: () => void): void => done();
  const stream = new Duplex({ read() {}, write });
  onFirstWrite(stream, unguarded, () => {});
  stream.write('first');
  expect(Object.getOwnPropertyDescriptor(stream, '_write')!.value).toBe(write);
});

it('onFirstWrite lets a chunk be written once where its callback fails', () => {
  const failures: unknown[] = [];
  const guard: Guard =
    (run) =>
    (...values) => {
      try {
        return run(...values);
      } catch (error) {
        failures.push(error);
        return undefined;
      }
    };
  const stream = new Sink();
  onFirstWrite(stream, guard, () => {
    throw new Error('ours');
  });
  stream.write('first');
  stream.write(' second');
  expect(stream.written).toBe('first second');
  expect(failures).toHaveLength(1);
});
