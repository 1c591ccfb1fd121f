// wrapMethod puts a function around a method that looks like the original, and leaves wrappers in place that came later.
import { describe, expect, it } from 'vitest';
import { type Method, wrapMethod } from '../../src/hooks/wrap-method.ts';

const counting = (calls: unknown[][]) => (original: Method) =>
  function (this: unknown, ...values: unknown[]) {
    calls.push(values);
    return original.apply(this, values);
  };

describe('wrapMethod', () => {
  class Basket {
    size = 2;
    add(left: number, right: number): number {
      return this.size + left + right;
    }
  }

  it('wrapMethod keeps name, length, properties, this and result of the method', () => {
    const calls: unknown[][] = [];
    const original = Object.assign(Basket.prototype.add, { note: 'kept' });
    const undo = wrapMethod(Basket.prototype, 'add', counting(calls));
    expect(Basket.prototype.add).not.toBe(original);
    expect(Basket.prototype.add).toHaveProperty('name', 'add');
    expect(Basket.prototype.add).toHaveProperty('length', 2);
    expect(Basket.prototype.add).toHaveProperty('note', 'kept');
    expect(Object.keys(Basket.prototype)).toEqual([]);
    expect(new Basket().add(3, 4)).toBe(9);
    expect(calls).toEqual([[3, 4]]);
    undo();
    expect(Basket.prototype.add).toBe(original);
  });

  it('wrapMethod makes the wrapper of an async function look like one', () => {
    const holder = { wait: async () => {}, hurry: () => {} };
    for (const name of ['wait', 'hurry']) wrapMethod(holder, name, counting([]));
    expect([holder.wait.constructor.name, holder.hurry.constructor.name]).toEqual(['AsyncFunction', 'Function']);
  });

  it('wrapMethod leaves a wrapper in place that was put on top of it', () => {
    const undo = wrapMethod(Basket.prototype, 'add', counting([]));
    const undoLater = wrapMethod(Basket.prototype, 'add', counting([]));
    const later = Basket.prototype.add;
    undo();
    expect(Basket.prototype.add).toBe(later);
    undoLater();
    expect(new Basket().add(1, 1)).toBe(4);
  });

  it('wrapMethod throws an error that names the missing method', () => {
    expect(() => wrapMethod(Basket.prototype, 'remove', counting([]))).toThrow('no method remove');
  });
});
