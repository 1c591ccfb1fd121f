// Reads what an application tells of its own state when metrics are collected, one read at a time.
import { nowMillis } from '../core/clock.ts';
import type { MetricDefinition } from '../core/metric.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { looks } from './named-attributes.ts';
import { instrumentOf } from './record.ts';

type Attributes = Readonly<Record<string, string | undefined>>;

/** The metric that a field of a state is shown in, and the attributes that it has besides. */
export type ShownIn = readonly [metric: MetricDefinition<'gauge' | 'updowncounter'>, attributes?: Attributes];

/** Every field that a state may have. */
export type Fields<State> = Readonly<Record<keyof State & string, ShownIn>>;

/** Gives the state of just now; may take a moment. */
export type ReadState<State> = () => State | Promise<State>;

/** How long a read may go on before what it told last is taken off the page. */
const OUTDATED_MILLIS = 30_000;

/** What is observed at present, by area and attributes. */
const observations = new Map<string, Observation>();

/**
 * Reads a state at every collection until the returned function is called, which also takes it off the page. What is
 * observed again is asked of its latest reader alone.
 */
export function observe<State extends object>(
  subject: MetricDefinition,
  fields: Fields<State>,
  identity: Attributes,
  read: ReadState<State>,
): () => void {
  if (typeof read !== 'function') {
    sharedRegistry().report(subject.name, `cannot be read by what is ${looks(read)}: accepted is a function`);
    return () => {};
  }
  const key = `${subject.name} ${JSON.stringify(identity)}`;
  const before = observations.get(key);
  if (before !== undefined) {
    sharedRegistry().report(subject.name, `is observed again for ${nameOf(identity)}: only the latest is asked`);
    before.stop();
  }
  const observation = new Observation(subject.name, Object.entries(fields), identity, read);
  observations.set(key, observation);
  return () => {
    if (observations.get(key) === observation) observations.delete(key);
    observation.stop();
  };
}

function nameOf(identity: Attributes): string {
  return Object.values(identity)
    .filter((value) => value !== undefined)
    .join(' ');
}

class Observation {
  readonly #subject: string;
  readonly #fields: readonly [field: string, shownIn: ShownIn][];
  readonly #identity: Attributes;
  readonly #read: ReadState<object>;
  readonly #unregister: () => void;
  readonly #shown = new Set<string>();
  #reading: Promise<void> | undefined;
  #readingSinceMillis = 0;
  #isStopped = false;

  constructor(subject: string, fields: [string, ShownIn][], identity: Attributes, read: ReadState<object>) {
    this.#subject = subject;
    this.#fields = fields;
    this.#identity = identity;
    this.#read = read;
    this.#unregister = sharedRegistry().onCollect(subject, () => this.#collect());
  }

  stop(): void {
    this.#isStopped = true;
    this.#unregister();
    this.#show({});
  }

  /** A read that still goes on is waited for rather than begun again; the registry bounds the wait. */
  #collect(): void | Promise<void> {
    if (this.#reading === undefined) return this.#begin();
    if (nowMillis() - this.#readingSinceMillis < OUTDATED_MILLIS) return this.#reading;
    this.#show({});
    throw new Error('the read before it has not ended');
  }

  #begin(): void | Promise<void> {
    try {
      const state: unknown = this.#read();
      if (!isThenable(state)) return this.#take(state);
      this.#readingSinceMillis = nowMillis();
      this.#reading = this.#follow(state);
      return this.#reading;
    } catch (error) {
      this.#show({});
      throw error;
    }
  }

  async #follow(reading: PromiseLike<unknown>): Promise<void> {
    try {
      this.#take(await reading);
    } catch (error) {
      this.#show({});
      throw error;
    } finally {
      this.#reading = undefined;
    }
  }

  #take(state: unknown): void {
    if (this.#isStopped) return;
    if (typeof state === 'object' && state !== null) return this.#show(state);
    const accepted = this.#fields.map(([field]) => field).join(', ');
    throw new TypeError(`what was told is ${looks(state)}: accepted is an object of ${accepted}`);
  }

  /** What is not told, or is no number, is off the page, rather than on it with its last value. */
  #show(state: object): void {
    for (const [field, [metric, more]] of this.#fields) {
      const value = this.#numberOf(state, field);
      if (value === undefined && !this.#shown.has(field)) continue;
      const instrument = instrumentOf(metric as MetricDefinition<'gauge'>);
      const attributes = { ...this.#identity, ...more };
      if (value === undefined) {
        this.#shown.delete(field);
        instrument.remove(attributes);
      } else {
        this.#shown.add(field);
        instrument.set(value, attributes);
      }
    }
  }

  #numberOf(state: object, field: string): number | undefined {
    const value = (state as Record<string, unknown>)[field];
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (value !== undefined)
      sharedRegistry().report(this.#subject, `is shown without ${field}, which is ${looks(value)}: accepted is a number`);
    return undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
