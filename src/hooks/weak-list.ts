// A list of weak references: an item that was garbage-collected is no longer in it.

/** Below this number of entries, a search for empty ones does not pay. */
const LEAST_SWEPT = 1000;

export class WeakList<Item extends object, Note> {
  readonly #entries = new Set<{ readonly item: WeakRef<Item>; readonly note: Note }>();
  readonly #known = new WeakSet<Item>();
  #sweepAt = LEAST_SWEPT;

  /** Adds an item with a note. Returns false if the item is in the list already, which then keeps its note. */
  add(item: Item, note: Note): boolean {
    if (this.#known.has(item)) return false;
    this.#known.add(item);
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    this.#entries.add({ item: new WeakRef(item), note });
    return true;
  }

  *[Symbol.iterator](): Generator<readonly [Item, Note]> {
    for (const entry of this.#entries) {
      const item = entry.item.deref();
      if (item === undefined) this.#entries.delete(entry);
      else yield [item, entry.note];
    }
  }

  /** In a list that is never iterated, as without a collection, empty entries would pile up. */
  #sweep(): void {
    for (const entry of this.#entries) if (entry.item.deref() === undefined) this.#entries.delete(entry);
    this.#sweepAt = Math.max(LEAST_SWEPT, 2 * this.#entries.size);
  }
}
