// Attempts at BullMQ's jobs: what its workers take on, how it ends, and what stalls.
import { jobStalled, jobWaitDuration } from '../catalog/jobs.ts';
import type { Attachment } from '../core/instrumentation.ts';
import { errorTypeOf } from '../core/operation.ts';
import { sendOwn } from '../core/own-commands.ts';
import { type BullmqJob, kindOf } from './bullmq-job.ts';
import { JobWorkers } from './job-workers.ts';
import { type JobAttempt, JobAttempts } from './jobs.ts';

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

/** An attempt at a job, and who runs it. */
interface Taken {
  readonly attempt: JobAttempt;
  /** Whether a worker's processor runs it, whose end is the attempt's. */
  isProcessed: boolean;
  /** Whether it went back to where it will be taken from again. */
  isPutBack: boolean;
}

const STALLED_TOO_OFTEN = 'job stalled more than allowable limit';

export class BullmqAttempts {
  readonly #attempts;
  readonly #wait;
  readonly #stalled;
  readonly #workers;
  readonly #guard: Attachment['guard'];
  readonly #taken = new WeakMap<BullmqJob, Taken>();
  /** Jobs that the application fetched and dropped. */
  readonly #dropped = new FinalizationRegistry<JobAttempt>((attempt) => attempt.end());

  constructor(attachment: Attachment) {
    const { registry } = attachment;
    this.#attempts = new JobAttempts(registry);
    this.#wait = registry.instrument(jobWaitDuration);
    this.#stalled = registry.instrument(jobStalled);
    this.#workers = new JobWorkers<BullmqWorker>(attachment, ({ closing, concurrency }) =>
      closing === undefined ? concurrency : undefined,
    );
    this.#guard = attachment.guard;
  }

  watch(worker: BullmqWorker): void {
    this.#workers.add(worker, worker.name);
  }

  hear(worker: BullmqWorker, [event, subject, error]: readonly unknown[]): void {
    this.watch(worker);
    if (event === 'active') this.take(worker, subject as BullmqJob);
    else if (event === 'stalled') this.#countStalled(worker, subject as string);
    else if (event === 'failed') this.#countFailedUnseen(subject as BullmqJob | undefined, error);
  }

  /** A worker has taken a job on; its processor comes next, if it has one. */
  take(worker: BullmqWorker, job: BullmqJob): Taken {
    let taken = this.#taken.get(job);
    if (taken !== undefined) return taken;
    const kind = kindOf(job);
    taken = { attempt: this.#attempts.begin(kind), isProcessed: false, isPutBack: false };
    this.#taken.set(job, taken);
    if (worker.processFn === undefined) this.#dropped.register(job, taken.attempt);
    this.#stalled.bind(kind);
    if (job.attemptsStarted === 1 && job.processedOn !== undefined) this.#wait.record(waitSecondsOf(job, job.processedOn), kind);
    return taken;
  }

  process(worker: BullmqWorker, job: BullmqJob | undefined): void {
    if (job !== undefined) this.take(worker, job).isProcessed = true;
  }

  /** The worker is through with a job: if nothing was told of its end, another worker took it away. */
  leave(job: BullmqJob | undefined): void {
    const taken = job === undefined ? undefined : this.#taken.get(job);
    taken?.attempt.end(taken.isPutBack ? 'postponed' : undefined);
  }

  finish(job: BullmqJob): void {
    this.#taken.get(job)?.attempt.finish();
  }

  complete(job: BullmqJob): void {
    this.#taken.get(job)?.attempt.end('completed');
  }

  fail(job: BullmqJob, error: unknown): void {
    const isForGood = typeof job.finishedOn === 'number';
    this.#taken.get(job)?.attempt.end(isForGood ? 'failed' : 'retried', errorTypeOf(error));
  }

  putBack(job: BullmqJob): void {
    const taken = this.#taken.get(job);
    if (taken === undefined) return;
    // A processor goes on after it has put its job back, until it says so with an error.
    if (taken.isProcessed) taken.isPutBack = true;
    else taken.attempt.end('postponed');
  }

  stop(): void {
    this.#attempts.stop();
  }

  /** The event has only the id; the name is asked for, and left out where the job is gone already. */
  #countStalled(worker: BullmqWorker, id: string): void {
    const count = this.#guard((name?: string | null) =>
      this.#stalled.add(1, { 'queue.name': worker.name, 'job.name': name ?? undefined }),
    );
    nameOf(worker, id).then(count, () => count());
  }

  /** Early versions of BullMQ 5 fail a job that stalled too often without a worker taking it on again. */
  #countFailedUnseen(job: BullmqJob | undefined, error: unknown): void {
    if (job === undefined || this.#taken.has(job) || (error as Error).message !== STALLED_TOO_OFTEN) return;
    const kind = kindOf(job);
    this.#stalled.add(1, kind);
    this.#attempts.record(kind, 'failed', 0, errorTypeOf(error));
  }
}

/** The clocks of who added the job and who took it on may differ. */
function waitSecondsOf({ timestamp, opts }: BullmqJob, processedOn: number): number {
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0)) / 1000;
}

async function nameOf(worker: BullmqWorker, id: string): Promise<string | null | undefined> {
  const client = await (worker.client ?? worker.backend?.client);
  return sendOwn(() => client?.hget?.(worker.toKey(id), 'name'));
}
