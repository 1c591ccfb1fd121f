// Telling how a promise settles: with a promise that settles alike, or beside those who await it, who notice nothing.
import { describe, expect, it } from 'vitest';
import { onSettled, settleAfter } from '../../src/hooks/promise-method.ts';

const ignore = (): void => {};

describe('onSettled', () => {
  it('gives the promise itself, and is told before who awaits it', async () => {
    const order: string[] = [];
    const promise = Promise.resolve();
    expect(onSettled(promise, () => order.push('told'))).toBe(promise);
    await promise.then(() => order.push('awaited'));
    expect(order).toEqual(['told', 'awaited']);
  });

  it('tells of a rejection, which stays one', async () => {
    let told = 0;
    const error = new Error('no');
    await expect(onSettled(Promise.reject(error), () => (told += 1))).rejects.toBe(error);
    expect(told).toBe(1);
  });

  it('passes on what is no promise', () => {
    expect(onSettled('text', ignore)).toBe('text');
  });
});

describe('settleAfter', () => {
  it('gives a promise that is fulfilled once that was told', async () => {
    const told: unknown[] = [];
    expect(await settleAfter(Promise.resolve('done'), (result) => told.push(result))).toBe('done');
    expect(told).toEqual(['done']);
  });

  it('leaves a rejection as it is', async () => {
    const told: unknown[] = [];
    await expect(settleAfter(Promise.reject(new Error('no')), (result) => told.push(result))).rejects.toThrow('no');
    expect(told).toEqual([]);
  });

  it('passes on what is no promise', () => {
    expect(settleAfter(5, ignore)).toBe(5);
  });
});
