// A list that keeps nothing alive: what the application has let go of is no longer in it.

export class WeakList<Item extends object, Note> {
  readonly #entries = new Set<{ readonly item: WeakRef<Item>; readonly note: Note }>();
  readonly #known = new WeakSet<Item>();

  /** Adds an item with what is to be remembered of it. One that is there already stays as it is, and gives false. */
  add(item: Item, note: Note): boolean {
    if (this.#known.has(item)) return false;
    this.#known.add(item);
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
}
