// Caches how the last document began and where its parser was then: events of a stream begin alike, and are parsed from there.
import type { ContainerNode, FieldNode } from './field-tree.ts';
import type { FieldValue } from './json-fields.ts';

/** Where a parser is between a key and its value, and the fields that it found before. */
export interface Position<Field extends string> {
  /** Bytes from the start of the document. */
  readonly offset: number;
  readonly container: ContainerNode<Field>;
  readonly outer: Iterable<ContainerNode<Field>>;
  readonly next: FieldNode<Field> | undefined;
  readonly found: Iterable<readonly [Field, FieldValue]>;
}

/** The longest prefix that is cached. */
const MOST_BYTES = 256;
/** A shorter prefix is parsed as fast as it is compared. */
const FEWEST_BYTES = 32;

export class PrefixCache<Field extends string> {
  /** What the last document that matched nothing began with. */
  readonly #bytes = Buffer.allocUnsafe(MOST_BYTES);
  #length = 0;
  #position: Position<Field> | undefined;
  #start = 0;
  /** Up to which index the document that is being parsed equals the one before it; 0 if that is too short, or not known. */
  equalUntil = 0;

  /** The position from which to parse a document that begins here; undefined if it must be parsed from the start. */
  match(bytes: Uint8Array, from: number, to: number): Position<Field> | undefined {
    this.stop();
    const position = this.#position;
    if (position !== undefined && to - from >= position.offset) {
      const { offset } = position;
      if (this.#bytes.compare(bytes, from, from + offset, 0, offset) === 0) return position;
    }
    this.#compare(bytes.subarray(from, Math.min(to, from + MOST_BYTES)), from);
    return undefined;
  }

  #compare(prefix: Uint8Array, start: number): void {
    const most = Math.min(prefix.length, this.#length);
    let equal = 0;
    while (equal < most && prefix[equal] === this.#bytes[equal]) equal += 1;
    this.#bytes.set(prefix);
    this.#length = prefix.length;
    this.#position = undefined;
    this.#start = start;
    this.equalUntil = equal < FEWEST_BYTES ? 0 : start + equal;
  }

  /** Remembers the position of the parser at an index, for the documents to come. */
  remember(index: number, { container, outer, next, found }: Omit<Position<Field>, 'offset'>): void {
    this.#position = { offset: index - this.#start, container, outer: [...outer], next, found: [...found] };
  }

  /** Ends the comparison with the document before: the bytes that follow were not compared. */
  stop(): void {
    this.equalUntil = 0;
  }
}
