// Instruments that fan out to several providers: promtel's, and one that the application registered for itself.
import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Context,
  Meter,
  Observable,
  ObservableCallback,
  ObservableResult,
} from '@opentelemetry/api';

/** Filters attributes on their way to one of the instruments. */
export type AttributeFilter = (attributes: Attributes | undefined) => Attributes | undefined;

/** An instrument of one provider, and the filter for its attributes. */
export interface Part<Instrument> {
  readonly instrument: Instrument;
  readonly filter: AttributeFilter;
}

/** The parts by provider, promtel's first and the application's second; undefined where a provider has none. */
export type Parts<Instrument> = readonly (Part<Instrument> | undefined)[];

type Write = (value: number, attributes?: Attributes, context?: Context) => void;

/** Any synchronous instrument: each has one of the two methods. */
export interface Writable {
  add?: Write;
  record?: Write;
}

/** A synchronous instrument that writes into every part. */
export function writerFor(parts: Parts<Writable>): Required<Writable> {
  const present = parts.filter((part) => part !== undefined);
  const write: Write = (value, attributes, context) => {
    for (const { instrument, filter } of present) {
      if (instrument.add === undefined) instrument.record?.(value, filter(attributes), context);
      else instrument.add(value, filter(attributes), context);
    }
  };
  return { add: write, record: write };
}

/** An observable instrument that is observed for every part: its callbacks run once for each. */
export class ObservableFanOut implements Observable {
  readonly parts: Parts<Observable>;
  readonly #wrapped = new Map<ObservableCallback, readonly (ObservableCallback | undefined)[]>();

  constructor(parts: Parts<Observable>) {
    this.parts = parts;
  }

  addCallback(callback: ObservableCallback): void {
    if (this.#wrapped.has(callback)) return;
    const wrapped = this.parts.map((part) => {
      if (part === undefined) return undefined;
      const forPart: ObservableCallback = (result) => callback(filtered(result, part.filter));
      part.instrument.addCallback(forPart);
      return forPart;
    });
    this.#wrapped.set(callback, wrapped);
  }

  removeCallback(callback: ObservableCallback): void {
    this.#wrapped.get(callback)?.forEach((forPart, index) => {
      if (forPart !== undefined) this.parts[index]?.instrument.removeCallback(forPart);
    });
    this.#wrapped.delete(callback);
  }
}

function filtered(result: ObservableResult, filter: AttributeFilter): ObservableResult {
  return { observe: (value, attributes) => result.observe(value, filter(attributes)) };
}

/** The batch callbacks of one meter, each registered with the meters of all providers. */
export class BatchFanOut {
  readonly #wrapped = new Map<BatchObservableCallback, readonly BatchObservableCallback[]>();

  add(callback: BatchObservableCallback, observables: readonly Observable[], meters: readonly (Meter | undefined)[]): void {
    const wrapped = meters.map((meter, index) => {
      const forMeter: BatchObservableCallback = (result) => callback(forPartsOf(result, index));
      meter?.addBatchObservableCallback(forMeter, instrumentsOf(observables, index));
      return forMeter;
    });
    this.#wrapped.set(callback, wrapped);
  }

  remove(callback: BatchObservableCallback, observables: readonly Observable[], meters: readonly (Meter | undefined)[]): void {
    this.#wrapped.get(callback)?.forEach((forMeter, index) => {
      meters[index]?.removeBatchObservableCallback(forMeter, instrumentsOf(observables, index));
    });
    this.#wrapped.delete(callback);
  }
}

function forPartsOf(result: BatchObservableResult, index: number): BatchObservableResult {
  return {
    observe(observable, value, attributes) {
      const part = partOf(observable, index);
      if (part !== undefined) result.observe(part.instrument, value, part.filter(attributes));
    },
  };
}

function instrumentsOf(observables: readonly Observable[], index: number): Observable[] {
  return observables.map((observable) => partOf(observable, index)?.instrument).filter((instrument) => instrument !== undefined);
}

/** An observable that fans out to nobody else is promtel's own. */
function partOf(observable: Observable, index: number): Part<Observable> | undefined {
  if (observable instanceof ObservableFanOut) return observable.parts[index];
  return index === 0 ? { instrument: observable, filter: (attributes) => attributes } : undefined;
}
