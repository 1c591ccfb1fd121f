// A tracker times functions into a metric: the one shape of jobs.track, tools.track, db.track and the like.
import { copyFunctionShape } from './function-shape.ts';
import type { AttributesOf, MetricDefinition } from './metric.ts';
import { type OperationEnd, timeOperation } from './operation.ts';
import type { Histogram, UpDownCounter } from './recording/instrument.ts';

export interface TrackerOptions<Duration extends MetricDefinition, Active extends MetricDefinition> {
  /** Counts what is under way, by those of the attributes that it declares. */
  readonly active?: UpDownCounter<Active>;
  /** The attributes that tell how it ended; `error.type` unless said. */
  readonly outcome?: (end: OperationEnd) => AttributesOf<Duration>;
}

/** Times functions into a histogram of seconds, with how they ended. It changes nothing about what they do. */
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
   * Runs a function, synchronous or not, and hands on its result or error. In place of a plain promise the caller gets one that
   * settles alike; any other thenable, such as a query builder, is handed on itself, and ends when its result was asked for.
   */
  track<Result>(attributes: AttributesOf<Duration>, run: () => Result): Result {
    const active = this.#active?.bind(attributes);
    active?.add(1);
    return timeOperation(run, (end) => {
      active?.add(-1);
      this.#duration.record(end.durationSeconds, { ...attributes, ...this.#outcome(end) });
    });
  }

  /** A function that does what the given one does and looks like it, timed at every call. */
  wrap<Arguments extends unknown[], Result, This>(
    attributes: AttributesOf<Duration>,
    run: (this: This, ...values: Arguments) => Result,
  ): (this: This, ...values: Arguments) => Result {
    return trackedLike((call) => this.track(attributes, call), run);
  }
}

/** A function that does what the given one does and looks like it, and hands every call to `track`. */
export function trackedLike<Arguments extends unknown[], Result, This>(
  track: (call: () => Result) => Result,
  run: (this: This, ...values: Arguments) => Result,
): (this: This, ...values: Arguments) => Result {
  const tracked = function (this: This, ...values: Arguments): Result {
    return track(() => run.apply(this, values));
  };
  return copyFunctionShape(tracked, run);
}
