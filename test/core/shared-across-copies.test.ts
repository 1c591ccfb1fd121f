// What one copy of promtel shares, every other copy in the process finds, whatever its version.
import { afterEach, describe, expect, it } from 'vitest';
import { sharedAcrossCopies, sharedSlot } from '../../src/core/shared-across-copies.ts';

const KEY = Symbol.for('promtel.test.1');
const holder = globalThis as { [KEY]?: unknown };

afterEach(() => {
  delete holder[KEY];
});

describe('sharedAcrossCopies', () => {
  it('has the value made once, by the copy that asks first', () => {
    const [one, other] = [{}, {}];
    const [first, second] = [sharedAcrossCopies('test.1', () => one), sharedAcrossCopies('test.1', () => other)];
    expect(second()).toBe(other);
    expect(first()).toBe(other);
  });

  it('makes nothing before it is asked', () => {
    sharedAcrossCopies('test.1', () => 'made');
    expect(KEY in holder).toBe(false);
  });
});

describe('sharedSlot', () => {
  it('is empty until a copy sets it, and then holds the same for every copy', () => {
    const [one, other] = [sharedSlot<string>('test.1'), sharedSlot<string>('test.1')];
    expect(other.value).toBeUndefined();
    one.value = 'set';
    expect(other.value).toBe('set');
  });

  it('is the property of the global object where copies of other versions look', () => {
    sharedSlot<string>('test.1').value = 'set';
    expect(holder[KEY]).toBe('set');
  });
});
