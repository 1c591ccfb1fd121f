// BullMQ's jobs until they are worked on, and its workers, in both major versions: each job is added once and waits once.
import { setTimeout as pause } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { expect } from 'vitest';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { valueOf } from '../../kit/samples/samples.ts';
import { testsWithBullmq } from '../../kit/servers/bullmq-tests.ts';

const { promise: never } = Promise.withResolvers<void>();

testsWithBullmq((it) => {
  it('records a job that is added, waits, is worked on and completed', async ({
    queue,
    work,
    counts,
    eventuallyCounts,
    sumOf,
  }) => {
    const { promise: wait, resolve: finish } = Promise.withResolvers<void>();
    await queue.add('mail', {});
    expect(await counts()).toEqual({ 'added mail': 1 });
    await pause(100);
    work(() => wait);
    await eventuallyCounts({ 'added mail': 1, 'wait.duration mail': 1, 'active mail': 1 });
    await pause(50);
    finish();
    await eventuallyCounts({ 'added mail': 1, 'wait.duration mail': 1, 'duration mail completed': 1 });
    expect(await sumOf('job.wait.duration')).toBeGreaterThan(0.09);
    expect(await sumOf('job.duration')).toBeGreaterThan(0.04);
    expect(await sumOf('job.duration')).toBeLessThan(2);
  });

  it('leaves the delay of a job out of its wait', async ({ queue, work, eventuallyIncludes, sumOf }) => {
    work(async () => {});
    await queue.add('late', {}, { delay: 600 });
    await queue.add('late-and-urgent', {}, { delay: 600, priority: 3 });
    await eventuallyIncludes({ 'duration late completed': 1 });
    await eventuallyIncludes({ 'duration late-and-urgent completed': 1 });
    expect(await sumOf('job.wait.duration')).toBeLessThan(0.6);
  });

  it('records a wait of 0 for a job that is promoted, not a negative one', async ({ queue, work, eventuallyCounts, sumOf }) => {
    const job = await queue.add('late', {}, { delay: 60_000 });
    await job.promote();
    work(async () => {});
    await eventuallyCounts({ 'added late': 1, 'wait.duration late': 1, 'duration late completed': 1 });
    expect(await sumOf('job.wait.duration')).toBe(0);
  });

  it('records jobs with priorities', async ({ queue, work, eventuallyCounts, sumOf }) => {
    await queue.addBulk([1, 2, 3].map((priority) => ({ name: 'urgent', data: {}, opts: { priority } })));
    await pause(50);
    work(async () => {});
    await eventuallyCounts({ 'added urgent': 3, 'wait.duration urgent': 3, 'duration urgent completed': 3 });
    expect(await sumOf('job.wait.duration')).toBeGreaterThan(0.14);
  });

  it('records parents and children, and the wait of a parent for its children', async ({
    queue,
    flowsOf,
    work,
    eventuallyCounts,
    sumOf,
  }) => {
    work(async (job) => pause(job.name === 'child' ? 60 : 0), { concurrency: 3 });
    const child = { name: 'child', queueName: queue.name };
    const parent = { name: 'parent', queueName: queue.name, children: [child, { ...child, children: [child] }] };
    await flowsOf().addBulk([parent]);
    await flowsOf().add({ name: 'single', queueName: queue.name });
    await eventuallyCounts({
      'added parent': 1,
      'added child': 3,
      'added single': 1,
      'wait.duration parent': 1,
      'wait.duration child': 3,
      'wait.duration single': 1,
      'duration parent completed': 1,
      'duration child completed': 3,
      'duration single completed': 1,
    });
    expect(await sumOf('job.wait.duration')).toBeGreaterThan(0.11);
  });

  it('records jobs that a scheduler adds, in the application or a worker', async ({
    queue,
    work,
    counts,
    eventuallyIncludes,
    sumOf,
  }) => {
    const worker = work(async () => {});
    await queue.upsertJobScheduler('every', { every: 400, limit: 3 }, { name: 'tick' });
    await eventuallyIncludes({ 'duration tick completed': 3 });
    await worker.close();
    expect(await counts()).toEqual({ 'added tick': 3, 'wait.duration tick': 3, 'duration tick completed': 3 });
    // Two of them were added 400 ms before they were due.
    expect(await sumOf('job.wait.duration')).toBeLessThan(0.7);
  });

  it('counts the job of a scheduler once though it is declared again', async ({ queue, counts }) => {
    for (let time = 0; time < 3; time += 1)
      await queue.upsertJobScheduler('nightly', { pattern: '0 3 1 1 *' }, { name: 'night' });
    expect(await counts()).toEqual({ 'added night': 1 });
  });

  it('does not count a deduplicated job as added', async ({ queue, counts }) => {
    for (let time = 0; time < 3; time += 1) await queue.add('once', {}, { deduplication: { id: 'same' } });
    await queue.add('once', {}, { deduplication: { id: 'other' } });
    expect(await counts()).toEqual({ 'added once': 2 });
  });

  it('does not count a job that could not be added', async ({ queue, counts }) => {
    await expect(queue.add('mail', {}, { jobId: 'a:b' })).rejects.toThrow('Custom Id cannot contain :');
    const parent = { id: 'nobody', queue: `bull:${queue.name}` };
    await expect(queue.add('orphan', {}, { parent })).rejects.toThrow('Missing key for parent job');
    expect(await counts()).toEqual({});
  });

  it('includes the time for which a rate limit delays jobs in their wait', async ({ queue, work, eventuallyCounts, sumOf }) => {
    await queue.addBulk([1, 2, 3].map(() => ({ name: 'mail', data: {} })));
    work(async () => {}, { limiter: { max: 1, duration: 150 } });
    await eventuallyCounts({ 'added mail': 3, 'wait.duration mail': 3, 'duration mail completed': 3 });
    expect(await sumOf('job.wait.duration')).toBeGreaterThan(0.4);
  });

  it('counts every active job', async ({ queue, work, eventuallyCounts }) => {
    const worker = work(() => never, { concurrency: 4 });
    await queue.addBulk(Array.from({ length: 6 }, () => ({ name: 'mail', data: {} })));
    await eventuallyCounts({ 'added mail': 6, 'wait.duration mail': 4, 'active mail': 4 });
    await worker.close(true);
  });

  it('counts the workers of this process and their concurrency', async ({ queue, measured, work }) => {
    const gauges = async (): Promise<(number | undefined)[]> => {
      const samples = await measured.read();
      const own = { 'queue.name': queue.name };
      return [valueOf(samples, 'queue.workers', own), valueOf(samples, 'queue.concurrency', own)];
    };
    const first = work(async () => {}, { concurrency: 3 });
    expect(await gauges()).toEqual([1, 3]);
    const second = work(async () => {});
    second.concurrency = 10;
    expect(await gauges()).toEqual([2, 13]);
    await first.close();
    expect(await gauges()).toEqual([1, 10]);
    await second.close();
    expect(await gauges()).toEqual([0, 0]);
  });

  it('leaves the events of a worker, their order and listeners unchanged', async ({ queue, work }) => {
    const events: string[] = [];
    const worker = work(async () => events.push('processor'));
    for (const event of ['active', 'completed'] as const) worker.on(event, () => events.push(event));
    expect(worker.listenerCount('active')).toBe(1);
    await queue.add('mail', {});
    await eventually(() => expect(events).toEqual(['active', 'processor', 'completed']));
    expect(worker.emit('active', {} as Job, 'waiting')).toBe(true);
    expect(worker.emit('drained')).toBe(false);
  });

  it('keeps the name and length of patched methods, and restores them when it is detached', async ({
    library,
    queue,
    measured,
    work,
    counts,
    eventuallyIncludes,
  }) => {
    const patched = library.Worker.prototype.emit;
    expect([patched.name, patched.length]).toEqual(['emit', 1]);
    work(() => never);
    await queue.add('mail', {});
    await eventuallyIncludes({ 'active mail': 1 });
    measured.attached.detach();
    expect(library.Worker.prototype.emit).not.toBe(patched);
    expect(await counts()).toEqual({ 'added mail': 1, 'wait.duration mail': 1 });
  });
});
