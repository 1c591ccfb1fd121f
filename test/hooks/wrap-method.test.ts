// A wrapped method looks like the original, and gives way to whoever wraps it after us.
import { describe, expect, it } from 'vitest';
import { type Method, wrapMethod } from '../../src/hooks/wrap-method.ts';

const counting = (calls: unknown[][]) => (original: Method) =>
  function (this: unknown, ...values: unknown[]) {
    calls.push(values);
    return original.apply(this, values);
  };

describe('wrap', () => {
  class Basket {
    size = 2;
    add(left: number, right: number): number {
      return this.size + left + right;
    }
  }

  it('keeps name, length, properties, this and result', () => {
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

  it('makes an async function of what stands for one', () => {
    const holder = { wait: async () => {}, hurry: () => {} };
    for (const name of ['wait', 'hurry']) wrapMethod(holder, name, counting([]));
    expect([holder.wait.constructor.name, holder.hurry.constructor.name]).toEqual(['AsyncFunction', 'Function']);
  });

  it('leaves in place what came on top of it', () => {
    const undo = wrapMethod(Basket.prototype, 'add', counting([]));
    const undoLater = wrapMethod(Basket.prototype, 'add', counting([]));
    const later = Basket.prototype.add;
    undo();
    expect(Basket.prototype.add).toBe(later);
    undoLater();
    expect(new Basket().add(1, 1)).toBe(4);
  });

  it('says which method is missing', () => {
    expect(() => wrapMethod(Basket.prototype, 'remove', counting([]))).toThrow('no method remove');
  });
});
