// Tracker records duration, outcome and active operations, and does not change the tracked function.
import { beforeEach, describe, expect, it } from 'vitest';
import { defineMetric } from '../../src/core/metric.ts';
import type { Histogram, UpDownCounter } from '../../src/core/recording/instrument.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { Tracker } from '../../src/core/tracker.ts';

const task = { key: 'task', type: 'string', brief: 'Task.' } as const;
const durationDefinition = defineMetric({
  name: 'task.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration.',
  stability: 'stable',
  buckets: [0.1, 1],
  attributes: [task, { key: 'error.type', type: 'string', brief: 'Error.' }],
});
const activeDefinition = defineMetric({
  name: 'task.active',
  instrument: 'updowncounter',
  unit: '{task}',
  brief: 'Active.',
  stability: 'stable',
  attributes: [task],
});

let duration: Histogram<typeof durationDefinition>;
let active: UpDownCounter<typeof activeDefinition>;
let tracker: Tracker<typeof durationDefinition, typeof activeDefinition>;

beforeEach(() => {
  const registry = new Registry();
  duration = registry.instrument(durationDefinition);
  active = registry.instrument(activeDefinition);
  tracker = new Tracker(duration, { active });
});

describe('track', () => {
  it('track times a function and counts it as active while it runs', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const result = tracker.track({ task: 'mail' }, () => promise);
    expect(active.bind({ task: 'mail' }).value).toBe(1);
    resolve(5);
    expect(await result).toBe(5);
    expect(active.bind({ task: 'mail' }).value).toBe(0);
    expect(duration.bind({ task: 'mail' }).count).toBe(1);
  });

  it('track records error.type and throws the error', () => {
    const error = new RangeError('too much');
    expect(() =>
      tracker.track({ task: 'mail' }, () => {
        throw error;
      }),
    ).toThrow(error);
    expect(duration.bind({ task: 'mail', 'error.type': 'RangeError' }).count).toBe(1);
    expect(active.bind({ task: 'mail' }).value).toBe(0);
  });
});

describe('wrap', () => {
  it('wrap keeps name, length and properties of the function', () => {
    const note = Symbol('note');
    const send = Object.defineProperty(
      Object.assign((_to: string, _text: string): void => {}, { retries: 3 }),
      note,
      { value: 'hidden' },
    );
    const wrapped = tracker.wrap({ task: 'mail' }, send);
    expect([wrapped.name, wrapped.length]).toEqual([send.name, 2]);
    expect(Object.getOwnPropertyDescriptors(wrapped)).toMatchObject(Object.getOwnPropertyDescriptors(send));
    expect(Reflect.get(wrapped, note)).toBe('hidden');
  });

  it('wrap passes on `this` and the arguments', () => {
    const mailbox = {
      owner: 'ada',
      greet: tracker.wrap({ task: 'greet' }, function greet(this: { owner: string }, greeting: string) {
        return `${greeting} ${this.owner}`;
      }),
    };
    expect(mailbox.greet('hello')).toBe('hello ada');
    expect(duration.bind({ task: 'greet' }).count).toBe(1);
  });
});
