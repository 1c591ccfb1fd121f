// What every part of the API records with: instruments made at first use, functions timed, and callbacks that may throw.
import type { AttributesOf, MetricDefinition } from '../core/metric.ts';
import { type OperationListener, timeOperation } from '../core/operation.ts';
import { messageOf } from '../core/problem.ts';
import type { CellOfKind } from '../core/recording/cell.ts';
import type { InstrumentOf } from '../core/recording/instrument.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { trackedLike } from '../core/tracker.ts';
import { describeValue } from './named-attributes.ts';

/** The instrument of a metric. It is looked up at every use, so that a metric is on the page only once it was used. */
export function instrumentOf<D extends MetricDefinition>(definition: D): InstrumentOf<D> {
  return sharedRegistry().instrument(definition);
}

/** The instrument of a metric, looked up at its first use. */
export function lazyInstrument<D extends MetricDefinition>(definition: D): () => InstrumentOf<D> {
  let instrument: InstrumentOf<D> | undefined;
  return () => (instrument ??= instrumentOf(definition));
}

/** The series of an attribute set, looked up at its first use. */
export function seriesOf<D extends MetricDefinition>(
  definition: D,
  attributes: AttributesOf<D>,
): () => CellOfKind[D['instrument']] {
  let cell: CellOfKind[D['instrument']] | undefined;
  return () => (cell ??= instrumentOf(definition).bind(attributes) as CellOfKind[D['instrument']]);
}

/** Times a function. What is no function is reported for the metric, and called anyway, so that the caller gets its TypeError. */
export function timeFor<Result>(metric: MetricDefinition, run: () => Result, onEnd: OperationListener): Result {
  return isFunction(metric, run) ? timeOperation(run, onEnd) : run();
}

/** Wraps a function so that `track` makes every call. Any other value is reported for the metric and returned as it is. */
export function wrapFor<Arguments extends unknown[], Result, This>(
  metric: MetricDefinition,
  run: (this: This, ...values: Arguments) => Result,
  track: (call: () => Result) => Result,
): (this: This, ...values: Arguments) => Result {
  return isFunction(metric, run) ? trackedLike(track, run) : run;
}

/** Whether a value is a function; reports it for the metric if not. */
export function isFunction(metric: MetricDefinition, run: unknown): boolean {
  if (typeof run === 'function') return true;
  sharedRegistry().report(metric.name, `cannot time what is ${describeValue(run)}: accepted is a function`);
  return false;
}

/** The result of an application's callback; undefined if there is none, or if it throws, which is reported for the metric. */
export function callSafely<Value, Result>(
  metric: MetricDefinition,
  callback: ((value: Value) => Result) | undefined,
  value: unknown,
): Result | undefined {
  if (callback === undefined) return undefined;
  try {
    return callback(value as Value);
  } catch (error) {
    sharedRegistry().report(metric.name, `is recorded without the result of a callback, which failed: ${messageOf(error)}`);
    return undefined;
  }
}

/** Whether a value is a number from 0 to 1; reports it for the metric if not. */
export function isRatio(metric: MetricDefinition, value: unknown): value is number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return true;
  const what = typeof value === 'number' ? 'another number' : describeValue(value);
  sharedRegistry().report(metric.name, `is not recorded of what is ${what}: accepted is a number from 0 to 1`);
  return false;
}
