// Values that all copies of promtel in a process share, whatever their versions.
import { afterEach, describe, expect, it } from 'vitest';
import { sharedAcrossCopies, sharedSlot } from '../../src/core/shared-across-copies.ts';

const KEY = Symbol.for('promtel.test.1');
const holder = globalThis as { [KEY]?: unknown };

afterEach(() => {
  delete holder[KEY];
});

describe('sharedAcrossCopies', () => {
  it('sharedAcrossCopies creates a value once, at the first call of any copy', () => {
    const [one, other] = [{}, {}];
    const [first, second] = [sharedAcrossCopies('test.1', () => one), sharedAcrossCopies('test.1', () => other)];
    expect(second()).toBe(other);
    expect(first()).toBe(other);
  });

  it('sharedAcrossCopies creates no value before the first call', () => {
    sharedAcrossCopies('test.1', () => 'made');
    expect(KEY in holder).toBe(false);
  });
});

describe('sharedSlot', () => {
  it('sharedSlot is undefined until a copy sets it, and then has the same value in every copy', () => {
    const [one, other] = [sharedSlot<string>('test.1'), sharedSlot<string>('test.1')];
    expect(other.value).toBeUndefined();
    one.value = 'set';
    expect(other.value).toBe('set');
  });

  it('sharedSlot is the global property that copies of other versions read', () => {
    sharedSlot<string>('test.1').value = 'set';
    expect(holder[KEY]).toBe('set');
  });
});
