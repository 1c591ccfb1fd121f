// The registry holds every family of the process, applies the operator's overrides, and runs callbacks on collection.
import { differenceOf, type MetricDefinition } from '../metric.ts';
import { messageOf, reportProblem } from '../problem.ts';
import { CHANGED_FOR_ALL } from './block.ts';
import { Family, type FamilyOptions } from './family.ts';
import { instrumentClasses, type InstrumentOf } from './instrument.ts';

/** Reads values that no event reports, such as memory, and records them; may be asynchronous. */
export type CollectCallback = () => void | Promise<void>;

interface RegisteredCallback {
  readonly subject: string;
  readonly callback: CollectCallback;
}

/** What the operator configured for one metric; with `drop` it is not exported at all. */
export interface MetricOverride extends FamilyOptions {
  readonly drop?: boolean | undefined;
}

/** How long a collection waits for asynchronous callbacks. */
const CALLBACK_TIMEOUT_MILLIS = 1000;

export class Registry {
  /** Called once for each metric, when its family is created. */
  overrideOf: (name: string) => MetricOverride | undefined = () => undefined;
  /** Callbacks that failed, by the subject they were registered with. */
  readonly failedCallbacks = new Map<string, number>();
  /** Instrumentations that failed and were detached, by name. */
  readonly failedInstrumentations = new Set<string>();

  readonly #instruments = new Map<string, InstrumentOf<MetricDefinition>>();
  readonly #visible: Family[] = [];
  readonly #callbacks = new Set<RegisteredCallback>();
  #collecting: Promise<void> | undefined;
  #freeReaderBits = CHANGED_FOR_ALL;

  /** The families that are exported, in the order of their first use. */
  get families(): readonly Family[] {
    return this.#visible;
  }

  /** The instrument of a metric, the same one for the same definition. */
  instrument<D extends MetricDefinition>(definition: D): InstrumentOf<D> {
    const known = this.#instruments.get(definition.name);
    if (known === undefined) return this.#create(definition) as InstrumentOf<D>;
    const difference = differenceOf(known.family.definition, definition);
    if (difference === undefined) return known as InstrumentOf<D>;
    reportProblem(definition.name, `is defined ${difference}; the second is not exported`);
    return new instrumentClasses[definition.instrument](new Family(definition) as never) as unknown as InstrumentOf<D>;
  }

  /** Runs a callback before every collection until the returned function is called. */
  onCollect(subject: string, callback: CollectCallback): () => void {
    const registered = { subject, callback };
    this.#callbacks.add(registered);
    return () => {
      this.#callbacks.delete(registered);
    };
  }

  /** Updates observed values. Calls at the same time share one run; it never rejects. */
  collect(): Promise<void> {
    this.#collecting ??= this.#runCallbacks().finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  /** A reader's bit of `Block.changed`, to be given back; 0 when none is free, and then it reads every block anew. */
  claimReaderBit(): number {
    const bit = this.#freeReaderBits & -this.#freeReaderBits;
    this.#freeReaderBits &= ~bit;
    return bit;
  }

  /** Gives a bit back for another reader. */
  releaseReaderBit(bit: number): void {
    this.#freeReaderBits |= bit;
  }

  /** Reports a problem through the copy of promtel whose registry this is: the one that was started, and has a listener. */
  report(subject: string, message: string): void {
    reportProblem(subject, message);
  }

  /** Counts a value that could not be read, and reports it once for each cause. */
  countFailure(subject: string, error: unknown): void {
    this.failedCallbacks.set(subject, (this.failedCallbacks.get(subject) ?? 0) + 1);
    reportProblem(subject, `could not be read: ${messageOf(error)}`);
  }

  /** Sets every series but up-down counters to zero, for tests. */
  reset(): void {
    for (const family of this.#visible) family.zero();
    this.failedCallbacks.clear();
  }

  #create(definition: MetricDefinition): InstrumentOf<MetricDefinition> {
    const override = this.overrideOf(definition.name);
    const dropped = override?.drop === true;
    // A dropped metric keeps one series that nobody exports, so that recording does not have to check for it.
    const dropAttributes = dropped ? definition.attributes.map(({ key }) => key) : override?.dropAttributes;
    const family = new Family(definition, { ...override, dropAttributes });
    const instrument = new instrumentClasses[definition.instrument](family as never) as InstrumentOf<MetricDefinition>;
    this.#instruments.set(definition.name, instrument);
    if (!dropped) this.#visible.push(family);
    return instrument;
  }

  async #runCallbacks(): Promise<void> {
    const pending: Promise<void>[] = [];
    for (const { subject, callback } of this.#callbacks) {
      try {
        const result = callback();
        if (result !== undefined) pending.push(result.catch((error: unknown) => this.countFailure(subject, error)));
      } catch (error) {
        this.countFailure(subject, error);
      }
    }
    if (pending.length > 0) await settledWithin(pending, CALLBACK_TIMEOUT_MILLIS);
    const nowMillis = Date.now();
    for (const family of this.#visible) family.sweep(nowMillis);
  }
}

function settledWithin(pending: readonly Promise<void>[], timeoutMillis: number): Promise<unknown> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMillis).unref();
  return Promise.race([Promise.all(pending), timeout]).finally(() => clearTimeout(timer));
}
