// Attempts at BullMQ's jobs: what its workers take on, how it ends, and what stalls.
import { jobStalled } from '../../catalog/jobs.ts';
import { sendInternal } from '../../core/internal-traffic.ts';
import { errorTypeOf } from '../../core/operation.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import { JobAttempt, JobAttempts } from '../../recorders/jobs/attempts.ts';
import { JobWorkers } from '../../recorders/jobs/workers.ts';
import type { BullmqJob } from './job.ts';

export interface BullmqWorker {
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
type Job = BullmqJob & { [ATTEMPT]?: JobAttempt };

const STALLED_TOO_OFTEN = 'job stalled more than allowable limit';

export class BullmqAttempts {
  readonly #attempts;
  readonly #stalled;
  readonly #workers;
  readonly #guard: Attachment['guard'];
  /** Jobs that the application fetched and dropped. */
  readonly #dropped = new FinalizationRegistry<JobAttempt>((attempt) => attempt.end());

  constructor(attachment: Attachment) {
    const { registry } = attachment;
    this.#attempts = new JobAttempts(registry);
    this.#stalled = registry.instrument(jobStalled);
    this.#workers = new JobWorkers<BullmqWorker>(attachment, ({ closing, concurrency }) =>
      closing === undefined ? concurrency : undefined,
    );
    this.#guard = attachment.guard;
  }

  watch(worker: BullmqWorker): void {
    this.#workers.add(worker, worker.name);
  }

  /** A worker has taken a job on; its processor comes next, if it has one. */
  take(worker: BullmqWorker, job: Job): JobAttempt {
    return job[ATTEMPT] ?? this.#begin(worker, job);
  }

  process(worker: BullmqWorker, job: Job | undefined): void {
    if (job !== undefined) this.take(worker, job).isProcessed = true;
  }

  /** The worker is through with a job: if nothing was told of its end, another worker took it away, or its processor moved it. */
  leave(job: Job | undefined): void {
    const attempt = job?.[ATTEMPT];
    const isMoved = typeof job?.finishedOn === 'number';
    if (attempt?.isPutBack === true) attempt.end('postponed');
    else attempt?.end(isMoved ? 'completed' : undefined);
  }

  /** The work is done. Gives whether the job's worker will tell of what comes of it. */
  finish(job: Job): boolean {
    const attempt = job[ATTEMPT];
    attempt?.finish();
    return attempt?.isProcessed === true;
  }

  complete(job: Job): void {
    job[ATTEMPT]?.end('completed');
  }

  fail(job: Job, error: unknown): void {
    const isForGood = typeof job.finishedOn === 'number';
    job[ATTEMPT]?.end(isForGood ? 'failed' : 'retried', errorTypeOf(error));
  }

  putBack(job: Job): void {
    const attempt = job[ATTEMPT];
    if (attempt === undefined) return;
    // A processor goes on after it has put its job back, until it says so with an error.
    if (attempt.isProcessed) attempt.isPutBack = true;
    else attempt.end('postponed');
  }

  /** The event has only the id; the name is asked for, and left out where the job is gone already. */
  countStalled(worker: BullmqWorker, id: string): void {
    const count = this.#guard((name?: string | null) =>
      this.#stalled.add(1, { 'queue.name': worker.name, 'job.name': name ?? undefined }),
    );
    nameOf(worker, id).then(count, () => count());
  }

  /** Early versions of BullMQ 5 fail a job that stalled too often without a worker taking it on again. */
  countFailedUnseen(job: Job | undefined, error: unknown): void {
    if (job === undefined || job[ATTEMPT] !== undefined || (error as Error).message !== STALLED_TOO_OFTEN) return;
    const series = this.#attempts.seriesOf(job.queueName, job.name);
    series.stalled.add(1);
    series.ended('failed', 0, errorTypeOf(error));
  }

  stop(): void {
    this.#attempts.stop();
  }

  #begin(worker: BullmqWorker, job: Job): JobAttempt {
    const series = this.#attempts.seriesOf(job.queueName, job.name);
    const attempt = new JobAttempt(series);
    job[ATTEMPT] = attempt;
    if (worker.processFn === undefined) this.#fetch(worker, job, attempt);
    if (job.attemptsStarted === 1 && job.processedOn !== undefined) series.waited(waitSecondsOf(job, job.processedOn));
    return attempt;
  }

  /** An application that fetches jobs itself has a worker that is never run, and need not say what became of a job. */
  #fetch(worker: BullmqWorker, job: Job, attempt: JobAttempt): void {
    this.watch(worker);
    this.#dropped.register(job, attempt);
  }
}

/** The clocks of who added the job and who took it on may differ. */
function waitSecondsOf({ timestamp, opts }: BullmqJob, processedOn: number): number {
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0)) / 1000;
}

async function nameOf(worker: BullmqWorker, id: string): Promise<string | null | undefined> {
  const client = await (worker.client ?? worker.backend?.client);
  return sendInternal(() => client?.hget?.(worker.toKey(id), 'name'));
}
