// An extra listener leaves the application as many listeners of its own as it would have had.
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { addExtraListener } from '../../../src/instrumentations/http/extra-listener.ts';

describe('addExtraListener', () => {
  it('addExtraListener listens, and raises the limit by one', () => {
    const emitter = new EventEmitter();
    const most = emitter.getMaxListeners();
    let calls = 0;
    addExtraListener(emitter, 'close', () => (calls += 1));
    emitter.emit('close');
    expect([calls, emitter.getMaxListeners()]).toEqual([1, most + 1]);
  });

  it('addExtraListener leaves an emitter without a limit without one', () => {
    const emitter = new EventEmitter().setMaxListeners(0);
    addExtraListener(emitter, 'close', () => {});
    expect(emitter.getMaxListeners()).toBe(0);
  });
});
