// Instruments record values: with attributes in the common case, bound to one series on the hot path.
import type { AttributesOf, InstrumentKind, MetricDefinition } from '../metric.ts';
import type { CellOfKind } from './cell.ts';
import type { Family } from './family.ts';

abstract class Instrument<D extends MetricDefinition, Kind extends InstrumentKind> {
  /** @internal */
  readonly family: Family<CellOfKind[Kind]>;

  /** @internal */
  constructor(family: Family<CellOfKind[Kind]>) {
    this.family = family;
  }

  /**
   * The series of an attribute set, to be kept and recorded into without a look-up. It begins at zero, so that binding also
   * shows a series before its first event.
   */
  bind(attributes?: AttributesOf<D>): CellOfKind[Kind] {
    return this.family.find(attributes);
  }

  /** Removes the series of an attribute set from the page. */
  remove(attributes?: AttributesOf<D>): void {
    this.family.remove(attributes);
  }
}

/** A sum that only grows. */
export class Counter<D extends MetricDefinition = MetricDefinition> extends Instrument<D, 'counter'> {
  /** Adds a finite amount in the metric's unit, not negative; anything else is rejected and counted. */
  add(amount: number, attributes?: AttributesOf<D>): void {
    this.family.find(attributes).add(amount);
  }

  /** Sets the running total that something else counts; one below the total so far is rejected and counted. */
  observe(total: number, attributes?: AttributesOf<D>): void {
    this.family.find(attributes).observe(total);
  }
}

/** A sum that grows and shrinks. */
export class UpDownCounter<D extends MetricDefinition = MetricDefinition> extends Instrument<D, 'updowncounter'> {
  /** Adds a finite amount of either sign; anything else is rejected and counted. */
  add(amount: number, attributes?: AttributesOf<D>): void {
    this.family.find(attributes).add(amount);
  }

  /** Sets the total that something else counts. */
  set(total: number, attributes?: AttributesOf<D>): void {
    this.family.find(attributes).set(total);
  }
}

/** A value as it is now. */
export class Gauge<D extends MetricDefinition = MetricDefinition> extends Instrument<D, 'gauge'> {
  /** Stores a finite value in the metric's unit; anything else is rejected and counted. */
  set(value: number, attributes?: AttributesOf<D>): void {
    this.family.find(attributes).set(value);
  }
}

/** A distribution of values. */
export class Histogram<D extends MetricDefinition = MetricDefinition> extends Instrument<D, 'histogram'> {
  /** Records a finite value in the metric's unit, not negative; anything else is rejected and counted. */
  record(value: number, attributes?: AttributesOf<D>): void {
    this.family.find(attributes).record(value);
  }
}

export type InstrumentOf<D extends MetricDefinition> = D['instrument'] extends 'counter'
  ? Counter<D>
  : D['instrument'] extends 'updowncounter'
    ? UpDownCounter<D>
    : D['instrument'] extends 'gauge'
      ? Gauge<D>
      : Histogram<D>;

export const instrumentClasses = { counter: Counter, updowncounter: UpDownCounter, gauge: Gauge, histogram: Histogram };
