// Undo functions for objects of the application, such as patched caches, which are not kept alive by it.
import type { Undo } from './instrumentation.ts';
import { WeakList } from './weak-list.ts';

export class WeakUndos {
  readonly #items = new WeakList<object, undefined>();
  /** Not in the list: an undo function may reference its item, which would then be kept alive. */
  readonly #undo = new WeakMap<object, Undo>();

  has(item: object): boolean {
    return this.#undo.has(item);
  }

  /** Adds the function that undoes everything that was done to an item. */
  add(item: object, undo: Undo): void {
    this.#undo.set(item, undo);
    this.#items.add(item, undefined);
  }

  undoAll(): void {
    for (const [item] of this.#items) this.#undo.get(item)?.();
  }
}
