// A cell holds the values of one series. Recording into it allocates nothing, and checks only that the value is a number.
import type { AttributeValue } from '../attribute.ts';
import type { InstrumentKind } from '../metric.ts';
import { CHANGED_FOR_ALL, type Block } from './block.ts';
import { type Exemplar, exemplarOf, exemplars } from './exemplar.ts';

/** The values of a series in the order of its family's keys; undefined where the attribute is absent. */
export type SeriesValues = readonly (AttributeValue | undefined)[];

/** What the start times of series are counted from. */
const EPOCH_MILLIS = Date.now();

abstract class SeriesCell {
  /**
   * Distinguishes cells, also those of another copy of promtel, which are no instances of these classes. It is read from
   * the prototype: a field would take room in every series.
   *
   * @internal
   */
  abstract get kind(): InstrumentKind;
  /** @internal */
  readonly values: SeriesValues;
  /** @internal */
  readonly block: Block;
  /**
   * The next cell of the same leaf of the family's tree.
   *
   * @internal
   */
  next: Cell | undefined = undefined;
  /**
   * A small integer fits into the field, and `trunc` makes it one; a Unix time would be an object of its own in every series.
   *
   * @internal
   */
  private readonly startOffsetMillis = Math.trunc(Date.now() - EPOCH_MILLIS);

  /** @internal */
  constructor(values: SeriesValues, block: Block) {
    this.values = values;
    this.block = block;
  }

  /**
   * Sets the series to zero, in place, so that whoever holds the cell keeps recording into the same series.
   *
   * @internal
   */
  abstract zero(): void;

  /**
   * When the series began, Unix time in milliseconds.
   *
   * @internal
   */
  get startTimeMillis(): number {
    return EPOCH_MILLIS + this.startOffsetMillis;
  }

  /** @internal */
  protected reject(): void {
    this.block.family.rejected += 1;
  }
}

/** A sum that only grows. */
export class CounterCell extends SeriesCell {
  value = 0;
  /** @internal */
  exemplar: Exemplar | undefined = undefined;

  /** @internal */
  get kind(): 'counter' {
    return 'counter';
  }

  /** @internal */
  zero(): void {
    this.value = 0;
    this.exemplar = undefined;
  }

  /** Adds a finite number that is not negative; anything else is counted as rejected. */
  add(amount: number): void {
    if (typeof amount !== 'number') return this.reject();
    const value = this.value + amount;
    if (!(amount >= 0 && value < Infinity)) return this.reject();
    this.value = value;
    this.block.changed = CHANGED_FOR_ALL;
    if (exemplars.source !== undefined) this.exemplar = exemplarOf(amount) ?? this.exemplar;
  }

  /** Sets the total that something else counts, such as the kernel; one below the total so far is rejected. */
  observe(total: number): void {
    if (!(typeof total === 'number' && total >= this.value && total < Infinity)) return this.reject();
    if (total === this.value) return;
    this.value = total;
    this.block.changed = CHANGED_FOR_ALL;
  }
}

/** A sum that grows and shrinks. */
export class UpDownCounterCell extends SeriesCell {
  value = 0;

  /** @internal */
  get kind(): 'updowncounter' {
    return 'updowncounter';
  }

  /**
   * Keeps its value: what is under way now will end, and be subtracted then.
   *
   * @internal
   */
  zero(): void {}

  /** Adds a finite number of either sign; anything else is counted as rejected. */
  add(amount: number): void {
    if (typeof amount !== 'number') return this.reject();
    this.set(this.value + amount);
  }

  /** Sets the total that something else counts. */
  set(total: number): void {
    if (!(typeof total === 'number' && total > -Infinity && total < Infinity)) return this.reject();
    if (total === this.value) return;
    this.value = total;
    this.block.changed = CHANGED_FOR_ALL;
  }
}

/** A value as it is now. */
export class GaugeCell extends SeriesCell {
  value = 0;
  /**
   * Whether it was set since the last sweep; decides whether it expires.
   *
   * @internal
   */
  wasSet = true;
  /**
   * False once the series expired or was removed; setting it brings it back.
   *
   * @internal
   */
  isListed = true;

  /** @internal */
  get kind(): 'gauge' {
    return 'gauge';
  }

  /** @internal */
  zero(): void {
    this.value = 0;
  }

  /** Stores a finite number; anything else is counted as rejected. */
  set(value: number): void {
    if (!(typeof value === 'number' && value > -Infinity && value < Infinity)) return this.reject();
    if (!this.isListed) return this.block.family.relist(this, value);
    this.wasSet = true;
    if (value === this.value) return;
    this.value = value;
    this.block.changed = CHANGED_FOR_ALL;
  }
}

/** A distribution: how many values fell into each bucket, and their sum. */
export class HistogramCell extends SeriesCell {
  sum = 0;
  /** Ascending upper bounds, shared by the family. */
  readonly bounds: readonly number[];
  /** One count per bound and a last one for everything above; not cumulative. */
  readonly counts: number[];
  /**
   * The latest exemplar of each bucket, once there is one.
   *
   * @internal
   */
  exemplars: (Exemplar | undefined)[] | undefined = undefined;

  /** @internal */
  constructor(values: SeriesValues, block: Block, bounds: readonly number[]) {
    super(values, block);
    this.bounds = bounds;
    // An array that grew by `push` would keep room for more buckets.
    this.counts = bounds.map(noCount).concat(0);
  }

  /** @internal */
  get kind(): 'histogram' {
    return 'histogram';
  }

  /** @internal */
  zero(): void {
    this.sum = 0;
    this.counts.fill(0);
    this.exemplars = undefined;
  }

  /** Records a finite number that is not negative; anything else is counted as rejected. */
  record(value: number): void {
    if (typeof value !== 'number') return this.reject();
    const sum = this.sum + value;
    if (!(value >= 0 && sum < Infinity)) return this.reject();
    const { bounds, counts } = this;
    const last = bounds.length;
    let bucket = 0;
    while (bucket < last && value > bounds[bucket]!) bucket += 1;
    counts[bucket]! += 1;
    this.sum = sum;
    this.block.changed = CHANGED_FOR_ALL;
    if (exemplars.source !== undefined) this.keepExemplar(bucket, value);
  }

  get count(): number {
    let count = 0;
    for (const inBucket of this.counts) count += inBucket;
    return count;
  }

  private keepExemplar(bucket: number, value: number): void {
    const exemplar = exemplarOf(value);
    if (exemplar === undefined) return;
    this.exemplars ??= Array.from(this.counts, () => undefined);
    this.exemplars[bucket] = exemplar;
  }
}

export type Cell = CounterCell | UpDownCounterCell | GaugeCell | HistogramCell;

export interface CellOfKind {
  counter: CounterCell;
  updowncounter: UpDownCounterCell;
  gauge: GaugeCell;
  histogram: HistogramCell;
}

function noCount(): number {
  return 0;
}
