// Calls within an activity count for it, at any depth; without an activity, async context is not followed.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { Activity, currentActivity } from '../../../src/recorders/agents/activity.ts';

it('no activity is current, and async context is not followed, until one begins', () => {
  expect(currentActivity()).toBeUndefined();
  expect(Symbol.for('promtel.activity.1') in globalThis).toBe(false);
});

describe('an activity', () => {
  it('an activity counts calls within it at any depth, and none once it has ended', () => {
    const outer = new Activity('outer');
    outer.run(() => {
      const task = new Activity();
      task.run(() => {
        currentActivity()!.callModel(true);
        task.end();
        currentActivity()!.callModel(true);
      });
      expect([task.agent, task.inferenceCalls]).toEqual(['outer', 1]);
      outer.end();
      expect(currentActivity()).toBeUndefined();
    });
    expect(outer.inferenceCalls).toBe(2);
  });

  it('an activity of another copy of promtel counts what is done within it, and may be within one itself', async () => {
    vi.resetModules();
    const copy = await import('../../../src/recorders/agents/activity.ts');
    expect(copy.Activity).not.toBe(Activity);
    const outer = new Activity('outer');
    outer.run(() => {
      const inner = new copy.Activity();
      inner.run(() => {
        const innermost = new Activity();
        expect(innermost.agent).toBe('outer');
        innermost.callModel(true).end(2);
        innermost.callModel(true).withdraw();
        innermost.calledTool();
        for (const { inferenceCalls, toolCalls, costUsd } of [outer, inner, innermost]) {
          expect([inferenceCalls, toolCalls, costUsd]).toEqual([1, 1, 2]);
        }
      });
    });
  });

  it('an activity has the methods that other versions of promtel call', () => {
    const activity = new Activity();
    expect(activity.nearestOpen()).toBe(activity);
    expect(activity.aboveIt()).toBeUndefined();
  });

  it('an activity that has ended counts no calls, but those around it do', () => {
    const outer = new Activity();
    const inner = outer.run(() => new Activity());
    inner.end();
    inner.callModel(true).end(1);
    expect([inner.inferenceCalls, outer.inferenceCalls, outer.costUsd]).toEqual([0, 1, 1]);
    outer.end();
    inner.callModel(true).end(1);
    inner.callModel(true).withdraw();
    expect([inner.inferenceCalls, outer.inferenceCalls, outer.costUsd]).toEqual([0, 1, 1]);
  });

  it('an activity waits for calls that began within it, for a second at most', async () => {
    const costs: (number | undefined)[] = [];
    const ended = (activity: Activity): void => activity.end(() => costs.push(activity.costUsd));
    const [quiet, reading, lost] = [new Activity(), new Activity(), new Activity()];
    const call = reading.callModel(true);
    lost.callModel(true);
    for (const activity of [quiet, reading, lost]) ended(activity);
    expect(costs).toEqual([undefined]);
    call.end(2);
    expect(costs).toEqual([undefined, 2]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(costs).toEqual([undefined, 2, undefined]);
  });

  it('an activity does not count calls that are withdrawn, or embeddings', () => {
    const activity = new Activity();
    activity.callModel(true).end(1);
    activity.callModel(true).withdraw();
    activity.callModel(false).end(0.5);
    expect([activity.inferenceCalls, activity.costUsd]).toEqual([1, 1.5]);
  });

  it('an activity keeps no ended parents in memory', async () => {
    let last = new Activity();
    const first = new WeakRef(last);
    for (let index = 0; index < 3; index += 1) {
      const before = last;
      last = before.run(() => new Activity());
      before.end();
    }
    expect(await isCollected(first)).toBe(true);
    expect(last.inferenceCalls).toBe(0);
  });
});

async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 20 && reference.deref() !== undefined; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collectGarbage();
  }
  return reference.deref() === undefined;
}
