// observeCalls and observeOwnCalls report the calls of a method, and change neither its arguments, result, error nor looks.
import { describe, expect, it } from 'vitest';
import type { Guard } from '../../src/hooks/instrumentation.ts';
import { observeCalls, observeOwnCalls } from '../../src/hooks/observe-calls.ts';

const unguarded: Guard = (run) => run;

/** Returns undefined where a function throws, as the guard of an attachment. */
const swallowing = ((run: (...values: unknown[]) => unknown) =>
  (...values: unknown[]) => {
    try {
      return run(...values);
    } catch {
      return undefined;
    }
  }) as Guard;

class Basket {
  size = 2;
  add(left: number, right: number): number {
    if (left < 0) throw new RangeError('negative');
    return this.size + left + right;
  }
}

class FruitBasket extends Basket {}

describe('observeCalls', () => {
  it('observeCalls runs before and after each call with the object, the arguments, the result and the state', () => {
    const calls: unknown[] = [];
    const undo = observeCalls(Basket.prototype, 'add', unguarded, {
      before(basket: Basket, values: [number, number]) {
        calls.push(['before', basket.size, ...values]);
        return 'the state';
      },
      after: (basket, values, result, state) => calls.push(['after', basket.size, ...values, result, state]),
    });
    expect(new Basket().add(3, 4)).toBe(9);
    undo();
    expect(new Basket().add(1, 1)).toBe(4);
    expect(calls).toEqual([
      ['before', 2, 3, 4],
      ['after', 2, 3, 4, 9, 'the state'],
    ]);
  });

  it('observeCalls keeps name, length and descriptor of the method, and puts the very same back', () => {
    const before = Object.getOwnPropertyDescriptor(Basket.prototype, 'add');
    const undo = observeCalls(Basket.prototype, 'add', unguarded, {});
    expect([Basket.prototype.add.name, Basket.prototype.add.length]).toEqual(['add', 2]);
    expect(Object.keys(Basket.prototype)).toEqual([]);
    undo();
    expect(Object.getOwnPropertyDescriptor(Basket.prototype, 'add')).toEqual(before);
  });

  it('observeCalls lets an error through, without running after', () => {
    const results: unknown[] = [];
    const undo = observeCalls(Basket.prototype, 'add', unguarded, { after: (_, __, result) => results.push(result) });
    expect(() => new Basket().add(-1, 1)).toThrow('negative');
    expect(results).toEqual([]);
    undo();
  });

  it('observeCalls makes the call with the arguments that before has replaced', () => {
    const undo = observeCalls(Basket.prototype, 'add', unguarded, {
      before(_, values: number[]) {
        values[0] = 10;
      },
    });
    expect(new Basket().add(1, 1)).toBe(13);
    undo();
  });

  it('observeCalls makes the call where before or after fails', () => {
    const fail = (): never => {
      throw new Error('the observer');
    };
    const states: unknown[] = [];
    const undo = observeCalls(Basket.prototype, 'add', swallowing, {
      before: fail,
      after(_, __, ___, state) {
        states.push(state);
        fail();
      },
    });
    expect(new Basket().add(1, 1)).toBe(4);
    expect(states).toEqual([undefined]);
    undo();
  });

  it('observeCalls reports nothing more once undone, even where its wrapper stays below another', () => {
    let calls = 0;
    const before = (): number => (calls += 1);
    const undo = observeCalls(Basket.prototype, 'add', unguarded, { before });
    const undoUpper = observeCalls(Basket.prototype, 'add', unguarded, {});
    undo();
    expect(new Basket().add(1, 1)).toBe(4);
    expect(calls).toBe(0);
    undoUpper();
  });

  it('observeCalls throws where the holder has no such method of its own', () => {
    expect(() => observeCalls(FruitBasket.prototype, 'add', unguarded, {})).toThrow('no method add');
  });
});

describe('observeOwnCalls', () => {
  it('observeOwnCalls observes an inherited method of one object, and leaves the object as it was', () => {
    const [one, other] = [new FruitBasket(), new FruitBasket()];
    let calls = 0;
    const undo = observeOwnCalls(one, 'add', unguarded, { before: () => (calls += 1) });
    expect([one.add(1, 1), other.add(1, 1), calls]).toEqual([4, 4, 1]);
    expect(Object.keys(one)).toEqual(['size']);
    undo();
    expect(Object.hasOwn(one, 'add')).toBe(false);
  });

  it('observeOwnCalls leaves an object without such a method as it is', () => {
    const object = {};
    observeOwnCalls(object, 'add', unguarded, { before: () => {} })();
    expect(object).toEqual({});
  });
});
