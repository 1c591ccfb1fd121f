// `jobs`: what an application tells of jobs and queues that no library shows, in the same series as BullMQ's.
import { jobName, queueName } from '../catalog/attributes.ts';
import {
  jobActive,
  jobAdded,
  jobDuration,
  jobRetries,
  jobStalled,
  jobWaitDuration,
  queueConcurrency,
  queueJobs,
  queueOldestJobAge,
  queuePaused,
  queueWorkers,
} from '../catalog/jobs.ts';
import type { AttributesOf } from '../core/metric.ts';
import { timeOperation } from '../core/operation.ts';
import { attributesFrom } from './named-attributes.ts';
import { type Fields, observe, type ReadState } from './observe.ts';
import { ask, instrumentOf, isFunction, seriesOf, wrapFor } from './record.ts';

/** A queue. */
export interface Queue {
  readonly queue: string;
}

/** A kind of job; never one job, whose id would make a series of its own. */
export interface JobLabels extends Queue {
  readonly job?: string | undefined;
}

export interface AttemptOptions {
  /** Whether an attempt that failed with this error will be repeated; it then is `retried`, not `failed`. */
  readonly willRetry?: ((error: unknown) => boolean) | undefined;
}

/** How many jobs a queue has, and what is known of it besides; what is left out is not shown. */
export interface QueueReading {
  readonly waiting?: number | undefined;
  readonly active?: number | undefined;
  readonly completed?: number | undefined;
  readonly failed?: number | undefined;
  readonly delayed?: number | undefined;
  readonly prioritized?: number | undefined;
  readonly paused?: number | undefined;
  readonly waitingChildren?: number | undefined;
  /** Seconds for which the oldest job that could be worked on has been waiting; 0 where none is. */
  readonly oldestSeconds?: number | undefined;
  readonly isPaused?: boolean | undefined;
  /** Workers that run in this process. */
  readonly workers?: number | undefined;
  /** Jobs that they take on at a time. */
  readonly concurrency?: number | undefined;
}

type JobAttributes = AttributesOf<typeof jobAdded>;

const attributesOf = attributesFrom(
  { queue: queueName, job: jobName },
  { required: ['queue'], example: "{ queue: 'mail', job: 'welcome' }" },
);
const queueAttributesOf = attributesFrom({ queue: queueName }, { required: ['queue'], example: "{ queue: 'mail' }" });

const QUEUE_FIELDS: Fields<QueueReading> = {
  waiting: [queueJobs, { 'queue.state': 'waiting' }],
  active: [queueJobs, { 'queue.state': 'active' }],
  completed: [queueJobs, { 'queue.state': 'completed' }],
  failed: [queueJobs, { 'queue.state': 'failed' }],
  delayed: [queueJobs, { 'queue.state': 'delayed' }],
  prioritized: [queueJobs, { 'queue.state': 'prioritized' }],
  paused: [queueJobs, { 'queue.state': 'paused' }],
  waitingChildren: [queueJobs, { 'queue.state': 'waiting-children' }],
  oldestSeconds: [queueOldestJobAge],
  isPaused: [queuePaused],
  workers: [queueWorkers],
  concurrency: [queueConcurrency],
};

/** `jobs` for one kind of job, its series looked up once. */
export type BoundJobs = ReturnType<typeof bind>;

/** Tells of jobs and queues. Nothing of it throws but what a function that is tracked throws. */
export const jobs = {
  /**
   * Runs one attempt at a job, synchronous or not, and hands on its result or error, as `createTracker` does. Records its
   * seconds in `job.duration` by outcome and `error.type`, and counts it in `job.active` while it runs; an attempt that will
   * be repeated counts in `job.retries`.
   *
   * @throws what the function throws
   * @example
   * ```js
   * const kind = { queue: 'mail', job: 'welcome' };
   * await jobs.track(kind, () => sendMail('ada'), { willRetry: (error) => error.code === 'ETIMEDOUT' });
   * // job.duration{queue.name="mail", job.name="welcome", job.outcome="completed"} 1
   * ```
   */
  track<Result>(kind: JobLabels, run: () => Result, options?: AttemptOptions): Result {
    return trackAttempt(attributesOf(kind, jobDuration), run, options);
  },

  /**
   * A function that does what the given one does and looks like it, tracked at every call.
   *
   * @example
   * ```js
   * const welcome = jobs.wrap({ queue: 'mail', job: 'wrapped' }, sendMail);
   * await welcome('ada');
   * // job.duration{queue.name="mail", job.name="wrapped", job.outcome="completed"} 1
   * ```
   */
  wrap<Arguments extends unknown[], Result, This>(
    kind: JobLabels,
    run: (this: This, ...values: Arguments) => Result,
    options?: AttemptOptions,
  ): (this: This, ...values: Arguments) => Result {
    return wrapAttempt(attributesOf(kind, jobDuration), run, options);
  },

  /**
   * Counts jobs that this process added to a queue, in `job.added`.
   *
   * @example
   * ```js
   * jobs.added({ queue: 'mail', job: 'digest' }, 20);
   * // job.added{queue.name="mail", job.name="digest"} 20
   * ```
   */
  added(kind: JobLabels, count = 1): void {
    instrumentOf(jobAdded).add(count, attributesOf(kind, jobAdded));
  },

  /**
   * Counts attempts that failed and are to be repeated, in `job.retries`; those that `track` knows of are counted.
   *
   * @example
   * ```js
   * jobs.retried({ queue: 'mail', job: 'digest' });
   * // job.retries{queue.name="mail", job.name="digest"} 1
   * ```
   */
  retried(kind: JobLabels, count = 1): void {
    instrumentOf(jobRetries).add(count, attributesOf(kind, jobRetries));
  },

  /**
   * Counts jobs whose worker went away in the middle of them, in `job.stalled`.
   *
   * @example
   * ```js
   * jobs.stalled({ queue: 'mail', job: 'digest' });
   * // job.stalled{queue.name="mail", job.name="digest"} 1
   * ```
   */
  stalled(kind: JobLabels, count = 1): void {
    instrumentOf(jobStalled).add(count, attributesOf(kind, jobStalled));
  },

  /**
   * Records for how many seconds a job waited for its first attempt, without the delay that it was added with, in
   * `job.wait.duration`.
   *
   * @example
   * ```js
   * jobs.waited({ queue: 'mail', job: 'digest' }, (Date.now() - job.addedMillis) / 1000);
   * // job.wait.duration{queue.name="mail", job.name="digest"} 1
   * ```
   */
  waited(kind: JobLabels, seconds: number): void {
    instrumentOf(jobWaitDuration).record(seconds, attributesOf(kind, jobWaitDuration));
  },

  /**
   * Reads a queue before every collection, which waits a second for a promise: `queue.jobs` by state, `queue.oldest_job.age`,
   * `queue.paused`, `queue.workers`, `queue.concurrency`. A read that throws, rejects or goes on for half a minute takes them off
   * the page and is counted in `promtel.collection.errors`.
   *
   * @returns what stops it and takes the queue off the page
   * @example
   * ```js
   * const stop = jobs.observeQueue({ queue: 'mail' }, async () => ({ waiting: await store.length(), oldestSeconds: 4 }));
   * // queue.jobs{queue.name="mail", queue.state="waiting"} 7
   * // queue.oldest_job.age{queue.name="mail"} 4
   * ```
   */
  observeQueue(queue: Queue, read: ReadState<QueueReading>): () => void {
    return observe(queueJobs, QUEUE_FIELDS, queueAttributesOf(queue, queueJobs), read);
  },

  /**
   * The same for one kind of job, its series looked up once, for hot paths.
   *
   * @example
   * ```js
   * const reports = jobs.bind({ queue: 'reports', job: 'daily' });
   * reports.added();
   * await reports.track(() => sendMail('ada'));
   * // job.added{queue.name="reports", job.name="daily"} 1
   * // job.duration{queue.name="reports", job.name="daily", job.outcome="completed"} 1
   * ```
   */
  bind,
} as const;

function bind(kind: JobLabels) {
  const attributes = attributesOf(kind, jobDuration);
  const added = seriesOf(jobAdded, attributes);
  const retried = seriesOf(jobRetries, attributes);
  const stalled = seriesOf(jobStalled, attributes);
  const waited = seriesOf(jobWaitDuration, attributes);
  return {
    track: <Result>(run: () => Result, options?: AttemptOptions): Result => trackAttempt(attributes, run, options),
    wrap: <Arguments extends unknown[], Result, This>(
      run: (this: This, ...values: Arguments) => Result,
      options?: AttemptOptions,
    ): ((this: This, ...values: Arguments) => Result) => wrapAttempt(attributes, run, options),
    added: (count = 1): void => added().add(count),
    retried: (count = 1): void => retried().add(count),
    stalled: (count = 1): void => stalled().add(count),
    waited: (seconds: number): void => waited().record(seconds),
  };
}

function trackAttempt<Result>(attributes: JobAttributes, run: () => Result, options: AttemptOptions | undefined): Result {
  if (!isFunction(jobDuration, run)) return run();
  const active = instrumentOf(jobActive).bind(attributes);
  // A retry that never happened is shown as 0, so that the first one is an increase.
  const retries = instrumentOf(jobRetries).bind(attributes);
  active.add(1);
  return timeOperation(run, ({ durationSeconds, errorType }, error) => {
    active.add(-1);
    const isRetried = errorType !== undefined && ask(jobRetries, options?.willRetry, error) === true;
    const outcome = errorType === undefined ? 'completed' : isRetried ? 'retried' : 'failed';
    const ended = { ...attributes, 'job.outcome': outcome, 'error.type': errorType } as const;
    instrumentOf(jobDuration).record(durationSeconds, ended);
    if (isRetried) retries.add(1);
  });
}

function wrapAttempt<Arguments extends unknown[], Result, This>(
  attributes: JobAttributes,
  run: (this: This, ...values: Arguments) => Result,
  options: AttemptOptions | undefined,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(jobDuration, run, (call) => trackAttempt(attributes, call, options));
}
