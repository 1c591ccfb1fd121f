// How every helper records: instruments made when they are first used, functions timed, callbacks asked without risk.
import type { AttributesOf, MetricDefinition } from '../core/metric.ts';
import { type OperationListener, timeOperation } from '../core/operation.ts';
import { messageOf } from '../core/problem.ts';
import type { CellOfKind } from '../core/recording/cell.ts';
import type { InstrumentOf } from '../core/recording/instrument.ts';
import { sharedRegistry } from '../core/recording/shared-registry.ts';
import { trackedLike } from '../core/tracker.ts';
import { looks } from './named-attributes.ts';

/** The instrument of a metric. It is asked for at every use, so that a metric is on the page only once it was used. */
export function instrumentOf<D extends MetricDefinition>(definition: D): InstrumentOf<D> {
  return sharedRegistry().instrument(definition);
}

/** Gives the instrument of a metric, looked up at its first use. */
export function lazyInstrument<D extends MetricDefinition>(definition: D): () => InstrumentOf<D> {
  let instrument: InstrumentOf<D> | undefined;
  return () => (instrument ??= instrumentOf(definition));
}

/** Gives the series of an attribute set, looked up at its first use. */
export function seriesOf<D extends MetricDefinition>(
  definition: D,
  attributes: AttributesOf<D>,
): () => CellOfKind[D['instrument']] {
  let cell: CellOfKind[D['instrument']] | undefined;
  return () => (cell ??= instrumentOf(definition).bind(attributes) as CellOfKind[D['instrument']]);
}

/** Times a function into a metric; of what is none it tells, and the caller gets the TypeError of calling it. */
export function timeFor<Result>(metric: MetricDefinition, run: () => Result, ended: OperationListener): Result {
  return isFunction(metric, run) ? timeOperation(run, ended) : run();
}

/** A function that looks like the given one, and hands every call to `track`. */
export function wrapFor<Arguments extends unknown[], Result, This>(
  metric: MetricDefinition,
  run: (this: This, ...values: Arguments) => Result,
  track: (call: () => Result) => Result,
): (this: This, ...values: Arguments) => Result {
  return isFunction(metric, run) ? trackedLike(track, run) : run;
}

/** Whether a caller gave something that can be timed; tells if not. */
export function isFunction(metric: MetricDefinition, run: unknown): boolean {
  if (typeof run === 'function') return true;
  sharedRegistry().report(metric.name, `cannot time what is ${looks(run)}: accepted is a function`);
  return false;
}

/** What an application's callback says of a value; undefined if there is none, or if it throws, which is told. */
export function ask<Value, Answer>(
  metric: MetricDefinition,
  callback: ((value: Value) => Answer) | undefined,
  value: unknown,
): Answer | undefined {
  if (callback === undefined) return undefined;
  try {
    return callback(value as Value);
  } catch (error) {
    sharedRegistry().report(metric.name, `is recorded without what a callback should tell, which failed: ${messageOf(error)}`);
    return undefined;
  }
}

/** Whether a value is from 0 to 1; tells if not. */
export function isShare(metric: MetricDefinition, value: unknown): value is number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return true;
  const what = typeof value === 'number' ? 'another number' : looks(value);
  sharedRegistry().report(metric.name, `is not recorded of what is ${what}: accepted is a number from 0 to 1`);
  return false;
}
