// Names of tools and prompts that may become labels: those that a list returned, and those of calls that succeeded.
//
// A peer can request any name, and a server can list and accept any number. So a name that was neither listed nor called with
// success is `_OTHER`, the number of names is limited, and calls alone cannot use up the room of what is listed.
import { OTHER } from '../../core/attribute.ts';

/** The limit of the attributes. */
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
