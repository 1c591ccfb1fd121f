// `jobs`: the API for jobs and queues of libraries that are not instrumented, in the same series as BullMQ's.
import { jobName, queueName } from '../catalog/attributes.ts';
import { jobAdded, jobDuration, jobRetries, jobStalled, jobWaitDuration, queueJobs } from '../catalog/jobs.ts';
import type { MetricDefinition } from '../core/metric.ts';
import { timeOperation } from '../core/operation.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { JobAttempt, JobRecorder, type JobSeries } from '../recorders/jobs/jobs.ts';
import { QUEUE_FIELDS, type QueueReading } from '../recorders/jobs/queue-state.ts';
import { attributesFrom } from './named-attributes.ts';
import { observe, type ReadState } from './observe.ts';
import { callSafely, isFunction, wrapFor } from './record.ts';

/** A queue, by its name. */
export interface Queue {
  readonly queue: string;
}

/** A kind of job, by its queue and name; never the id of a single job, since each would create a series. */
export interface JobLabels extends Queue {
  readonly job?: string | undefined;
}

export interface AttemptOptions {
  /** Whether an attempt that failed with this error will be repeated; its outcome is then `retried` rather than `failed`. */
  readonly willRetry?: ((error: unknown) => boolean) | undefined;
}

const attributesOf = attributesFrom(
  { queue: queueName, job: jobName },
  { required: ['queue'], example: "{ queue: 'mail', job: 'welcome' }" },
);
const queueAttributesOf = attributesFrom({ queue: queueName }, { required: ['queue'], example: "{ queue: 'mail' }" });

/** `jobs` for one kind of job, its series looked up once. */
export type BoundJobs = ReturnType<typeof bind>;

/** Records jobs and queues. Methods throw nothing but the errors of tracked functions. */
export const jobs = {
  /**
   * Runs one attempt at a job, synchronous or not, and returns its result. Records its duration in seconds in `job.duration`, by
   * outcome and `error.type`, and counts it in `job.active` while it runs; an attempt that will be repeated counts in
   * `job.retries`.
   *
   * @throws the error of the function
   * @example
   * ```js
   * const kind = { queue: 'mail', job: 'welcome' };
   * await jobs.track(kind, () => sendMail('ada'), { willRetry: (error) => error.code === 'ETIMEDOUT' });
   * // job.duration{queue.name="mail", job.name="welcome", job.outcome="completed"} 1
   * ```
   */
  track<Result>(kind: JobLabels, run: () => Result, options?: AttemptOptions): Result {
    return trackAttempt(seriesOf(kind, jobDuration), run, options);
  },

  /**
   * Wraps a function to track every call. The wrapper keeps its name and length, and passes `this` on.
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
    return wrapAttempt(seriesOf(kind, jobDuration), run, options);
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
    seriesOf(kind, jobAdded).countAdded(count);
  },

  /**
   * Counts attempts that failed and will be repeated, in `job.retries`; `track` counts its own.
   *
   * @example
   * ```js
   * jobs.retried({ queue: 'mail', job: 'digest' });
   * // job.retries{queue.name="mail", job.name="digest"} 1
   * ```
   */
  retried(kind: JobLabels, count = 1): void {
    seriesOf(kind, jobRetries).countRetries(count);
  },

  /**
   * Counts jobs whose worker stopped in the middle of them, in `job.stalled`.
   *
   * @example
   * ```js
   * jobs.stalled({ queue: 'mail', job: 'digest' });
   * // job.stalled{queue.name="mail", job.name="digest"} 1
   * ```
   */
  stalled(kind: JobLabels, count = 1): void {
    seriesOf(kind, jobStalled).countStalls(count);
  },

  /**
   * Records how long a job waited for its first attempt, in seconds, in `job.wait.duration`. Subtract the delay that it was added
   * with.
   *
   * @example
   * ```js
   * jobs.waited({ queue: 'mail', job: 'digest' }, (Date.now() - job.addedMillis) / 1000);
   * // job.wait.duration{queue.name="mail", job.name="digest"} 1
   * ```
   */
  waited(kind: JobLabels, seconds: number): void {
    seriesOf(kind, jobWaitDuration).recordWait(seconds);
  },

  /**
   * Reads a queue before every collection, which waits up to a second for a promise: `queue.jobs` by state,
   * `queue.oldest_job.age` in seconds, `queue.paused`, `queue.workers`, `queue.concurrency`. A read that throws, rejects or takes
   * longer than half a minute takes them off the page and counts in `promtel.collection.errors`.
   *
   * @returns a function that stops it and takes the queue off the page
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
   * The same methods for one kind of job; the series are looked up once, for hot paths.
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
  const series = seriesOf(kind, jobDuration);
  return {
    track: <Result>(run: () => Result, options?: AttemptOptions): Result => trackAttempt(series, run, options),
    wrap: <Arguments extends unknown[], Result, This>(
      run: (this: This, ...values: Arguments) => Result,
      options?: AttemptOptions,
    ): ((this: This, ...values: Arguments) => Result) => wrapAttempt(series, run, options),
    added: (count = 1): void => series.countAdded(count),
    retried: (count = 1): void => series.countRetries(count),
    stalled: (count = 1): void => series.countStalls(count),
    waited: (seconds: number): void => series.recordWait(seconds),
  };
}

let recorder: JobRecorder | undefined;

/** The series of a kind of job; what is wrong with it is reported for the metric. */
function seriesOf(kind: JobLabels, metric: MetricDefinition): JobSeries {
  const { 'queue.name': queue, 'job.name': name } = attributesOf(kind, metric);
  return (recorder ??= new JobRecorder(sharedRegistry())).seriesOf(queue, name);
}

function trackAttempt<Result>(series: JobSeries, run: () => Result, options: AttemptOptions | undefined): Result {
  if (!isFunction(jobDuration, run)) return run();
  const attempt = new JobAttempt(series);
  return timeOperation(run, ({ errorType }, error) => {
    attempt.stopClock();
    if (errorType === undefined) return attempt.end('completed');
    const isRetried = callSafely(jobRetries, options?.willRetry, error) === true;
    attempt.end(isRetried ? 'retried' : 'failed', errorType);
  });
}

function wrapAttempt<Arguments extends unknown[], Result, This>(
  series: JobSeries,
  run: (this: This, ...values: Arguments) => Result,
  options: AttemptOptions | undefined,
): (this: This, ...values: Arguments) => Result {
  return wrapFor(jobDuration, run, (call) => trackAttempt(series, call, options));
}
