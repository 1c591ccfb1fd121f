// Every way in which an attempt at a BullMQ job can end, in both major versions: each recorded once, by outcome and error.
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Job, Worker } from 'bullmq';
import { expect } from 'vitest';
import { ofEach, testsWithBullmq } from '../../kit/servers/bullmq-tests.ts';

const sandbox = fileURLToPath(new URL('fixtures/sandbox.cjs', import.meta.url));

testsWithBullmq((it) => {
  it('records a failed job by its error', async ({ queue, work, counts, eventuallyIncludes }) => {
    work(async ({ name: kind }) => {
      if (kind === 'coded') throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      // oxlint-disable-next-line typescript/only-throw-error -- applications do
      throw kind === 'named' ? new RangeError('no') : 'text';
    });
    for (const kind of ['coded', 'named', 'text']) await queue.add(kind, {});
    await eventuallyIncludes({
      'duration coded failed ECONNREFUSED': 1,
      'duration named failed RangeError': 1,
      'duration text failed _OTHER': 1,
    });
    expect(Object.keys(await counts()).filter((key) => key.startsWith('active') || key.startsWith('retries'))).toEqual([]);
  });

  it('records every attempt at a retried job, and its wait once', async ({ queue, work, eventuallyCounts }) => {
    work(
      async ({ attemptsMade }) => {
        if (attemptsMade < 3) throw new Error(`attempt ${attemptsMade}`);
      },
      { settings: { backoffStrategy: () => 10 } },
    );
    await queue.add('fixed', {}, { attempts: 4, backoff: { type: 'fixed', delay: 10 } });
    await queue.add('custom', {}, { attempts: 4, backoff: { type: 'custom' } });
    await queue.add('at-once', {}, { attempts: 4 });
    await queue.add('given-up', {}, { attempts: 2, backoff: 10 });
    const done = ['fixed', 'custom', 'at-once'];
    await eventuallyCounts({
      ...ofEach([...done, 'given-up'], (kind) => `added ${kind}`),
      ...ofEach([...done, 'given-up'], (kind) => `wait.duration ${kind}`),
      ...ofEach(done, (kind) => `duration ${kind} retried Error`, 3),
      ...ofEach(done, (kind) => `duration ${kind} completed`),
      ...ofEach(done, (kind) => `retries ${kind}`, 3),
      'duration given-up retried Error': 1,
      'duration given-up failed Error': 1,
      'retries given-up': 1,
    });
  });

  it('records an unrecoverable failure as failed', async ({ library, queue, work, eventuallyCounts }) => {
    work(() => Promise.reject(new library.UnrecoverableError('never again')));
    await queue.add('mail', {}, { attempts: 5 });
    await eventuallyCounts({ 'added mail': 1, 'wait.duration mail': 1, 'duration mail failed UnrecoverableError': 1 });
  });

  it('records a job that moves itself to delayed as postponed, and its wait once', async ({
    library,
    queue,
    work,
    eventuallyCounts,
    sumOf,
  }) => {
    work(async (job, token) => {
      if (job.attemptsStarted > 1) return;
      await job.moveToDelayed(Date.now() + 10, token);
      await pause(40);
      throw new library.DelayedError();
    });
    await queue.add('mail', {});
    await eventuallyCounts({
      'added mail': 1,
      'wait.duration mail': 1,
      'duration mail postponed': 1,
      'duration mail completed': 1,
    });
    expect(await sumOf('job.duration')).toBeGreaterThan(0.03);
  });

  it('records a job that moves itself to wait as postponed', async ({ library, queue, work, eventuallyIncludes }) => {
    work(async (job, token) => {
      if (job.attemptsStarted > 1) return;
      await job.moveToWait(token);
      throw new library.WaitingError();
    });
    await queue.add('mail', {});
    await eventuallyIncludes({ 'duration mail postponed': 1, 'duration mail completed': 1 });
  });

  it('records a job that waits for children that it added as postponed', async ({ library, queue, work, eventuallyCounts }) => {
    // One at a time, so that the child is not done before its parent waits for it.
    work(async (job, token) => {
      if (job.name === 'child') return;
      if (job.attemptsStarted === 1) await queue.add('child', {}, { parent: { id: job.id!, queue: job.queueQualifiedName } });
      if (await job.moveToWaitingChildren(token!)) throw new library.WaitingChildrenError();
    });
    await queue.add('parent', {});
    await eventuallyCounts({
      'added parent': 1,
      'added child': 1,
      'wait.duration parent': 1,
      'wait.duration child': 1,
      'duration parent postponed': 1,
      'duration parent completed': 1,
      'duration child completed': 1,
    });
  });

  it('records a job that a rate limit delays as postponed', async ({ library, queue, work, eventuallyCounts }) => {
    const worker: Worker = work(
      async ({ attemptsStarted }) => {
        if (attemptsStarted > 1) return;
        await worker.rateLimit(30);
        throw library.Worker.RateLimitError();
      },
      { limiter: { max: 10, duration: 1000 } },
    );
    await queue.add('mail', {});
    await eventuallyCounts({
      'added mail': 1,
      'wait.duration mail': 1,
      'duration mail postponed': 1,
      'duration mail completed': 1,
    });
  });

  for (const useWorkerThreads of [false, true]) {
    it(`records jobs of a processor file, in a ${useWorkerThreads ? 'thread' : 'process'} of their own`, async ({
      queue,
      work,
      eventuallyCounts,
    }) => {
      work(sandbox, { useWorkerThreads });
      const kinds = ['done', 'failing', 'putting-off'];
      for (const kind of kinds) await queue.add(kind, {});
      await eventuallyCounts({
        ...ofEach(kinds, (kind) => `added ${kind}`),
        ...ofEach(kinds, (kind) => `wait.duration ${kind}`),
        'duration done completed': 1,
        'duration failing failed Error': 1,
        'duration putting-off postponed': 1,
        'duration putting-off completed': 1,
      });
    });
  }

  it('records jobs that are removed as soon as they have ended', async ({ queue, work, eventuallyIncludes }) => {
    work(async ({ name: kind }) => {
      if (kind === 'failing') throw new Error('no');
    });
    const opts = { removeOnComplete: true, removeOnFail: true };
    await queue.addBulk(['done', 'failing'].map((kind) => ({ name: kind, data: {}, opts })));
    await eventuallyIncludes({ 'duration done completed': 1, 'duration failing failed Error': 1 });
    expect(await queue.getJobCounts('completed', 'failed', 'active')).toEqual({ completed: 0, failed: 0, active: 0 });
  });

  it('records jobs that the application fetches and moves itself', async ({ queue, work, counts }) => {
    const worker = work(null);
    const kinds = ['done', 'failing', 'repeated', 'put-off'];
    for (const kind of kinds) await queue.add(kind, {}, { attempts: kind === 'repeated' ? 2 : 1 });
    const next = async (): Promise<Job> => worker.getNextJob('token', { block: false });
    await (await next()).moveToCompleted('well', 'token', false);
    await (await next()).moveToFailed(new TypeError('no'), 'token', false);
    await (await next()).moveToFailed(new TypeError('not yet'), 'token', false);
    const last = await next();
    expect(await counts()).toMatchObject({ 'active put-off': 1 });
    await last.moveToDelayed(Date.now() + 60_000, 'token');
    expect(await counts()).toEqual({
      ...ofEach(kinds, (kind) => `added ${kind}`),
      ...ofEach(kinds, (kind) => `wait.duration ${kind}`),
      'duration done completed': 1,
      'duration failing failed TypeError': 1,
      'duration repeated retried TypeError': 1,
      'retries repeated': 1,
      'duration put-off postponed': 1,
    });
  });

  it('records a job that the application creates itself', async ({ library, queue, eventuallyCounts }) => {
    await library.Job.create(queue as never, 'mail', {});
    await eventuallyCounts({ 'added mail': 1 });
  });

  it('records a job that its processor moves to completed itself', async ({ queue, work, eventuallyCounts }) => {
    work((job, token) => job.moveToCompleted('well', token!, false));
    await queue.add('mail', {});
    await eventuallyCounts({ 'added mail': 1, 'wait.duration mail': 1, 'duration mail completed': 1 });
  });

  it('has recorded a job before the listeners of the worker run', async ({ queue, work, counts }) => {
    const worker = work(async () => {});
    const countsAtEvent = new Promise((resolve) => void worker.on('completed', () => resolve(counts())));
    await queue.add('mail', {});
    expect(await countsAtEvent).toMatchObject({ 'duration mail completed': 1 });
  });

  it('records the job that a worker completes while it is closed', async ({ queue, work, counts, eventuallyIncludes }) => {
    const worker = work(() => pause(80));
    await queue.add('mail', {});
    await eventuallyIncludes({ 'active mail': 1 });
    await worker.close();
    expect(await counts()).toEqual({ 'added mail': 1, 'wait.duration mail': 1, 'duration mail completed': 1 });
  });

  it('does not record an end that BullMQ did not store', async ({ queue, work, eventuallyCounts, eventuallyIncludes }) => {
    const { promise: wait, resolve: finish } = Promise.withResolvers<void>();
    const worker = work(() => wait);
    await queue.add('mail', {});
    await eventuallyIncludes({ 'active mail': 1 });
    await worker.close(true);
    finish();
    await eventuallyCounts({ 'added mail': 1, 'wait.duration mail': 1 });
  });

  it('records a job that stalled, and its attempt by another worker', async ({ queue, work, eventuallyCounts }) => {
    const worker = work(null, { lockDuration: 30 });
    await queue.add('mail', {});
    // Held until the end: one that is dropped is no longer active.
    const taken = await worker.getNextJob('token', { block: false });
    await pause(60);
    work(async () => {}, { stalledInterval: 50 });
    await eventuallyCounts({
      'added mail': 1,
      'wait.duration mail': 1,
      'active mail': 1,
      'stalled mail': 1,
      'duration mail completed': 1,
    });
    expect(taken.name).toBe('mail');
  });

  it('records a job that stalled too often as failed', async ({ queue, work, eventuallyCounts }) => {
    const worker = work(null, { lockDuration: 30 });
    await queue.add('mail', {}, { attempts: 5 });
    // Held until the end: one that is dropped is no longer active.
    const taken = await worker.getNextJob('token', { block: false });
    await pause(60);
    work(async () => {}, { stalledInterval: 50, maxStalledCount: 0 });
    await eventuallyCounts({
      'added mail': 1,
      'wait.duration mail': 1,
      'active mail': 1,
      'stalled mail': 1,
      'duration mail failed UnrecoverableError': 1,
    });
    expect(taken.name).toBe('mail');
  });
});
