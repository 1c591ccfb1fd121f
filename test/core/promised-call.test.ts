// Telling how a promise settles: with a promise that settles alike, or beside those who await it, who notice nothing.
import { describe, expect, it } from 'vitest';
import { overhear, tellingDone } from '../../src/core/promised-call.ts';

const ignore = (): void => {};

describe('overhear', () => {
  it('gives the promise itself, and is told before who awaits it', async () => {
    const order: string[] = [];
    const promise = Promise.resolve('done');
    const heard = overhear(promise, (result) => order.push(`told ${String(result)}`), ignore);
    expect(heard).toBe(promise);
    await promise.then(() => order.push('awaited'));
    expect(order).toEqual(['told done', 'awaited']);
  });

  it('puts nothing off', async () => {
    const order: string[] = [];
    const bare = Promise.resolve().then(() => order.push('bare'));
    const heard = Promise.resolve(overhear(Promise.resolve(), ignore, ignore)).then(() => order.push('heard'));
    const next = Promise.resolve()
      .then(ignore)
      .then(() => order.push('next turn'));
    await Promise.all([bare, heard, next]);
    expect(order).toEqual(['bare', 'heard', 'next turn']);
  });

  it('tells of a rejection, which stays one', async () => {
    const told: unknown[] = [];
    const error = new Error('no');
    await expect(overhear(Promise.reject(error), ignore, (reason) => told.push(reason))).rejects.toBe(error);
    expect(told).toEqual([error]);
  });

  it('passes on what is no promise', () => {
    expect(overhear('text', ignore, ignore)).toBe('text');
  });
});

describe('tellingDone', () => {
  it('gives a promise that is fulfilled once that was told', async () => {
    const told: unknown[] = [];
    expect(await tellingDone(Promise.resolve('done'), (result) => told.push(result))).toBe('done');
    expect(told).toEqual(['done']);
  });

  it('leaves a rejection as it is', async () => {
    const told: unknown[] = [];
    await expect(tellingDone(Promise.reject(new Error('no')), (result) => told.push(result))).rejects.toThrow('no');
    expect(told).toEqual([]);
  });

  it('passes on what is no promise', () => {
    expect(tellingDone(5, ignore)).toBe(5);
  });
});
