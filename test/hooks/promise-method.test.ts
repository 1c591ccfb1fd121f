// Promises are observed by another that settles alike, or beside those who await them; neither is noticed.
import { describe, expect, it } from 'vitest';
import type { Guard } from '../../src/hooks/instrumentation.ts';
import { observePromiseMethod, onSettled, settleAfter } from '../../src/hooks/promise-method.ts';

const unguarded: Guard = (run) => run;
const ignore = (): void => {};

class Shop {
  readonly name = 'shop';
  async order(item: string, isSoldOut = false): Promise<string> {
    if (isSoldOut) throw new Error(`no ${item}`);
    return `${item} of ${this.name}`;
  }
}

describe('observePromiseMethod', () => {
  it('observePromiseMethod reports a promise that is fulfilled and one that is rejected, each with the state of its call', async () => {
    const outcomes: unknown[] = [];
    const undo = observePromiseMethod(Shop.prototype, 'order', unguarded, {
      before: (shop: Shop, [item]: [string]) => `${shop.name}: ${item}`,
      fulfilled: (result, state) => outcomes.push([state, result]),
      rejected: (error, state) => outcomes.push([state, (error as Error).message]),
    });
    expect(await new Shop().order('tea')).toBe('tea of shop');
    await expect(new Shop().order('rum', true)).rejects.toThrow('no rum');
    undo();
    await new Shop().order('milk');
    expect(outcomes).toEqual([
      ['shop: tea', 'tea of shop'],
      ['shop: rum', 'no rum'],
    ]);
  });

  it('observePromiseMethod leaves a call alone for which before returns undefined: its promise is the very same', async () => {
    const promise = Promise.resolve('tea');
    const holder = { order: () => promise };
    observePromiseMethod(holder, 'order', unguarded, { before: () => undefined, fulfilled: ignore });
    expect(holder.order()).toBe(promise);
  });

  it('observePromiseMethod makes the call by run, and returns what is no promise as it is', () => {
    const holder = { order: (item: string) => item };
    const steps: string[] = [];
    observePromiseMethod(holder, 'order', unguarded, {
      before: () => 'context',
      run(call, state) {
        steps.push(state);
        return call();
      },
    });
    expect(holder.order('tea')).toBe('tea');
    expect(steps).toEqual(['context']);
  });
});

describe('onSettled', () => {
  it('onSettled returns the promise itself, and calls back before those who await it', async () => {
    const order: string[] = [];
    const promise = Promise.resolve();
    expect(onSettled(promise, () => order.push('settled'))).toBe(promise);
    await promise.then(() => order.push('awaited'));
    expect(order).toEqual(['settled', 'awaited']);
  });

  it('onSettled calls back for a rejection, which stays one', async () => {
    let calls = 0;
    const error = new Error('no');
    await expect(onSettled(Promise.reject(error), () => (calls += 1))).rejects.toBe(error);
    expect(calls).toBe(1);
  });

  it('onSettled returns what is no promise', () => {
    expect(onSettled('text', ignore)).toBe('text');
  });
});

describe('settleAfter', () => {
  it('settleAfter returns a promise that is fulfilled after the callback was called', async () => {
    const results: unknown[] = [];
    expect(await settleAfter(Promise.resolve('done'), (result) => results.push(result))).toBe('done');
    expect(results).toEqual(['done']);
  });

  it('settleAfter leaves a rejection as it is', async () => {
    const results: unknown[] = [];
    await expect(settleAfter(Promise.reject(new Error('no')), (result) => results.push(result))).rejects.toThrow('no');
    expect(results).toEqual([]);
  });

  it('settleAfter returns what is no promise', () => {
    expect(settleAfter(5, ignore)).toBe(5);
  });
});
