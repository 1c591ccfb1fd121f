// Names of tools and prompts that may become labels: those that a list held, and those of calls that succeeded.
//
// A peer can ask for any name, and a server can list and accept as many as it likes. So what is neither listed nor ever
// succeeded has no name, there is room for so many, and calls alone cannot take up the room of what is listed.
import { OTHER } from '../../core/attribute.ts';

/** As many as the attributes hold. */
const MOST_NAMES = 200;
const MOST_CALLED = 50;

export class McpNames {
  readonly #listed = new Set<string>();
  readonly #called = new Set<string>();

  /** The name if it is known, else `_OTHER`. */
  labelOf(name: string | undefined): string {
    return name !== undefined && (this.#listed.has(name) || this.#called.has(name)) ? name : OTHER;
  }

  addListed(names: Iterable<string>): void {
    for (const name of names) {
      if (this.#listed.size >= MOST_NAMES - MOST_CALLED) return;
      this.#listed.add(name);
      this.#called.delete(name);
    }
  }

  addCalled(name: string | undefined): void {
    if (name !== undefined && this.#called.size < MOST_CALLED && !this.#listed.has(name)) this.#called.add(name);
  }
}
