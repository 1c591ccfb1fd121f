// observeAsyncIterator reports the values of an iterator and how it ended, and leaves the iterator's own promises to its reader.
import { describe, expect, it } from 'vitest';
import { Registry } from '../../src/core/recording/registry.ts';
import { observeAsyncIterator } from '../../src/hooks/async-iterator.ts';
import { attach } from '../../src/hooks/attach.ts';
import type { Guard } from '../../src/hooks/instrumentation.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';

let guard!: Guard;
attach(
  { name: 'a-test', target: { package: 'none', versions: '*' }, metrics: [], attach: (one) => void (guard = one.guard) },
  new Registry(),
  SETTINGS,
);

function observed(parts: AsyncGenerator<number>): { readonly parts: AsyncGenerator<number>; readonly reported: unknown[] } {
  const reported: unknown[] = [];
  observeAsyncIterator(
    parts,
    {
      value: (value) => void reported.push(value),
      ended: () => void reported.push('ended'),
      failed: (error) => void reported.push(error),
      stopped: () => void reported.push('stopped'),
    },
    guard,
  );
  return { parts, reported };
}

async function* count(error?: Error): AsyncGenerator<number> {
  yield 1;
  yield 2;
  if (error !== undefined) throw error;
}

describe('observeAsyncIterator', () => {
  it('observeAsyncIterator reports an iterator that is read to its end', async () => {
    const { parts, reported } = observed(count());
    const read: number[] = [];
    for await (const part of parts) read.push(part);
    expect([read, reported]).toEqual([
      [1, 2],
      [1, 2, 'ended'],
    ]);
  });

  it('observeAsyncIterator reports an iterator that throws, and lets its error through', async () => {
    const error = new Error('no');
    const { parts, reported } = observed(count(error));
    await parts.next();
    await parts.next();
    await expect(parts.next()).rejects.toBe(error);
    expect(reported).toEqual([1, 2, error]);
  });

  it('observeAsyncIterator reports a reader that stops before the end', async () => {
    const { parts, reported } = observed(count());
    for await (const _ of parts) break;
    expect(reported).toEqual([1, 'stopped']);
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });

  it('observeAsyncIterator goes on where a listener throws', async () => {
    const parts = count();
    const fail = (): never => {
      throw new Error('the listener');
    };
    observeAsyncIterator(parts, { value: fail, ended: fail, failed: fail, stopped: fail }, guard);
    expect(await parts.next()).toEqual({ done: false, value: 1 });
    expect(await parts.return(undefined)).toEqual({ done: true, value: undefined });
  });
});
