// Records jobs for BullMQ and for the API: attempts by outcome, retries, stalls, waits, and the jobs that were added.
import type { JobOutcome } from '../../catalog/attributes.ts';
import { jobActive, jobAdded, jobDuration, jobRetries, jobStalled, jobWaitDuration } from '../../catalog/jobs.ts';
import { nowMillis } from '../../core/clock.ts';
import type { AttributesOf } from '../../core/metric.ts';
import type { CounterCell, HistogramCell, UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';

/** The attributes of a kind of job; one that is not known is left out. */
type JobAttributes = AttributesOf<typeof jobActive>;

/** More kinds of jobs than an application has: beyond them all are forgotten and looked up again. */
const MOST_KINDS = 1000;

export class JobRecorder {
  readonly #registry: Registry;
  readonly #active = new Map<UpDownCounterCell, ActiveJobs>();
  #kinds = new Map<string | undefined, Map<string | undefined, JobSeries>>();
  #kindCount = 0;
  /** Most jobs are of the kind of the one before. */
  #last: JobSeries | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** The series of a kind of job: there are many jobs and few kinds, so they are looked up once. */
  seriesOf(queue: string | undefined, name: string | undefined): JobSeries {
    if (this.#last?.isOf(queue, name) === true) return this.#last;
    return (this.#last = this.#kinds.get(queue)?.get(name) ?? this.#addKind(queue, name));
  }

  /** Takes back what is counted as active: no end of it will be reported. */
  stop(): void {
    for (const active of this.#active.values()) active.stop();
  }

  #addKind(queue: string | undefined, name: string | undefined): JobSeries {
    if (this.#kindCount >= MOST_KINDS) {
      this.#kinds = new Map();
      this.#kindCount = 0;
    }
    const attributes = { 'queue.name': queue, 'job.name': name };
    const series = new JobSeries(this.#registry, attributes, () => this.#activeJobs(attributes));
    const ofQueue = this.#kinds.get(queue) ?? new Map<string | undefined, JobSeries>();
    this.#kinds.set(queue, ofQueue.set(name, series));
    this.#kindCount += 1;
    return series;
  }

  #activeJobs(attributes: JobAttributes): ActiveJobs {
    const cell = this.#registry.instrument(jobActive).bind(attributes);
    const active = this.#active.get(cell) ?? new ActiveJobs(cell);
    this.#active.set(cell, active);
    return active;
  }
}

/** What one recorder counts in a series of `job.active`. */
class ActiveJobs {
  isStopped = false;
  readonly #cell: UpDownCounterCell;
  #count = 0;

  constructor(cell: UpDownCounterCell) {
    this.#cell = cell;
  }

  add(change: number): void {
    if (this.isStopped) return;
    this.#count += change;
    this.#cell.add(change);
  }

  stop(): void {
    this.add(-this.#count);
    this.isStopped = true;
  }
}

/** The series of one kind of job, each on the page once something was recorded into it or it was initialised. */
export class JobSeries {
  readonly #registry: Registry;
  readonly #attributes: JobAttributes;
  readonly #findActive: () => ActiveJobs;
  #active: ActiveJobs | undefined;
  #added: CounterCell | undefined;
  #retries: CounterCell | undefined;
  #stalls: CounterCell | undefined;
  #waits: HistogramCell | undefined;
  #completed: HistogramCell | undefined;

  constructor(registry: Registry, attributes: JobAttributes, findActive: () => ActiveJobs) {
    this.#registry = registry;
    this.#attributes = attributes;
    this.#findActive = findActive;
  }

  isOf(queue: string | undefined, name: string | undefined): boolean {
    return this.#attributes['job.name'] === name && this.#attributes['queue.name'] === queue;
  }

  get active(): ActiveJobs {
    return (this.#active ??= this.#findActive());
  }

  /** Shows retries as 0 until there is one, so that the first one is an increase. */
  initRetries(): CounterCell {
    return (this.#retries ??= this.#registry.instrument(jobRetries).bind(this.#attributes));
  }

  /** The same for stalls, where each of them is seen. */
  initStalls(): CounterCell {
    return (this.#stalls ??= this.#registry.instrument(jobStalled).bind(this.#attributes));
  }

  countAdded(count = 1): void {
    (this.#added ??= this.#registry.instrument(jobAdded).bind(this.#attributes)).add(count);
  }

  countRetries(count = 1): void {
    this.initRetries().add(count);
  }

  countStalls(count = 1): void {
    this.initStalls().add(count);
  }

  /** How long a job waited for its first attempt. */
  recordWait(seconds: number): void {
    (this.#waits ??= this.#registry.instrument(jobWaitDuration).bind(this.#attributes)).record(seconds);
  }

  /** How an attempt ended; the error type says why, unless it was completed. */
  recordAttempt(outcome: JobOutcome, durationSeconds: number, errorType: string | undefined): void {
    if (outcome === 'completed') return this.#completions().record(durationSeconds);
    const attributes = { ...this.#attributes, 'job.outcome': outcome, 'error.type': errorType };
    this.#registry.instrument(jobDuration).record(durationSeconds, attributes);
    const retries = this.initRetries();
    if (outcome === 'retried') retries.add(1);
  }

  #completions(): HistogramCell {
    return (this.#completed ??= this.#registry.instrument(jobDuration).bind({ ...this.#attributes, 'job.outcome': 'completed' }));
  }
}

/** An attempt to process a job, which is active from now on until it ends. */
export class JobAttempt {
  readonly #series: JobSeries;
  readonly #startMillis = nowMillis();
  #endMillis: number | undefined = undefined;
  #isEnded = false;

  constructor(series: JobSeries) {
    this.#series = series;
    series.active.add(1);
    series.initRetries();
  }

  /** The work is done: what follows, such as moving the job in its queue, is no part of its duration. */
  stopClock(): void {
    this.#endMillis ??= nowMillis();
  }

  /** Records how it ended, the first time; without an outcome, only that it is active no longer. */
  end(outcome?: JobOutcome, errorType?: string): void {
    const { active } = this.#series;
    if (this.#isEnded || active.isStopped) return;
    this.#isEnded = true;
    active.add(-1);
    if (outcome === undefined) return;
    this.#series.recordAttempt(outcome, ((this.#endMillis ?? nowMillis()) - this.#startMillis) / 1000, errorType);
  }
}
