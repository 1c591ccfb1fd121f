// A block is 64 series of one family that are rendered together and remembered until one of them records.
import type { Cell } from './cell.ts';
import type { Family } from './family.ts';

export const BLOCK_SIZE = 64;

/** Every reader's bit: a record sets them all, a reader clears its own. */
export const CHANGED_FOR_ALL = 0x3fff_ffff;

export class Block {
  /** Which readers have not seen the latest values, one bit for each. */
  changed = CHANGED_FOR_ALL;
  /** Goes up when a series joins or leaves, so that remembered line prefixes can be thrown away. */
  layout = 0;
  readonly cells: Cell[] = [];
  readonly family: Family;

  constructor(family: Family) {
    this.family = family;
  }

  add(cell: Cell): void {
    this.cells.push(cell);
    this.touchLayout();
  }

  remove(cell: Cell): void {
    const index = this.cells.indexOf(cell);
    if (index === -1) return;
    this.cells.splice(index, 1);
    this.touchLayout();
  }

  private touchLayout(): void {
    this.layout += 1;
    this.changed = CHANGED_FOR_ALL;
  }
}
