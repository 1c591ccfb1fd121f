// An observed state is read at collection, one read at a time; one that fails or is stopped is taken off the page.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { sharedRegistry } from '../../src/core/recording/shared-registry.ts';
import { cache, jobs } from '../../src/index.ts';
import { newId, seriesOf } from './api-kit.ts';

const clock = vi.hoisted(() => ({ aheadMillis: 0 }));
vi.mock('../../src/core/clock.ts', () => ({ nowMillis: () => performance.now() + clock.aheadMillis }));

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

type Read = Parameters<typeof cache.observe>[1];

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.restoreAllMocks();
});

function observe(name: string, read: unknown): () => void {
  const stop = cache.observe({ name }, read as Read);
  stops.push(stop);
  return stop;
}

function items(name: string): Promise<unknown[]> {
  return seriesOf('cache.items', name).then((series) => series.map(({ value }) => value));
}

function failures(): number {
  return sharedRegistry().failedCallbacks.get('cache.items') ?? 0;
}

describe('what is observed', () => {
  it('observe reads the state at every collection, until it is stopped', async () => {
    const name = newId();
    let count = 0;
    const stop = observe(name, () => ({ items: (count += 1) }));
    expect([await items(name), await items(name)]).toEqual([[1], [2]]);
    stop();
    stop();
    expect([await items(name), count]).toEqual([[], 2]);
  });

  it('observe takes a state that is a promise', async () => {
    const name = newId();
    observe(name, () => Promise.resolve({ items: 5 }));
    expect(await items(name)).toEqual([5]);
  });

  it('observe takes a field off the page while it is not given', async () => {
    const name = newId();
    const states = [{ items: 1, maxItems: 9 }, { maxItems: 9 }, { items: 3, maxItems: 9 }];
    observe(name, () => states.shift());
    expect([await items(name), await items(name), await items(name)]).toEqual([[1], [], [3]]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('away');
      },
      'away',
    ],
    ['rejects', () => Promise.reject(new Error('gone')), 'gone'],
    ['gives nothing', () => undefined, 'what was read is undefined: accepted is an object of items, maxItems, sizeBytes'],
    [
      'has a getter that throws',
      () => ({
        get items(): never {
          throw new Error('getter');
        },
      }),
      'getter',
    ],
  ])(
    'observe takes the state off the page when the read %s, which is counted and reported, until the next read',
    async (_, read, message) => {
      const name = newId();
      const reads: (() => unknown)[] = [() => ({ items: 1 }), read, () => ({ items: 2 })];
      observe(name, () => reads.shift()!());
      expect(await items(name)).toEqual([1]);
      const before = failures();
      expect(await items(name)).toEqual([]);
      expect(failures()).toBe(before + 1);
      expect(problems).toContainEqual({ subject: 'cache.items', message: `could not be read: ${message}` });
      expect(await items(name)).toEqual([2]);
    },
  );

  it(
    'is read once at a time, however long it takes, and is off the page when that is too long',
    { timeout: 20_000 },
    async () => {
      const name = newId();
      const { promise, resolve } = Promise.withResolvers<object>();
      const read = vi.fn<() => unknown>(() => ({ items: 1 }));
      observe(name, read);
      expect(await items(name)).toEqual([1]);
      read.mockReturnValue(promise);
      expect(await items(name)).toEqual([1]);
      expect(await items(name)).toEqual([1]);
      expect(read).toHaveBeenCalledTimes(2);
      resolve({ items: 7 });
      await promise;
      read.mockReturnValue({ items: 8 });
      expect(await items(name)).toEqual([8]);
    },
  );

  it('observe ignores a read that ends after it was stopped', async () => {
    const name = newId();
    const { promise, resolve } = Promise.withResolvers<object>();
    const stop = observe(name, () => promise);
    const collecting = items(name);
    stop();
    resolve({ items: 7 });
    expect(await collecting).toEqual([]);
  });

  it('observe reports a second reader of the same state, and reads only the latest', async () => {
    const name = newId();
    const former = observe(name, () => ({ items: 1 }));
    expect(await items(name)).toEqual([1]);
    observe(name, () => ({ items: 2 }));
    expect(await items(name)).toEqual([2]);
    former();
    expect(await items(name)).toEqual([2]);
    const message = `is observed again for ${name}: only the latest is read`;
    expect(problems).toContainEqual({ subject: 'cache.items', message });
  });

  it('observe takes a field off the page while it is no number, which is reported', async () => {
    const queue = newId();
    const states: unknown[] = ['3', 2, NaN, 4];
    stops.push(jobs.observeQueue({ queue }, () => ({ waiting: states.shift() as number })));
    const waiting = async (): Promise<unknown[]> => (await seriesOf('queue.jobs', queue)).map(({ value }) => value);
    expect([await waiting(), await waiting(), await waiting(), await waiting()]).toEqual([[], [2], [], [4]]);
    for (const looks of ['of type string', 'NaN']) {
      const message = `is shown without waiting, which is ${looks}: accepted is a number`;
      expect(problems).toContainEqual({ subject: 'queue.jobs', message });
    }
  });

  it('observe reports a reader that is no function, and does nothing', async () => {
    const queue = newId();
    const untyped = jobs.observeQueue as (queue: unknown, read: unknown) => () => void;
    expect(() => untyped({ queue }, undefined)()).not.toThrow();
    expect(await seriesOf('queue.jobs', queue)).toEqual([]);
    const message = 'cannot be read by what is undefined: accepted is a function';
    expect(problems).toContainEqual({ subject: 'queue.jobs', message });
  });
});
