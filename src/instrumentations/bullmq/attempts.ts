// Attempts at BullMQ's jobs, by patched methods of Worker and Job: when each begins, how it ends, and which jobs stall.
//
// A worker emits `active` for a job that it took on, the job is then moved by one of its own methods, and the promise of the
// worker's `processJob` settles when nothing more will come. A job of a processor in a file is moved by this process as well, so
// its child process or thread is not looked into.
import { sendInternal } from '../../core/internal-traffic.ts';
import { errorTypeOf } from '../../core/operation.ts';
import type { Attachment, Guard, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import { observePromiseMethod, onSettled } from '../../hooks/promise-method.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { JobAttempt, JobRecorder, type JobSeries } from '../../recorders/jobs/jobs.ts';
import { JobWorkers } from '../../recorders/jobs/workers.ts';
import type { BullmqJob, BullmqLibrary } from './library.ts';

interface Worker {
  readonly name: string;
  readonly concurrency: number;
  readonly closing?: unknown;
  /** Missing where the application fetches jobs itself. */
  readonly processFn?: unknown;
  /** The connection: the worker's own in BullMQ 5, its backend's in BullMQ 6, where that is Redis. */
  readonly client?: PromiseLike<Client>;
  readonly backend?: { readonly client?: PromiseLike<Client> };
  toKey(id: string): string;
}

interface Client {
  hget?(key: string, field: string): PromiseLike<string | null>;
}

/** On the job: a WeakMap of jobs, which come and go by the thousand, costs more than all the rest. */
const ATTEMPT = Symbol('promtel.bullmq.attempt');

/** A job that a worker of this process has, or had. */
type Job = BullmqJob & { [ATTEMPT]?: Attempt };

class Attempt extends JobAttempt {
  /** Whether a worker runs a processor for it: then the worker reports the end, else the caller that moves the job. */
  isProcessed = false;
  /** Whether its processor put the job back, to be taken on again. */
  isPostponed = false;
}

const STALLED_TOO_OFTEN = 'job stalled more than allowable limit';

export class BullmqAttempts {
  readonly #jobs: JobRecorder;
  readonly #workers: JobWorkers<Worker>;
  readonly #guard: Guard;
  /** Jobs that the application fetched and dropped. */
  readonly #dropped = new FinalizationRegistry<Attempt>((attempt) => attempt.end());

  constructor(jobs: JobRecorder, attachment: Attachment) {
    this.#jobs = jobs;
    this.#workers = new JobWorkers<Worker>(attachment, ({ closing, concurrency }) =>
      closing === undefined ? concurrency : undefined,
    );
    this.#guard = attachment.guard;
  }

  observe({ Worker: worker, Job: job }: BullmqLibrary): Undo {
    return undoAll([...this.#observeWorkers(worker.prototype), ...this.#observeMoves(job.prototype, worker.prototype)]);
  }

  #observeWorkers(worker: object): Undo[] {
    const leave = this.#guard((job: Job | undefined) => this.#leave(job));
    return [
      observeCalls<Worker, unknown[]>(worker, 'run', this.#guard, {
        before: (one) => this.#workers.add(one, one.name),
      }),
      observeCalls<Worker, unknown[]>(worker, 'emit', this.#guard, {
        before: (one, values) => this.#onEvent(one, values[0], values[1], values[2]),
      }),
      observeCalls<Worker, [Job | undefined]>(worker, 'processJob', this.#guard, {
        before: (one, values) => this.#process(one, values[0]),
        // The worker awaits this promise of every job: another one would make it ask Redis for jobs more often.
        after: (_, [job], promise) => void onSettled(promise, () => leave(job)),
      }),
    ];
  }

  /** Handles the events of a worker that matter here, before its listeners do. */
  #onEvent(worker: Worker, event: unknown, subject: unknown, error: unknown): void {
    if (event === 'active') this.#take(worker, subject as Job);
    else if (event === 'completed') (subject as Job)[ATTEMPT]?.end('completed');
    else if (event === 'stalled') this.#countStalled(worker, subject as string);
    else if (event === 'failed') this.#countFailedUnseen(subject as Job | undefined, error);
  }

  /** Observes where jobs are moved when an attempt is over, by a worker, a processor or the application. */
  #observeMoves(job: object, worker: object): Undo[] {
    const guard = this.#guard;
    const self = (moved: Job): Job => moved;
    return [
      observePromiseMethod<Job, unknown[], Job>(job, 'moveToCompleted', guard, {
        before(moved) {
          moved[ATTEMPT]?.stopClock();
          // A worker emits `completed` for its own jobs, and awaits this promise of each, as above.
          return moved[ATTEMPT]?.isProcessed === true ? undefined : moved;
        },
        fulfilled: (_, moved) => moved[ATTEMPT]?.end('completed'),
      }),
      observePromiseMethod<Job, [unknown], { readonly job: Job; readonly error: unknown }>(job, 'moveToFailed', guard, {
        before(moved, [error]) {
          moved[ATTEMPT]?.stopClock();
          return { job: moved, error };
        },
        fulfilled: (_, failed) =>
          failed.job[ATTEMPT]?.end(isForGood(failed.job) ? 'failed' : 'retried', errorTypeOf(failed.error)),
      }),
      observePromiseMethod<Job, unknown[], Job>(job, 'moveToDelayed', guard, { before: self, fulfilled: postpone }),
      observePromiseMethod<Job, unknown[], Job>(job, 'moveToWaitingChildren', guard, {
        before: self,
        fulfilled(isMoved, moved) {
          if (isMoved === true) postpone(isMoved, moved);
        },
      }),
      // Early versions of BullMQ 5 have only the second of these.
      ...ifPresent(job, 'moveToWait', (name) =>
        observePromiseMethod<Job, unknown[], Job>(job, name, guard, { before: self, fulfilled: postpone }),
      ),
      ...ifPresent(worker, 'moveLimitedBackToWait', (name) =>
        observePromiseMethod<Worker, [Job], Job>(worker, name, guard, { before: (_, [moved]) => moved, fulfilled: postpone }),
      ),
    ];
  }

  /** A worker has taken a job on; its processor comes next, if it has one. */
  #take(worker: Worker, job: Job): Attempt {
    return job[ATTEMPT] ?? this.#begin(worker, job);
  }

  #process(worker: Worker, job: Job | undefined): void {
    if (job !== undefined) this.#take(worker, job).isProcessed = true;
  }

  #begin(worker: Worker, job: Job): Attempt {
    const series = this.#seriesOf(job);
    const attempt = new Attempt(series);
    job[ATTEMPT] = attempt;
    if (worker.processFn === undefined) this.#fetch(worker, job, attempt);
    if (job.attemptsStarted === 1 && job.processedOn !== undefined) series.recordWait(waitSecondsOf(job, job.processedOn));
    return attempt;
  }

  /** An application that fetches jobs itself has a worker that is never run, and need not say what became of a job. */
  #fetch(worker: Worker, job: Job, attempt: Attempt): void {
    this.#workers.add(worker, worker.name);
    this.#dropped.register(job, attempt);
  }

  /** The worker is through with a job: if it has not ended yet, another worker took it away, or its processor moved it. */
  #leave(job: Job | undefined): void {
    const attempt = job?.[ATTEMPT];
    if (attempt?.isPostponed === true) attempt.end('postponed');
    else attempt?.end(isForGood(job!) ? 'completed' : undefined);
  }

  /** The event has only the id: Redis has the name, unless the job is gone already. */
  #countStalled(worker: Worker, id: string): void {
    const count = this.#guard((name?: string | null) => this.#jobs.seriesOf(worker.name, name ?? undefined).countStalls());
    nameOf(worker, id).then(count, () => count());
  }

  /** Early versions of BullMQ 5 fail a job that stalled too often without a worker taking it on again. */
  #countFailedUnseen(job: Job | undefined, error: unknown): void {
    if (job === undefined || job[ATTEMPT] !== undefined || (error as Error).message !== STALLED_TOO_OFTEN) return;
    const series = this.#seriesOf(job);
    series.countStalls();
    series.recordAttempt('failed', 0, errorTypeOf(error));
  }

  #seriesOf({ queueName, name }: BullmqJob): JobSeries {
    const series = this.#jobs.seriesOf(queueName, name);
    series.initStalls();
    return series;
  }
}

function postpone(_: unknown, job: Job): void {
  const attempt = job[ATTEMPT];
  if (attempt === undefined) return;
  // A processor goes on after it has put its job back, until it throws BullMQ's error for it.
  if (attempt.isProcessed) attempt.isPostponed = true;
  else attempt.end('postponed');
}

function isForGood({ finishedOn }: Job): boolean {
  return typeof finishedOn === 'number';
}

/** The clocks of who added the job and who took it on may differ. */
function waitSecondsOf({ timestamp, opts }: BullmqJob, processedOn: number): number {
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0)) / 1000;
}

async function nameOf(worker: Worker, id: string): Promise<string | null | undefined> {
  const client = await (worker.client ?? worker.backend?.client);
  return sendInternal(() => client?.hget?.(worker.toKey(id), 'name'));
}

function ifPresent(holder: object, name: string, observe: (name: string) => Undo): Undo[] {
  return Object.hasOwn(holder, name) ? [observe(name)] : [];
}
