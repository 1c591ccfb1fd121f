// The Tracker of `createTracker`: records the duration and outcome of functions in a histogram.
import { copyFunctionShape } from './function-shape.ts';
import type { AttributesOf, MetricDefinition } from './metric.ts';
import { type OperationEnd, timeOperation } from './operation.ts';
import type { Histogram, UpDownCounter } from './recording/instrument.ts';

export interface TrackerOptions<Duration extends MetricDefinition, Active extends MetricDefinition> {
  /** Counts operations in progress, by those of the attributes that it declares. */
  readonly active?: UpDownCounter<Active>;
  /** The attributes of the outcome of an operation; by default `error.type`. */
  readonly outcome?: (end: OperationEnd) => AttributesOf<Duration>;
}

/** Records the duration of functions in seconds, and their outcome. The functions behave as without it. */
export class Tracker<Duration extends MetricDefinition, Active extends MetricDefinition = MetricDefinition> {
  readonly #duration: Histogram<Duration>;
  readonly #active: UpDownCounter<Active> | undefined;
  readonly #outcome: (end: OperationEnd) => object;

  constructor(duration: Histogram<Duration>, options: TrackerOptions<Duration, Active> = {}) {
    this.#duration = duration;
    this.#active = options.active;
    this.#outcome = options.outcome ?? (({ errorType }) => ({ 'error.type': errorType }));
  }

  /**
   * Runs a synchronous or asynchronous function and returns its result. For a plain promise the caller gets a new one with the
   * same outcome; any other thenable, such as a query builder, is returned itself, and ends when its result has arrived.
   *
   * @throws the error of the function
   */
  track<Result>(attributes: AttributesOf<Duration>, run: () => Result): Result {
    const active = this.#active?.bind(attributes);
    active?.add(1);
    return timeOperation(run, (end) => {
      active?.add(-1);
      this.#duration.record(end.durationSeconds, { ...attributes, ...this.#outcome(end) });
    });
  }

  /** Wraps a function to record every call. The wrapper has the name and length of the function, and passes `this` on. */
  wrap<Arguments extends unknown[], Result, This>(
    attributes: AttributesOf<Duration>,
    run: (this: This, ...values: Arguments) => Result,
  ): (this: This, ...values: Arguments) => Result {
    return trackedLike((call) => this.track(attributes, call), run);
  }
}

/** Wraps a function so that `track` makes every call. The wrapper has the name and length of the function, and passes `this` on. */
export function trackedLike<Arguments extends unknown[], Result, This>(
  track: (call: () => Result) => Result,
  run: (this: This, ...values: Arguments) => Result,
): (this: This, ...values: Arguments) => Result {
  const tracked = function (this: This, ...values: Arguments): Result {
    return track(() => run.apply(this, values));
  };
  return copyFunctionShape(tracked, run);
}
