// wrapOwnMethod wraps a method of one object that is its own, inherited or an accessor's, and restores the object.
import { describe, expect, it } from 'vitest';
import type { Method } from '../../src/hooks/wrap-method.ts';
import { wrapOwnMethod } from '../../src/hooks/wrap-own-method.ts';

class Door {
  opened = 0;
  #onclose: (() => string) | undefined = () => 'closed';

  open(): string {
    this.opened += 1;
    return 'opened';
  }

  get onclose(): (() => string) | undefined {
    return this.#onclose;
  }

  set onclose(handler: (() => string) | undefined) {
    this.#onclose = handler;
  }
}

const counting = (calls: unknown[]) => (original: Method) =>
  function (this: unknown, ...values: unknown[]) {
    calls.push(this);
    return original.apply(this, values);
  };

describe('wrapOwnMethod', () => {
  it('wrapOwnMethod wraps an inherited method for one object alone', () => {
    const calls: unknown[] = [];
    const [door, other] = [new Door(), new Door()];
    const undo = wrapOwnMethod(door, 'open', counting(calls));
    expect([door.open(), other.open()]).toEqual(['opened', 'opened']);
    expect(calls).toEqual([door]);
    expect(door.opened).toBe(1);
    expect(door.open.name).toBe('open');
    expect(Object.keys(door)).toEqual(Object.keys(other));
    undo();
    expect(Reflect.ownKeys(door)).toEqual(Reflect.ownKeys(other));
  });

  it('wrapOwnMethod restores an own method of the object as it was', () => {
    const calls: unknown[] = [];
    const own = (): string => 'own';
    const door = { open: own };
    const undo = wrapOwnMethod(door, 'open', counting(calls));
    expect(Object.keys(door)).toEqual(['open']);
    expect(door.open()).toBe('own');
    expect(calls).toHaveLength(1);
    undo();
    expect(Object.getOwnPropertyDescriptor(door, 'open')).toEqual({
      value: own,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  });

  it('wrapOwnMethod goes through an accessor', () => {
    const calls: unknown[] = [];
    const door = new Door();
    const before = door.onclose;
    const undo = wrapOwnMethod(door, 'onclose', counting(calls));
    expect(Object.hasOwn(door, 'onclose')).toBe(false);
    expect(door.onclose!()).toBe('closed');
    expect(calls).toEqual([door]);
    undo();
    expect(door.onclose).toBe(before);
  });

  it('wrapOwnMethod leaves a wrapper in place that was put on top of it, or instead of it', () => {
    const calls: unknown[] = [];
    const door = new Door();
    const undo = wrapOwnMethod(door, 'open', counting(calls));
    const instead = (): string => 'instead';
    door.open = instead;
    undo();
    expect(door.open).toBe(instead);
  });

  it('wrapOwnMethod leaves alone what is no function, or cannot be changed', () => {
    const frozen = Object.freeze({ open: () => 'frozen' });
    const undo = wrapOwnMethod(frozen, 'open', counting([]));
    expect(frozen.open()).toBe('frozen');
    undo();
    wrapOwnMethod({ open: 'word' }, 'open', counting([]))();
    wrapOwnMethod({}, 'open', counting([]))();
  });
});
