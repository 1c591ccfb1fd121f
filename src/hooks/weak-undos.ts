// What is to be undone on objects of the application, none of which is kept alive by it.
import type { Undo } from './instrumentation.ts';
import { WeakList } from './weak-list.ts';

export class WeakUndos {
  readonly #items = new WeakList<object, undefined>();
  /** Not in the list: what undoes may hold on to its item, as a method that is bound to it does. */
  readonly #undo = new WeakMap<object, Undo>();

  has(item: object): boolean {
    return this.#undo.has(item);
  }

  /** Remembers what undoes all that was done to an item. */
  add(item: object, undo: Undo): void {
    this.#undo.set(item, undo);
    this.#items.add(item, undefined);
  }

  undoAll(): void {
    for (const [item] of this.#items) this.#undo.get(item)?.();
  }
}
