// Attempts at BullMQ's jobs, by patched methods of Worker and Job: when each begins, how it ends, and which jobs stall.
//
// A worker emits `active` for a job that it took on, the job is then moved by one of its own methods, and the promise of the
// worker's `processJob` settles when nothing more will come. A job of a processor in a file is moved by this process as well, so
// its child process or thread is not looked into.
import { sendInternal } from '../../core/internal-traffic.ts';
import { errorTypeOf } from '../../core/operation.ts';
import type { Attachment, Guard, Undo } from '../../hooks/instrumentation.ts';
import { onSettled, settleAfter } from '../../hooks/promise-method.ts';
import { type Method, wrapMethod } from '../../hooks/wrap-method.ts';
import { JobAttempt, JobRecorder, type JobSeries } from '../../recorders/jobs/jobs.ts';
import { JobWorkers } from '../../recorders/jobs/workers.ts';
import { type BullmqLibrary, type BullmqJob, observeCalls } from './library.ts';

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
  /** Whether a worker runs a processor for it: then its worker reports the end, else whoever moves the job. */
  isProcessed = false;
  /** Whether its processor put the job back, to be taken on again. */
  isPutBack = false;
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

  observe({ Worker: worker, Job: job }: BullmqLibrary): Undo[] {
    return [...this.#observeWorkers(worker.prototype), ...this.#observeMoves(job.prototype, worker.prototype)];
  }

  #observeWorkers(worker: object): Undo[] {
    const onEvent = this.#eventHandler();
    const run = this.#guard((one: Worker) => this.#workers.add(one, one.name));
    const begin = this.#guard((one: Worker, job: Job | undefined) => this.#process(one, job));
    const leave = this.#guard((job: Job | undefined) => this.#leave(job));
    return [
      observeCalls<Worker>(worker, 'run', { before: run }),
      wrapMethod(worker, 'emit', (emit) =>
        asMethod(function (this: Worker, ...values: unknown[]) {
          onEvent(this, values[0], values[1], values[2]);
          return emit.apply(this, values);
        }),
      ),
      wrapMethod(worker, 'processJob', (processJob) =>
        asMethod(function (this: Worker, ...values: unknown[]) {
          const job = values[0] as Job | undefined;
          begin(this, job);
          // No promise in between: the worker would ask Redis for jobs more often.
          return onSettled(processJob.apply(this, values), () => leave(job));
        }),
      ),
    ];
  }

  /** Handles the events of a worker that matter here, before its listeners do. */
  #eventHandler() {
    const take = this.#guard((worker: Worker, job: Job) => this.#take(worker, job));
    const complete = this.#guard((job: Job) => job[ATTEMPT]?.end('completed'));
    const stall = this.#guard((worker: Worker, id: string) => this.#countStalled(worker, id));
    const fail = this.#guard((job: Job | undefined, error: unknown) => this.#countFailedUnseen(job, error));
    return (worker: Worker, event: unknown, subject: unknown, error: unknown): void => {
      if (event === 'active') take(worker, subject as Job);
      else if (event === 'completed') complete(subject as Job);
      else if (event === 'stalled') stall(worker, subject as string);
      else if (event === 'failed') fail(subject as Job | undefined, error);
    };
  }

  /** Observes where jobs are moved from being worked on, by a worker, a processor or the application. */
  #observeMoves(job: object, worker: object): Undo[] {
    const finish = this.#guard((moved: Job) => {
      moved[ATTEMPT]?.finish();
      return moved[ATTEMPT]?.isProcessed === true;
    });
    const complete = this.#guard((moved: Job) => moved[ATTEMPT]?.end('completed'));
    const fail = this.#guard((moved: Job, [error]: readonly unknown[]) => endFailed(moved, error));
    const putBack = this.#guard((moved: Job) => endPutBack(moved));
    const putBackIfMoved = this.#guard((moved: Job, _: unknown, isMoved: unknown) => {
      if (isMoved === true) endPutBack(moved);
    });
    const putBackFirst = this.#guard((_: unknown, [moved]: readonly unknown[]) => endPutBack(moved as Job));
    return [
      wrapMethod(job, 'moveToCompleted', (move) =>
        asMethod(function (this: Job, ...values: unknown[]) {
          const isOfWorker = finish(this) === true;
          const promise = move.apply(this, values);
          // A worker emits `completed` for its own: no promise in between, as above.
          return isOfWorker ? promise : settleAfter(promise, () => complete(this));
        }),
      ),
      observeCalls<Job>(job, 'moveToFailed', { before: finish, fulfilled: fail }),
      observeCalls<Job>(job, 'moveToDelayed', { fulfilled: putBack }),
      observeCalls<Job>(job, 'moveToWaitingChildren', { fulfilled: putBackIfMoved }),
      // Early versions of BullMQ 5 have only the second of these.
      observeCalls<Job>(job, 'moveToWait', { fulfilled: putBack, isOptional: true }),
      observeCalls(worker, 'moveLimitedBackToWait', { fulfilled: putBackFirst, isOptional: true }),
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
    if (job.attemptsStarted === 1 && job.processedOn !== undefined) series.waited(waitSecondsOf(job, job.processedOn));
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
    if (attempt?.isPutBack === true) attempt.end('postponed');
    else attempt?.end(isForGood(job!) ? 'completed' : undefined);
  }

  /** The event has only the id: Redis has the name, unless the job is gone already. */
  #countStalled(worker: Worker, id: string): void {
    const count = this.#guard((name?: string | null) => this.#jobs.seriesOf(worker.name, name ?? undefined).stalled());
    nameOf(worker, id).then(count, () => count());
  }

  /** Early versions of BullMQ 5 fail a job that stalled too often without a worker taking it on again. */
  #countFailedUnseen(job: Job | undefined, error: unknown): void {
    if (job === undefined || job[ATTEMPT] !== undefined || (error as Error).message !== STALLED_TOO_OFTEN) return;
    const series = this.#seriesOf(job);
    series.stalled();
    series.attempted('failed', 0, errorTypeOf(error));
  }

  #seriesOf({ queueName, name }: BullmqJob): JobSeries {
    const series = this.#jobs.seriesOf(queueName, name);
    series.initStalls();
    return series;
  }
}

function endFailed(job: Job, error: unknown): void {
  job[ATTEMPT]?.end(isForGood(job) ? 'failed' : 'retried', errorTypeOf(error));
}

function endPutBack(job: Job): void {
  const attempt = job[ATTEMPT];
  if (attempt === undefined) return;
  // A processor goes on after it has put its job back, until it throws BullMQ's error for it.
  if (attempt.isProcessed) attempt.isPutBack = true;
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

function asMethod<This>(run: (this: This, ...values: unknown[]) => unknown): Method {
  return run as unknown as Method;
}
