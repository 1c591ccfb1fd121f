// The depth of a BullMQ queue and the age of its oldest job, compared with redis-cli, in every state.
import { describe, expect } from 'vitest';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { BULLMQ, intervals, type PolledQueues, pollingTestOf } from '../../kit/apps/polled-queues.ts';

const hanging = (): Promise<never> => new Promise(() => {});

describe.each(BULLMQ)('%s', (packageName) => {
  const test = pollingTestOf(packageName);

  /** A parent that waits for a child in the queue `others`. */
  const addParent = (queues: PolledQueues, opts = {}): Promise<unknown> =>
    queues.flows().add({ name: 'parent', queueName: 'mail', opts, children: [{ name: 'child', queueName: 'others' }] });

  describe('the depth', () => {
    test('the depth of a queue is what redis-cli counts, in every state', async (queues) => {
      const queue = queues.queue();
      const outcomes: Record<string, () => Promise<unknown>> = {
        done: async () => 'done',
        failed: () => Promise.reject(new Error('on purpose')),
        hanging,
      };
      queues.worker((job) => outcomes[job.name]!());
      for (const name of ['done', 'done', 'failed', 'hanging']) await queue.add(name, {});
      await eventually(async () => expect(await queue.getJobCounts('active', 'failed')).toEqual({ active: 1, failed: 1 }));
      for (let job = 0; job < 3; job += 1) await queue.add('waiting', {});
      for (const priority of [1, 1, 7]) await queue.add('prioritized', {}, { priority });
      for (const delay of [60_000, 90_000]) await queue.add('delayed', {}, { delay });
      await addParent(queues);
      const jobs = {
        waiting: 3,
        active: 1,
        completed: 2,
        failed: 1,
        delayed: 2,
        prioritized: 3,
        paused: 0,
        'waiting-children': 1,
      };
      await eventually(() => expect(queues.depthOnPage()).toEqual({ jobs, isPaused: false }));
      expect(await queues.depthInRedis()).toEqual({ jobs, isPaused: false });
    });

    test('the depth of a paused queue shows that it is paused, and where its jobs are', async (queues) => {
      const queue = queues.queue();
      await queue.add('one', {});
      await queue.pause();
      await eventually(() => expect(queues.depthOnPage()).toMatchObject({ isPaused: true }));
      expect(queues.depthOnPage()).toEqual(await queues.depthInRedis());
      await queue.resume();
      await eventually(() => expect(queues.depthOnPage()).toMatchObject({ isPaused: false, jobs: { waiting: 1 } }));
    });
  });

  describe('the age of the oldest job', () => {
    const secondsAgo = (seconds: number): { timestamp: number } => ({ timestamp: Date.now() - seconds * 1000 });

    /** How old the oldest job is, give or take how long the test takes; what was added is in Redis by then. */
    const expectAge = async (queues: PolledQueues, seconds: number): Promise<void> => {
      await intervals(2);
      await eventually(() => {
        expect(queues.oldestAge()).toBeGreaterThanOrEqual(seconds);
        expect(queues.oldestAge()).toBeLessThan(seconds + 15);
      });
    };

    test('the age of the oldest job is 0 where no job could be worked on', async (queues) => {
      await queues.queue().add('later', {}, { delay: 60_000, ...secondsAgo(50) });
      await queues.shown();
      expect(queues.oldestAge()).toBe(0);
    });

    test('the age of the oldest job is what redis-cli gives, and grows', async (queues) => {
      const { redis } = queues;
      const queue = queues.queue();
      const job = await queue.add('one', {}, secondsAgo(100));
      await queue.add('two', {});
      await expectAge(queues, 100);
      const before = queues.oldestAge()!;
      const [seconds, micros] = (await redis.cli('time')).split('\n').map(Number);
      const timestamp = Number(await redis.cli('hget', `bull:mail:${job.id}`, 'timestamp'));
      const age = seconds! + micros! / 1e6 - timestamp / 1000;
      expect(age).toBeGreaterThanOrEqual(before);
      expect(age).toBeLessThan(before + 15);
      await eventually(() => expect(queues.oldestAge()).toBeGreaterThan(age));
    });

    test('the age of the oldest job includes jobs that others were put in front of, and those put in front', async (queues) => {
      const queue = queues.queue();
      await queue.add('old', {}, secondsAgo(200));
      await queue.add('new', {});
      for (let job = 0; job < 20; job += 1) await queue.add('new', {}, { lifo: true });
      await expectAge(queues, 200);
      await queue.add('older', {}, { lifo: true, ...secondsAgo(300) });
      await expectAge(queues, 300);
    });

    test('the age of the oldest job includes every priority, and jobs put in front of one', async (queues) => {
      const queue = queues.queue();
      for (let priority = 1; priority < 40; priority += 1) await queue.add('next', {}, { priority, ...secondsAgo(200) });
      await queue.add('starving', {}, { priority: 2_000_000, ...secondsAgo(300) });
      const front = await queue.add('put in front', {}, { priority: 1 });
      await front.changePriority({ priority: 2_000_000, lifo: true });
      await queue.add('first', {});
      await expectAge(queues, 300);
    });

    test('the age of a delayed job is counted from when it was due, with a worker or without', async (queues) => {
      const queue = queues.queue();
      await queue.add('due', {}, { delay: 100_000, ...secondsAgo(160) });
      await expectAge(queues, 60);
      const worker = queues.worker(hanging, { autorun: false });
      // Whoever asks for a job puts all that are due in line, behind this one.
      await queue.add('next', {}, secondsAgo(1));
      expect((await worker.getNextJob('token'))?.name).toBe('next');
      expect(await queues.redis.cli('llen', 'bull:mail:wait')).toBe('1');
      await expectAge(queues, 60);
    });

    test('the age of a retried job is counted from its last attempt and backoff', async (queues) => {
      const queue = queues.queue();
      const backoff = { type: 'exponential', delay: 1000 };
      const job = await queue.add('again', {}, { attempts: 3, backoff, ...secondsAgo(500) });
      const worker = queues.worker(undefined, { autorun: false });
      const attempt = await worker.getNextJob('token');
      await attempt.moveToFailed(new Error('on purpose'), 'token');
      await queues.redis.cli('hset', `bull:mail:${job.id}`, 'processedOn', String(Date.now() - 61_000));
      expect(await queues.depthInRedis()).toMatchObject({ jobs: { delayed: 1 } });
      await job.promote();
      await expectAge(queues, 60);
    });

    test('the age of the oldest job includes a parent whose children are done, and jobs of a paused queue', async (queues) => {
      const queue = queues.queue();
      await addParent(queues, secondsAgo(400));
      await queues.shown();
      expect(queues.oldestAge()).toBe(0);
      queues.worker(async () => {}, {}, 'others');
      await eventually(async () => expect(await queues.depthInRedis()).toMatchObject({ jobs: { waiting: 1 } }));
      await queue.pause();
      await expectAge(queues, 400);
    });
  });
});
