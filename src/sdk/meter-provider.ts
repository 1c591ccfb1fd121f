// The MeterProvider that the application finds. It loads the SDK with the first instrument.
import type { BatchObservableCallback, Meter, MeterOptions, MeterProvider, MetricOptions, Observable } from '@opentelemetry/api';
import type { MetricOverride } from '../core/recording/registry.ts';
import {
  type AttributeFilter,
  BatchFanOut,
  ObservableFanOut,
  type Part,
  type Parts,
  type Writable,
  writerFor,
} from './instrument-fan-out.ts';

/** The rules for instruments. Names can be of any type, as an application may pass anything: the SDK reports a wrong one. */
export interface MeterRules {
  /** Opens the SDK's provider, once; undefined where that failed. */
  readonly open: () => MeterProvider | undefined;
  /** The operator's settings for a metric. */
  readonly overrideOf: (name: unknown) => MetricOverride;
  /** Whether promtel itself measures what an instrument of this scope and name would. */
  readonly isMeasured: (scope: unknown, name: unknown) => boolean;
  /** Called with the series limit of the instrument that is about to be made; undefined where it has none of its own. */
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
  /** Gets everything too, from when it is set. */
  #other: MeterProvider | undefined = undefined;

  constructor(rules: MeterRules) {
    this.#rules = rules;
  }

  /**
   * Shares what is recorded with a provider of the application's own, for instruments that are made from now on. Returns
   * a proxy of that provider, which differs in its meters only.
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
  readonly #batches = new BatchFanOut();

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
    return (unfiltered(parts) as Required<Writable> | undefined) ?? writerFor(parts);
  }

  #observe(creation: Creation, name: string, options: MetricOptions | undefined): Observable {
    const parts: Parts<Observable> = this.#parts(creation, name, options);
    return unfiltered(parts) ?? new ObservableFanOut(parts);
  }

  #parts<Instrument>(creation: Creation, name: string, options: MetricOptions | undefined): Parts<Instrument> {
    const override = this.#rules.overrideOf(name);
    const isRecorded = override.drop !== true && !this.#rules.isMeasured(this.#scope.name, name);
    this.#rules.onLimit(override.limit);
    const own = isRecorded ? create(this.#own(), creation, name, withBuckets(options, override.buckets)) : undefined;
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

/** The SDK's own instrument, where nothing is shared or filtered. */
function unfiltered<Instrument>([own, other]: Parts<Instrument>): Instrument | undefined {
  return other === undefined && own?.filter === unchanged ? own.instrument : undefined;
}

/** Undefined also where the meter is of an older version without such instruments. */
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
