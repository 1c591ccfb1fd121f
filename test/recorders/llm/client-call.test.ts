// A client call is current for what runs within it, through promises, and is marked as counted with all that it is a part of.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../../../src/core/context.ts';
import { ClientCall, currentClientCall } from '../../../src/recorders/llm/client-call.ts';

function callOf(counted: string[], name: string): ClientCall {
  return new ClientCall(() => void counted.push(name));
}

describe('a client call', () => {
  it('a client call is current within it and nowhere else', async () => {
    const call = callOf([], 'one');
    await call.run(async () => {
      await Promise.resolve();
      expect(currentClientCall()).toBe(call);
    });
    expect(currentClientCall()).toBeUndefined();
  });

  it('a client call that a layer below counts is notified once, and so are those that it is a part of', () => {
    const shown: string[] = [];
    callOf(shown, 'outer').run(() =>
      callOf(shown, 'inner').run(() => {
        const inner = currentClientCall();
        inner?.show();
        inner?.show();
        expect(currentClientCall()).toBeUndefined();
      }),
    );
    expect(shown).toEqual(['inner', 'outer']);
  });

  it('a client call that has ended does not hide the one that it was a part of', () => {
    const shown: string[] = [];
    const outer = callOf(shown, 'outer');
    outer.run(() => {
      const inner = callOf(shown, 'inner');
      inner.run(() => {
        inner.end();
        expect(currentClientCall()).toBe(outer);
      });
    });
    expect([shown, outer.isOver]).toEqual([[], false]);
  });

  it('a client call of a group is no part of another of the group, but of the call around them', () => {
    const shown: string[] = [];
    callOf(shown, 'outer').run(() => {
      new ClientCall(() => void shown.push('first'), 'a').enter();
      new ClientCall(() => void shown.push('second'), 'a').enter();
      currentClientCall()!.show();
    });
    expect(shown).toEqual(['second', 'outer']);
  });

  it('a client call of another version of promtel counts those of this one, and is counted by them', () => {
    const shown: string[] = [];
    /** What other versions call. */
    const other: Pick<ClientCall, 'show' | 'outOf' | 'nearestOpen'> = {
      show: () => void shown.push('other'),
      outOf: () => other as ClientCall,
      nearestOpen: () => other as ClientCall,
    };
    const run = contextOf<unknown>('clientCall.1').run;
    run(other, () => {
      const inner = new ClientCall(() => void shown.push('inner'), 'a');
      expect(currentClientCall()).toBe(other);
      expect([inner.nearestOpen(), inner.outOf('b'), inner.outOf('a')]).toEqual([inner, inner, other]);
      inner.show();
    });
    expect(shown).toEqual(['inner', 'other']);
  });

  it('a client call that was entered is current from then on, and keeps no chain of those entered before', async () => {
    const references: WeakRef<ClientCall>[] = [];
    await Promise.resolve().then(async () => {
      for (let turn = 0; turn < 20; turn += 1) {
        const call = callOf([], 'one');
        call.enter();
        await Promise.resolve();
        expect(currentClientCall()).toBe(call);
        call.end();
        references.push(new WeakRef(call));
      }
      const last = callOf([], 'last');
      last.enter();
      await collectGarbage();
      expect(currentClientCall()).toBe(last);
    });
    // What waits for all of this may hold the first of them.
    expect(references.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(3);
  });
});

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
}
