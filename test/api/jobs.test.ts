// `jobs` records attempts, events and queues exactly, and reports what it cannot use.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { jobs } from '../../src/index.ts';
import { expectMetric } from '../../src/testing.ts';
import { newId, seriesOf } from './api-kit.ts';

const problems: Problem[] = [];
beforeAll(() => onProblem((problem) => problems.push(problem)));
afterAll(() => onProblem(undefined));

describe('jobs.track', () => {
  it('jobs.track counts a job while it runs, and its end by outcome', async () => {
    const queue = newId();
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = jobs.track({ queue, job: 'mail' }, () => promise);
    expect(await seriesOf('job.active', queue)).toEqual([{ 'job.name': 'mail', value: 1 }]);
    resolve();
    await running;
    expect(await seriesOf('job.active', queue)).toEqual([{ 'job.name': 'mail', value: 0 }]);
    expect(await seriesOf('job.duration', queue)).toEqual([{ 'job.name': 'mail', 'job.outcome': 'completed', value: 1 }]);
  });

  it('jobs.track records retried and failed attempts by willRetry', async () => {
    const queue = newId();
    const willRetry = (error: unknown): boolean => (error as Error).message === 'busy';
    for (const message of ['busy', 'busy', 'gone'])
      await jobs.track({ queue }, () => Promise.reject(new Error(message)), { willRetry }).catch(() => {});
    expect(await seriesOf('job.duration', queue)).toEqual([
      { 'job.outcome': 'retried', 'error.type': 'Error', value: 2 },
      { 'job.outcome': 'failed', 'error.type': 'Error', value: 1 },
    ]);
    expect(await seriesOf('job.retries', queue)).toEqual([{ value: 2 }]);
  });

  it('jobs.track records a failed attempt if willRetry throws, and reports that', async () => {
    const queue = newId();
    const error = new Error('x');
    const willRetry = (): never => {
      throw new Error('cannot say');
    };
    await expect(jobs.track({ queue }, () => Promise.reject(error), { willRetry })).rejects.toBe(error);
    expect(await seriesOf('job.duration', queue)).toMatchObject([{ 'job.outcome': 'failed', value: 1 }]);
    const message = 'is recorded without the result of a callback, which failed: cannot say';
    expect(problems).toContainEqual({ subject: 'job.retries', message });
  });

  it('jobs.track does not call willRetry for an attempt that completed', () => {
    expect(jobs.track({ queue: newId() }, () => 'done', { willRetry: () => expect.unreachable() })).toBe('done');
  });
});

describe('the events of jobs', () => {
  it.each([
    ['job.added', 'added'],
    ['job.retries', 'retried'],
    ['job.stalled', 'stalled'],
  ] as const)('%s counts jobs.%s, bound as unbound', async (metric, event) => {
    const [unbound, bound] = [newId(), newId()];
    jobs[event]({ queue: unbound, job: 'mail' });
    jobs[event]({ queue: unbound, job: 'mail' }, 4);
    const series = jobs.bind({ queue: bound, job: 'mail' });
    series[event]();
    series[event](4);
    expect(await seriesOf(metric, unbound)).toEqual([{ 'job.name': 'mail', value: 5 }]);
    expect(await seriesOf(metric, bound)).toEqual(await seriesOf(metric, unbound));
  });

  it('jobs.waited records seconds, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    jobs.waited({ queue: unbound }, 2.5);
    jobs.bind({ queue: bound }).waited(2.5);
    expect(await seriesOf('job.wait.duration', unbound)).toEqual([{ value: 1 }]);
    expect(await seriesOf('job.wait.duration', bound)).toEqual([{ value: 1 }]);
  });

  it('jobs records without a queue where JavaScript gives none, and reports each cause once', async () => {
    const untyped = jobs as unknown as Record<'added' | 'stalled', (...values: unknown[]) => void>;
    const hostile = {
      get queue(): never {
        throw new Error('getter');
      },
    };
    for (const kind of [undefined, undefined, null, {}, 7, { queue: '' }, { queue: {} }, hostile])
      expect(() => untyped.stalled(kind)).not.toThrow();
    await expectMetric('job.stalled', { attributes: { 'queue.name': undefined }, value: 8 });
    const without = 'is recorded without its queue, which is';
    const accepted = "accepted is { queue: 'mail', job: 'welcome' }";
    const messages = problems.filter(({ subject }) => subject === 'job.stalled').map(({ message }) => message);
    expect(messages).toEqual([
      `${without} undefined: ${accepted}`,
      `${without} empty: ${accepted}`,
      `${without} of type object: ${accepted}`,
    ]);
  });

  it('jobs.added rejects what is no count', async () => {
    const queue = newId();
    const untyped = jobs as unknown as Record<'added', (...values: unknown[]) => void>;
    for (const count of ['3', NaN, -1, {}]) untyped.added({ queue }, count);
    expect(await seriesOf('job.added', queue)).toEqual([{ value: 0 }]);
  });
});

describe('jobs.observeQueue', () => {
  it('jobs.observeQueue shows every field in its metric, and takes it off the page when stopped', async () => {
    const queue = newId();
    const stop = jobs.observeQueue({ queue }, () => ({
      waiting: 4,
      active: 3,
      completed: 9,
      failed: 1,
      delayed: 2,
      prioritized: 5,
      paused: 0,
      waitingChildren: 6,
      oldestSeconds: 7.5,
      isPaused: true,
      workers: 2,
      concurrency: 20,
    }));
    const states = (await seriesOf('queue.jobs', queue)).map((series) => [series['queue.state'], series['value']]);
    expect(Object.fromEntries(states)).toEqual({
      waiting: 4,
      active: 3,
      completed: 9,
      failed: 1,
      delayed: 2,
      prioritized: 5,
      paused: 0,
      'waiting-children': 6,
    });
    const gauges = ['queue.oldest_job.age', 'queue.paused', 'queue.workers', 'queue.concurrency'];
    const values = await Promise.all(
      gauges.map(async (metric) => (await seriesOf(metric, queue)).map((series) => series['value'])),
    );
    expect(values).toEqual([[7.5], [1], [2], [20]]);
    stop();
    for (const metric of ['queue.jobs', ...gauges]) expect(await seriesOf(metric, queue)).toEqual([]);
  });
});
