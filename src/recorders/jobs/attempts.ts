// Attempts to process a job, as a queue library shows them: under way from start to end, told once, by how they ended.
import type { JobOutcome } from '../../catalog/attributes.ts';
import { jobActive, jobDuration, jobRetries, jobStalled, jobWaitDuration } from '../../catalog/jobs.ts';
import { nowMillis } from '../../core/clock.ts';
import type { AttributesOf } from '../../core/metric.ts';
import type { CounterCell, HistogramCell, UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';

/** A kind of job, in a queue. */
export type JobKind = AttributesOf<typeof jobActive>;

/** More than an application has: when it has more, all are forgotten and learnt again. */
const MOST_KINDS = 1000;

export class JobAttempts {
  readonly #instruments: Instruments;
  readonly #underWay = new Map<UpDownCounterCell, UnderWay>();
  #kinds = new Map<string, Map<string, JobSeries>>();
  #kindCount = 0;
  /** Most jobs are of the kind of the one before. */
  #last: JobSeries | undefined;

  constructor(registry: Registry) {
    this.#instruments = instrumentsOf(registry);
  }

  /** The series of a kind of job: there are many jobs and few kinds, so they are looked up once. */
  seriesOf(queue: string, name: string): JobSeries {
    if (this.#last?.isOf(queue, name) === true) return this.#last;
    return (this.#last = this.#kinds.get(queue)?.get(name) ?? this.#learn(queue, name));
  }

  /** Lets go of what is under way: nothing will tell of its end. */
  stop(): void {
    for (const underWay of this.#underWay.values()) underWay.stop();
  }

  #learn(queue: string, name: string): JobSeries {
    if (this.#kindCount >= MOST_KINDS) {
      this.#kinds = new Map();
      this.#kindCount = 0;
    }
    const kind = { 'queue.name': queue, 'job.name': name };
    const cell = this.#instruments.active.bind(kind);
    const underWay = this.#underWay.get(cell) ?? new UnderWay(cell);
    this.#underWay.set(cell, underWay);
    const series = new JobSeries(this.#instruments, kind, underWay);
    const ofQueue = this.#kinds.get(queue) ?? new Map<string, JobSeries>();
    this.#kinds.set(queue, ofQueue.set(name, series));
    this.#kindCount += 1;
    return series;
  }
}

type Instruments = ReturnType<typeof instrumentsOf>;

function instrumentsOf(registry: Registry) {
  return {
    active: registry.instrument(jobActive),
    duration: registry.instrument(jobDuration),
    wait: registry.instrument(jobWaitDuration),
    retries: registry.instrument(jobRetries),
    stalled: registry.instrument(jobStalled),
  };
}

/** What is under way of one series, which is taken back when there is nobody to tell of its end. */
class UnderWay {
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

/** The series of one kind of job. */
export class JobSeries {
  readonly underWay: UnderWay;
  readonly stalled: CounterCell;
  readonly #instruments: Instruments;
  readonly #kind: JobKind;
  readonly #retries: CounterCell;
  #completed: HistogramCell | undefined;
  #waited: HistogramCell | undefined;

  constructor(instruments: Instruments, kind: JobKind, underWay: UnderWay) {
    this.#instruments = instruments;
    this.#kind = kind;
    this.underWay = underWay;
    // A retry or a stall that never happened is shown as 0, so that the first one is an increase.
    this.#retries = instruments.retries.bind(kind);
    this.stalled = instruments.stalled.bind(kind);
  }

  isOf(queue: string, name: string): boolean {
    return this.#kind['job.name'] === name && this.#kind['queue.name'] === queue;
  }

  /** How long a job waited for its first attempt. */
  waited(seconds: number): void {
    (this.#waited ??= this.#instruments.wait.bind(this.#kind)).record(seconds);
  }

  /** How an attempt ended. */
  ended(outcome: JobOutcome, durationSeconds: number, errorType: string | undefined): void {
    if (outcome === 'completed') return this.#ofCompleted().record(durationSeconds);
    this.#instruments.duration.record(durationSeconds, { ...this.#kind, 'job.outcome': outcome, 'error.type': errorType });
    if (outcome === 'retried') this.#retries.add(1);
  }

  #ofCompleted(): HistogramCell {
    return (this.#completed ??= this.#instruments.duration.bind({ ...this.#kind, 'job.outcome': 'completed' }));
  }
}

/** An attempt that is under way from when it is made. */
export class JobAttempt {
  /** Whether the library runs it, so that its end is the attempt's; otherwise the application says how it ends. */
  isProcessed = false;
  /** Whether the job went back to where it will be taken from again. */
  isPutBack = false;
  readonly #series: JobSeries;
  readonly #startMillis = nowMillis();
  #endMillis: number | undefined = undefined;
  #isEnded = false;

  constructor(series: JobSeries) {
    this.#series = series;
    series.underWay.add(1);
  }

  /** The work is done; what follows, such as telling the queue, takes no time of the attempt's. */
  finish(): void {
    this.#endMillis ??= nowMillis();
  }

  /** Records how it ended, the first time; without an outcome, that it is no longer under way. */
  end(outcome?: JobOutcome, errorType?: string): void {
    const { underWay } = this.#series;
    if (this.#isEnded || underWay.isStopped) return;
    this.#isEnded = true;
    underWay.add(-1);
    if (outcome === undefined) return;
    this.#series.ended(outcome, ((this.#endMillis ?? nowMillis()) - this.#startMillis) / 1000, errorType);
  }
}
