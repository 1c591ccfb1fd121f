// An iterator that is watched gives what it gave, in its own promises, and tells how it ended.
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

function watched(parts: AsyncGenerator<number>): { readonly parts: AsyncGenerator<number>; readonly told: unknown[] } {
  const told: unknown[] = [];
  observeAsyncIterator(
    parts,
    {
      gave: (value) => void told.push(value),
      ended: () => void told.push('ended'),
      failed: (error) => void told.push(error),
      left: () => void told.push('left'),
    },
    guard,
  );
  return { parts, told };
}

async function* count(error?: Error): AsyncGenerator<number> {
  yield 1;
  yield 2;
  if (error !== undefined) throw error;
}

describe('a watched iterator', () => {
  it('is read to its end', async () => {
    const { parts, told } = watched(count());
    const read: number[] = [];
    for await (const part of parts) read.push(part);
    expect([read, told]).toEqual([
      [1, 2],
      [1, 2, 'ended'],
    ]);
  });

  it('throws its own error', async () => {
    const error = new Error('no');
    const { parts, told } = watched(count(error));
    await parts.next();
    await parts.next();
    await expect(parts.next()).rejects.toBe(error);
    expect(told).toEqual([1, 2, error]);
  });

  it('is left before its end', async () => {
    const { parts, told } = watched(count());
    for await (const _ of parts) break;
    expect(told).toEqual([1, 'left']);
    expect(await parts.next()).toEqual({ done: true, value: undefined });
  });

  it('goes on where its listener fails', async () => {
    const parts = count();
    const fail = (): never => {
      throw new Error('the listener');
    };
    observeAsyncIterator(parts, { gave: fail, ended: fail, failed: fail, left: fail }, guard);
    expect(await parts.next()).toEqual({ done: false, value: 1 });
    expect(await parts.return(undefined)).toEqual({ done: true, value: undefined });
  });
});
