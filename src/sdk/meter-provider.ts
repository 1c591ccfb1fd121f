// The MeterProvider that the application finds: it answers at once, and loads the SDK with the first instrument.
import type { BatchObservableCallback, Meter, MeterOptions, MeterProvider, MetricOptions, Observable } from '@opentelemetry/api';
import type { MetricOverride } from '../core/recording/registry.ts';
import {
  type AttributeFilter,
  BatchFront,
  ObservableFront,
  type Part,
  type Parts,
  type Writable,
  writerFor,
} from './instrument-fan-out.ts';

/** The rules, which take names of any kind: what is wrong with one the SDK says. */
export interface MeterRules {
  /** Opens the SDK's provider, once; undefined where that failed. */
  readonly open: () => MeterProvider | undefined;
  /** What the operator set for a metric by its name. */
  readonly overrideOf: (name: unknown) => MetricOverride;
  /** Whether promtel itself measures what an instrument with this scope and name would. */
  readonly isMeasured: (scope: unknown, name: unknown) => boolean;
  /** Told the limit of the instrument that is about to be made; undefined where it has none of its own. */
  readonly onLimit: (limit: number | undefined) => void;
}

type Creation = Exclude<keyof Meter, 'addBatchObservableCallback' | 'removeBatchObservableCallback'>;

interface Scope {
  readonly name: string;
  readonly version: string | undefined;
  readonly options: MeterOptions | undefined;
}

export class SharedMeterProvider implements MeterProvider {
  readonly #rules: MeterRules;
  /** Told of everything too from when it is set. */
  #other: MeterProvider | undefined = undefined;

  constructor(rules: MeterRules) {
    this.#rules = rules;
  }

  /**
   * Shares what is recorded with a provider of the application's own, for instruments that are made from now on. What
   * it returns stands for that provider: it is the same in all but the meters.
   */
  shareWith(other: MeterProvider): MeterProvider {
    this.#other = other;
    const getMeter: MeterProvider['getMeter'] = (...scope) => this.getMeter(...scope);
    return new Proxy(other, {
      get(target, key) {
        if (key === 'getMeter') return getMeter;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    const scope = { name, version, options };
    return new SharedMeter(scope, this.#rules, () => this.#other?.getMeter(name, version, options));
  }
}

class SharedMeter implements Meter {
  readonly #scope: Scope;
  readonly #rules: MeterRules;
  readonly #other: () => Meter | undefined;
  readonly #batches = new BatchFront();

  constructor(scope: Scope, rules: MeterRules, other: () => Meter | undefined) {
    this.#scope = scope;
    this.#rules = rules;
    this.#other = other;
  }

  createGauge(name: string, options?: MetricOptions): ReturnType<Meter['createGauge']> {
    return this.#write('createGauge', name, options);
  }

  createHistogram(name: string, options?: MetricOptions): ReturnType<Meter['createHistogram']> {
    return this.#write('createHistogram', name, options);
  }

  createCounter(name: string, options?: MetricOptions): ReturnType<Meter['createCounter']> {
    return this.#write('createCounter', name, options);
  }

  createUpDownCounter(name: string, options?: MetricOptions): ReturnType<Meter['createUpDownCounter']> {
    return this.#write('createUpDownCounter', name, options);
  }

  createObservableGauge(name: string, options?: MetricOptions): Observable {
    return this.#observe('createObservableGauge', name, options);
  }

  createObservableCounter(name: string, options?: MetricOptions): Observable {
    return this.#observe('createObservableCounter', name, options);
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): Observable {
    return this.#observe('createObservableUpDownCounter', name, options);
  }

  addBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#batches.add(callback, observables, [this.#own(), this.#other()]);
  }

  removeBatchObservableCallback(callback: BatchObservableCallback, observables: Observable[]): void {
    this.#batches.remove(callback, observables, [this.#own(), this.#other()]);
  }

  #write(creation: Creation, name: string, options: MetricOptions | undefined): Required<Writable> {
    const parts: Parts<Writable> = this.#parts(creation, name, options);
    return (alone(parts) as Required<Writable> | undefined) ?? writerFor(parts);
  }

  #observe(creation: Creation, name: string, options: MetricOptions | undefined): Observable {
    const parts: Parts<Observable> = this.#parts(creation, name, options);
    return alone(parts) ?? new ObservableFront(parts);
  }

  #parts<Instrument>(creation: Creation, name: string, options: MetricOptions | undefined): Parts<Instrument> {
    const override = this.#rules.overrideOf(name);
    const isWanted = override.drop !== true && !this.#rules.isMeasured(this.#scope.name, name);
    this.#rules.onLimit(override.limit);
    const own = isWanted ? create(this.#own(), creation, name, withBuckets(options, override.buckets)) : undefined;
    const other = create(this.#other(), creation, name, options);
    return [partOf<Instrument>(own, without(override.dropAttributes)), partOf<Instrument>(other, unchanged)];
  }

  #own(): Meter | undefined {
    const { name, version, options } = this.#scope;
    return this.#rules.open()?.getMeter(name, version, options);
  }
}

function partOf<Instrument>(instrument: unknown, filter: AttributeFilter): Part<Instrument> | undefined {
  return instrument === undefined ? undefined : { instrument: instrument as Instrument, filter };
}

/** The SDK's own instrument, where nothing has to stand in front of it. */
function alone<Instrument>([own, other]: Parts<Instrument>): Instrument | undefined {
  return other === undefined && own?.filter === unchanged ? own.instrument : undefined;
}

/** Undefined also where the meter, being of an older version, has no such instruments. */
function create(meter: Meter | undefined, creation: Creation, name: string, options: MetricOptions | undefined): unknown {
  return meter?.[creation]?.(name, options);
}

function withBuckets(options: MetricOptions | undefined, buckets: readonly number[] | undefined): MetricOptions | undefined {
  return buckets === undefined ? options : { ...options, advice: { ...options?.advice, explicitBucketBoundaries: [...buckets] } };
}

const unchanged: AttributeFilter = (attributes) => attributes;

function without(keys: readonly string[] | undefined): AttributeFilter {
  if (keys === undefined) return unchanged;
  const dropped = new Set(keys);
  return (attributes) => Object.fromEntries(Object.entries(attributes ?? {}).filter(([key]) => !dropped.has(key)));
}
