// Reads a state of the application when metrics are collected, such as that of a queue or a pool: one read at a time.
import { nowMillis } from '../core/clock.ts';
import type { MetricDefinition } from '../core/metric.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { type StateAttributes, type StateFields, StateGauges } from '../recorders/state-gauges.ts';
import { describeValue } from './named-attributes.ts';

/** Gives the state as it is now; may take a moment. */
export type ReadState<State> = () => State | Promise<State>;

/** How long a read may go on before the state that was read last is taken off the page. */
const OUTDATED_MILLIS = 30_000;

/** What is observed at present, by area and attributes. */
const observations = new Map<string, Observation>();

/**
 * Reads a state at every collection until the returned function is called, which also takes it off the page. Of two readers of
 * the same state, the later one replaces the earlier one.
 */
export function observe<State extends object>(
  subject: MetricDefinition,
  fields: StateFields<State>,
  attributes: StateAttributes,
  read: ReadState<State>,
): () => void {
  if (typeof read !== 'function') {
    sharedRegistry().report(subject.name, `cannot be read by what is ${describeValue(read)}: accepted is a function`);
    return () => {};
  }
  const key = `${subject.name} ${JSON.stringify(attributes)}`;
  const before = observations.get(key);
  if (before !== undefined) {
    sharedRegistry().report(subject.name, `is observed again for ${nameOf(attributes)}: only the latest is read`);
    before.stop();
  }
  const gauges = new StateGauges(sharedRegistry(), fields, attributes);
  const observation = new Observation(subject.name, Object.keys(fields), gauges, read);
  observations.set(key, observation);
  return () => {
    if (observations.get(key) === observation) observations.delete(key);
    observation.stop();
  };
}

function nameOf(attributes: StateAttributes): string {
  return Object.values(attributes)
    .filter((value) => value !== undefined)
    .join(' ');
}

class Observation {
  readonly #subject: string;
  readonly #fields: readonly string[];
  readonly #gauges: StateGauges<object>;
  readonly #read: ReadState<object>;
  readonly #unregister: () => void;
  #reading: Promise<void> | undefined;
  #readingSinceMillis = 0;
  #isStopped = false;

  constructor(subject: string, fields: readonly string[], gauges: StateGauges<object>, read: ReadState<object>) {
    this.#subject = subject;
    this.#fields = fields;
    this.#gauges = gauges;
    this.#read = read;
    this.#unregister = sharedRegistry().onCollect(subject, () => this.#collect());
  }

  stop(): void {
    this.#isStopped = true;
    this.#unregister();
    this.#gauges.hide();
  }

  /** A read that still goes on is waited for rather than begun again; the registry bounds the wait. */
  #collect(): void | Promise<void> {
    if (this.#reading === undefined) return this.#begin();
    if (nowMillis() - this.#readingSinceMillis < OUTDATED_MILLIS) return this.#reading;
    this.#gauges.hide();
    throw new Error('the read before it has not ended');
  }

  #begin(): void | Promise<void> {
    try {
      const state: unknown = this.#read();
      if (!isThenable(state)) return this.#show(state);
      this.#readingSinceMillis = nowMillis();
      this.#reading = this.#showWhenRead(state);
      return this.#reading;
    } catch (error) {
      this.#gauges.hide();
      throw error;
    }
  }

  async #showWhenRead(reading: PromiseLike<unknown>): Promise<void> {
    try {
      this.#show(await reading);
    } catch (error) {
      this.#gauges.hide();
      throw error;
    } finally {
      this.#reading = undefined;
    }
  }

  #show(state: unknown): void {
    if (this.#isStopped) return;
    if (typeof state !== 'object' || state === null)
      throw new TypeError(`what was read is ${describeValue(state)}: accepted is an object of ${this.#fields.join(', ')}`);
    this.#gauges.show(Object.fromEntries(this.#fields.map((field) => [field, this.#numberOf(state, field)])));
  }

  /** Undefined if there is none: the field is then taken off the page, rather than left on it with its last value. */
  #numberOf(state: object, field: string): number | undefined {
    const value = (state as Record<string, unknown>)[field];
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (value !== undefined)
      sharedRegistry().report(this.#subject, `is shown without ${field}, which is ${describeValue(value)}: accepted is a number`);
    return undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
