// Remembers how the last documents began and where their reader stood then, since the events of a stream begin alike: most of
// them need not be read from the start.
import type { Inside, Place } from './field-tree.ts';
import type { FieldValue } from './json-fields.ts';

/** Where a reader stands between a key and its value, and what it found on the way there. */
export interface Position<Field extends string> {
  /** Bytes from the start of the document. */
  readonly offset: number;
  readonly inside: Inside<Field>;
  readonly around: Iterable<Inside<Field>>;
  readonly next: Place<Field> | undefined;
  readonly found: Iterable<readonly [Field, FieldValue]>;
}

/** What is alike beyond that is read anew. */
const MOST_BYTES = 256;
/** As many bytes are read as fast as they are compared. */
const FEWEST_BYTES = 32;

export class PrefixCache<Field extends string> {
  /** What the last document began with that was not known. */
  readonly #bytes = Buffer.allocUnsafe(MOST_BYTES);
  #length = 0;
  #known: Position<Field> | undefined;
  #start = 0;
  /** Up to where the document that is being read is as the one before it. */
  alikeUntil = 0;

  /** How far a document that begins here need not be read; undefined if all of it must. */
  match(bytes: Uint8Array, from: number, to: number): Position<Field> | undefined {
    this.stop();
    const known = this.#known;
    if (known !== undefined && to - from >= known.offset) {
      const { offset } = known;
      if (this.#bytes.compare(bytes, from, from + offset, 0, offset) === 0) return known;
    }
    this.#compare(bytes.subarray(from, Math.min(to, from + MOST_BYTES)), from);
    return undefined;
  }

  #compare(beginning: Uint8Array, start: number): void {
    const most = Math.min(beginning.length, this.#length);
    let alike = 0;
    while (alike < most && beginning[alike] === this.#bytes[alike]) alike += 1;
    this.#bytes.set(beginning);
    this.#length = beginning.length;
    this.#known = undefined;
    this.#start = start;
    this.alikeUntil = alike < FEWEST_BYTES ? 0 : start + alike;
  }

  /** The reader stands here, and found this in the document so far. */
  remember(index: number, position: Omit<Position<Field>, 'offset'>): void {
    const { inside, around, next, found } = position;
    this.#known = { offset: index - this.#start, inside, around: [...around], next, found: [...found] };
  }

  /** What comes next was not compared. */
  stop(): void {
    this.alikeUntil = 0;
  }
}
