// A block is 16 series of one family that are written to the page together, whose text is kept until one of them records.
import type { Cell } from './cell.ts';
import type { Family } from './family.ts';

/**
 * With one in a hundred of 1,000 series changed, 15 % are written again; in blocks of 64 it would be 47 %. Smaller blocks need
 * more memory each.
 */
export const BLOCK_SIZE = 16;

/** Every reader's bit: a record sets them all, a reader clears its own. */
export const CHANGED_FOR_ALL = 0x3fff_ffff;

export class Block {
  /** Which readers have not seen the latest values, one bit for each. */
  changed = CHANGED_FOR_ALL;
  /** Goes up when a series joins or leaves. Only pages of older copies of promtel, which share the registry, read it. */
  layout = 0;
  /** Replaced, never changed, when a series joins or leaves: a reader that takes long keeps the series of one moment. */
  cells: readonly Cell[] = [];
  readonly family: Family;

  constructor(family: Family) {
    this.family = family;
  }

  get isFull(): boolean {
    return this.cells.length >= BLOCK_SIZE;
  }

  add(cell: Cell): void {
    this.replace([...this.cells, cell]);
  }

  remove(cell: Cell): void {
    this.replace(this.cells.filter((other) => other !== cell));
  }

  private replace(cells: readonly Cell[]): void {
    this.cells = cells;
    this.layout += 1;
    this.changed = CHANGED_FOR_ALL;
  }
}
