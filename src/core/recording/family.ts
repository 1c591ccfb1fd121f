// A family is all series of one metric: it creates their cells, limits their number, and expires idle gauges.
import { type AttributeSpec, type AttributeValue, type Clamp, clampOf } from '../attribute.ts';
import type { MetricDefinition } from '../metric.ts';
import { reportProblem } from '../problem.ts';
import { Block, CHANGED_FOR_ALL } from './block.ts';
import { type Cell, CounterCell, GaugeCell, HistogramCell, type SeriesValues, UpDownCounterCell } from './cell.ts';
import { type AttributeReader, type Find, SeriesTree } from './series-tree.ts';

/** What an operator can configure for a metric without changing the code that records it. */
export interface FamilyOptions {
  readonly buckets?: readonly number[] | undefined;
  readonly limit?: number | undefined;
  readonly dropAttributes?: readonly string[] | undefined;
}

export const DEFAULT_CARDINALITY_LIMIT = 2000;

/** The attribute of the series for everything past the limit, as the metrics SDK specification 1.49 names it. */
export const OVERFLOW_ATTRIBUTE = 'otel.metric.overflow';

export class Family<C extends Cell = Cell> {
  readonly definition: MetricDefinition;
  /** Attribute keys in the order of every cell's values. */
  readonly keys: readonly string[];
  readonly buckets: readonly number[];
  readonly blocks: Block[] = [];
  /** The cell of an attribute set, created on first use. */
  find: Find<C>;
  /** How many series there are, the overflow series included. */
  size = 0;
  /** How many values were rejected: no finite number, or negative where that is not allowed. */
  rejected = 0;
  /** How many look-ups ended at the overflow series. */
  overflowed = 0;
  /** The overflow series; undefined while nothing overflowed. */
  overflow: C | undefined = undefined;

  readonly #clamps: readonly Clamp[];
  readonly #limit: number;
  readonly #tree: SeriesTree<C>;
  /** The values of every overflow cell: one array of its own, since a series without attributes has equal ones. */
  readonly #overflowValues: SeriesValues;
  /** The cell of a metric without attributes. */
  #only: C | undefined = undefined;
  readonly #lastSetMillis = new Map<Cell, number>();
  /** No block before this one has room: looking for it from the start would cost the square of the number of series. */
  #firstRoomy = 0;

  constructor(definition: MetricDefinition, options: FamilyOptions = {}) {
    const dropped = new Set(options.dropAttributes);
    const attributes = definition.attributes.filter(({ key }) => !dropped.has(key)).sort(byKey);
    this.definition = definition;
    this.buckets = options.buckets ?? definition.buckets ?? [];
    this.keys = attributes.map(({ key }) => key);
    this.#clamps = attributes.map(clampOf);
    this.#limit = options.limit ?? definition.limit ?? DEFAULT_CARDINALITY_LIMIT;
    this.#tree = new SeriesTree(this.keys);
    this.#overflowValues = this.keys.map(() => undefined);
    this.find = (first) => {
      // Compiled on first use: most families of a process never record.
      const isSingle = this.keys.length === 0;
      this.find = isSingle ? () => (this.#only ??= this.#make([])) : this.#tree.finder((missed) => this.#miss(missed));
      return this.find(first);
    };
  }

  /** The attributes of a cell, absent ones left out. */
  attributesOf(cell: Cell): Record<string, AttributeValue> {
    if (cell === this.overflow) return { [OVERFLOW_ATTRIBUTE]: true };
    const attributes: Record<string, AttributeValue> = {};
    for (const [index, key] of this.keys.entries()) {
      const value = cell.values[index];
      if (value !== undefined) attributes[key] = value;
    }
    return attributes;
  }

  /** Removes a series; one that does not exist is no error. */
  remove(attributes?: AttributeReader): void {
    const cell = this.#cellAt(this.#valuesOf(attributes));
    if (cell !== undefined) this.#removeAll([cell]);
  }

  /** Removes every series; whoever holds a cell records into it without effect on the page. */
  empty(): void {
    this.#removeAll(this.blocks.flatMap(({ cells }) => cells) as C[]);
  }

  /** Sets every series to zero; cells that were bound stay bound. */
  zero(): void {
    for (const block of this.blocks) {
      for (const cell of block.cells) cell.zero();
      block.changed = CHANGED_FOR_ALL;
    }
    this.rejected = 0;
    this.overflowed = 0;
  }

  /** Adds a gauge series again that was removed while somebody held its cell, if the limit leaves room. */
  relist(cell: GaugeCell, value: number): void {
    const isOverflow = cell.values === this.#overflowValues;
    const successor = isOverflow ? this.overflow : (this.#cellAt(cell.values) ?? this.#overflowWhenFull());
    if (successor?.kind === 'gauge') return successor.set(value);
    cell.isListed = true;
    cell.block.add(cell);
    this.size += 1;
    if (isOverflow) this.overflow = cell as Cell as C;
    else if (this.keys.length === 0) this.#only = cell as Cell as C;
    else this.#tree.insert(cell as Cell as C);
    cell.set(value);
  }

  /** Removes the gauge series that were not set for the metric's expiry time. */
  sweep(nowMillis: number): void {
    const { expireAfterSeconds } = this.definition;
    if (expireAfterSeconds === undefined) return;
    const expired: C[] = [];
    for (const block of this.blocks) {
      for (const cell of block.cells) {
        if (cell.kind === 'gauge' && this.#isIdle(cell, nowMillis, expireAfterSeconds * 1000)) expired.push(cell as C);
      }
    }
    if (expired.length > 0) this.#removeAll(expired);
  }

  #isIdle(cell: GaugeCell, nowMillis: number, expiryMillis: number): boolean {
    if (cell.wasSet) {
      cell.wasSet = false;
      this.#lastSetMillis.set(cell, nowMillis);
      return false;
    }
    return nowMillis - (this.#lastSetMillis.get(cell) ?? nowMillis) >= expiryMillis;
  }

  #cellAt(values: SeriesValues): C | undefined {
    return this.keys.length === 0 ? this.#only : this.#tree.get(values);
  }

  #valuesOf(attributes: AttributeReader): SeriesValues {
    return this.keys.map((key, index) => this.#clamps[index]!(readSafely(attributes, key)));
  }

  #miss(attributes: AttributeReader): C {
    const values = this.#valuesOf(attributes);
    const known = this.#tree.get(values) ?? this.#overflowWhenFull();
    if (known !== undefined) return known;
    const cell = this.#make(values);
    this.#tree.insert(cell);
    return cell;
  }

  #overflowWhenFull(): C | undefined {
    if (this.keys.length === 0 || this.size < this.#limit - 1) return undefined;
    this.overflowed += 1;
    if (this.overflow === undefined) {
      this.overflow = this.#make(this.#overflowValues);
      const { name } = this.definition;
      reportProblem(
        name,
        `reached its limit of ${this.#limit} series; further ones go to ${OVERFLOW_ATTRIBUTE}="true". Raise it with PROMTEL_METRIC_LIMITS=${name}=<series>`,
      );
    }
    return this.overflow;
  }

  #make(values: SeriesValues): C {
    const block = this.#roomyBlock();
    const cell = this.#newCell(values, block) as C;
    block.add(cell);
    this.size += 1;
    return cell;
  }

  #roomyBlock(): Block {
    const { blocks } = this;
    while (blocks[this.#firstRoomy]?.isFull === true) this.#firstRoomy += 1;
    return (blocks[this.#firstRoomy] ??= new Block(this));
  }

  #newCell(values: SeriesValues, block: Block): Cell {
    switch (this.definition.instrument) {
      case 'counter':
        return new CounterCell(values, block);
      case 'updowncounter':
        return new UpDownCounterCell(values, block);
      case 'gauge':
        return new GaugeCell(values, block);
      case 'histogram':
        return new HistogramCell(values, block, this.buckets);
    }
  }

  #removeAll(cells: readonly C[]): void {
    for (const cell of cells) {
      cell.block.remove(cell);
      if (cell.kind === 'gauge') cell.isListed = false;
      this.#lastSetMillis.delete(cell);
      // The overflow series is not in the tree: its values equal those of the series without attributes.
      if (cell === this.overflow) this.overflow = undefined;
      else if (this.keys.length > 0) this.#tree.remove(cell.values);
    }
    this.size -= cells.length;
    this.#firstRoomy = 0;
    this.#only = undefined;
  }
}

/** An attribute that cannot be read, such as one whose getter throws, is an absent one. */
function readSafely(attributes: AttributeReader, key: string): unknown {
  try {
    return attributes?.[key];
  } catch {
    return undefined;
  }
}

function byKey(a: AttributeSpec, b: AttributeSpec): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
