// Attempts to process a job, as a queue library shows them: under way from start to end, told once, by how they ended.
import type { JobOutcome } from '../catalog/attributes.ts';
import { jobActive, jobDuration, jobRetries } from '../catalog/jobs.ts';
import type { UpDownCounterCell } from '../core/cell.ts';
import { nowMillis } from '../core/clock.ts';
import type { AttributesOf } from '../core/metric.ts';
import type { Registry } from '../core/registry.ts';

/** A kind of job, in a queue. */
export type JobKind = AttributesOf<typeof jobActive>;

export class JobAttempts {
  readonly #duration;
  readonly #active;
  readonly #retries;
  readonly #open = new Set<JobAttempt>();

  constructor(registry: Registry) {
    this.#duration = registry.instrument(jobDuration);
    this.#active = registry.instrument(jobActive);
    this.#retries = registry.instrument(jobRetries);
  }

  /** An attempt that is under way from now on. */
  begin(kind: JobKind): JobAttempt {
    // A retry that never happened is shown as 0, so that the first one is an increase.
    this.#retries.bind(kind);
    const attempt = new JobAttempt(this, kind, this.#active.bind(kind));
    this.#open.add(attempt);
    return attempt;
  }

  /** Takes an attempt off what is under way; false if it was taken off before. */
  close(attempt: JobAttempt): boolean {
    return this.#open.delete(attempt);
  }

  /** Counts how an attempt ended. */
  record(kind: JobKind, outcome: JobOutcome, durationSeconds: number, errorType: string | undefined): void {
    this.#duration.record(durationSeconds, { ...kind, 'job.outcome': outcome, 'error.type': errorType });
    if (outcome === 'retried') this.#retries.add(1, kind);
  }

  /** Lets go of what is under way: nothing will tell of its end. */
  stop(): void {
    for (const attempt of this.#open) attempt.end();
  }
}

export class JobAttempt {
  readonly #attempts: JobAttempts;
  readonly #kind: JobKind;
  readonly #active: UpDownCounterCell;
  readonly #startMillis = nowMillis();
  #endMillis: number | undefined;

  constructor(attempts: JobAttempts, kind: JobKind, active: UpDownCounterCell) {
    this.#attempts = attempts;
    this.#kind = kind;
    this.#active = active;
    active.add(1);
  }

  /** The work is done; what follows, such as telling the queue, takes no time of the attempt's. */
  finish(): void {
    this.#endMillis ??= nowMillis();
  }

  /** Records how it ended, the first time; without an outcome, that it is no longer under way. */
  end(outcome?: JobOutcome, errorType?: string): void {
    if (!this.#attempts.close(this)) return;
    this.#active.add(-1);
    if (outcome === undefined) return;
    const durationSeconds = ((this.#endMillis ?? nowMillis()) - this.#startMillis) / 1000;
    this.#attempts.record(this.#kind, outcome, durationSeconds, errorType);
  }
}
