// A list that keeps nothing alive: what the application has let go of is no longer in it.

/** So few places are not worth looking for those that are empty. */
const FEW = 1000;

export class WeakList<Item extends object, Note> {
  readonly #entries = new Set<{ readonly item: WeakRef<Item>; readonly note: Note }>();
  readonly #known = new WeakSet<Item>();
  #sweepAt = FEW;

  /** Adds an item with what is to be remembered of it. One that is there already stays as it is, and gives false. */
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

  /** Where nobody asks what is in the list, as where metrics are never collected, the empty places would pile up. */
  #sweep(): void {
    for (const entry of this.#entries) if (entry.item.deref() === undefined) this.#entries.delete(entry);
    this.#sweepAt = Math.max(FEW, 2 * this.#entries.size);
  }
}
