// Reads a few fields out of JSON as its bytes go by: whatever its size or where it was split, next to nothing of it is kept.
import type { Inside, Place } from './field-tree.ts';
import { areBytes, hasEscape, isText, scalarEnd, scalarIn, stringEnd, textIn } from './json-bytes.ts';
import { PrefixCache } from './prefix-cache.ts';

/** What stood there; an object or array counts as `true` when it begins, null does not count. */
export type FieldValue = string | number | boolean;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;
const FIRST_OF_NULL = 0x6e;

/** A longer key is none of those that are wanted, a longer value none that can be used. */
const MOST_BYTES = 256;

/** Reads documents one after the other. What is no JSON costs fields, never an error. */
export class JsonFields<Field extends string> {
  /** The last word on each field, of all documents so far that were complete. */
  readonly found: Partial<Record<Field, FieldValue>> = {};
  /** The same of the document that is being read. */
  readonly #here = new Map<Field, FieldValue>();
  readonly #root: Place<Field>;
  readonly #top: Inside<Field>;
  /** The container that we are in, and those around it, as far as something is wanted of them. */
  #inside: Inside<Field>;
  readonly #around: Inside<Field>[] = [];
  /** How deep we are in containers of which nothing is wanted. */
  #skipped = 0;
  /** What is wanted of the value that comes next; undefined if nothing is. */
  #next: Place<Field> | undefined;
  #isKeyNext = false;
  /** What was begun and goes on in what comes next. */
  #begun: 'string' | 'scalar' | undefined;
  /** How many bytes of it come that do not count, since a backslash was the last. */
  #escaped = 0;
  /** What there is of it so far, if it is wanted. */
  readonly #kept = Buffer.allocUnsafe(MOST_BYTES);
  #keptLength = 0;
  /** Whether nothing of the document was read so far. */
  #isFirst = true;
  readonly #beginning = new PrefixCache<Field>();

  constructor(root: Place<Field>) {
    this.#root = root;
    this.#top = { keys: undefined, items: root };
    this.#inside = this.#top;
    this.#next = root;
  }

  /** Takes up with a new document, whatever became of the last one. */
  reset(): void {
    this.#inside = this.#top;
    if (this.#around.length > 0) this.#around.length = 0;
    this.#skipped = 0;
    this.#next = this.#root;
    this.#isKeyNext = false;
    this.#begun = undefined;
    this.#isFirst = true;
    if (this.#here.size > 0) this.#here.clear();
  }

  /** Takes what was found so far for good, although the document is not complete. */
  settle(): void {
    if (this.#here.size === 0) return;
    for (const [field, value] of this.#here) this.found[field] = value;
    this.#here.clear();
    // What is here no longer could not be found again where another document begins alike.
    this.#beginning.stop();
  }

  write(bytes: Uint8Array, from = 0, to = bytes.length): void {
    if (from >= to) return;
    let index = this.#isFirst ? this.#start(bytes, from, to) : this.#resume(bytes, from, to);
    while (index < to) index = this.#skipped > 0 ? this.#skip(bytes, index, to) : this.#read(bytes, index, to);
  }

  /** Leaves out what is as it was in the last document, and gives where to read on. */
  #start(bytes: Uint8Array, from: number, to: number): number {
    this.#isFirst = false;
    const known = this.#beginning.match(bytes, from, to);
    if (known === undefined) return from;
    this.#inside = known.inside;
    for (const inside of known.around) this.#around.push(inside);
    this.#next = known.next;
    this.#isKeyNext = true;
    for (const [field, value] of known.found) this.#here.set(field, value);
    return from + known.offset;
  }

  /** Reads on to something that is to be skipped, or to the end of what is there. */
  #read(bytes: Uint8Array, from: number, to: number): number {
    for (let index = from; index < to; index += 1) {
      const byte = bytes[index]!;
      switch (byte) {
        case QUOTE:
          index = this.#readString(bytes, index + 1, to);
          break;
        case COMMA:
          this.#isKeyNext = this.#inside.keys !== undefined;
          this.#next = this.#inside.items;
          break;
        case COLON:
          this.#isKeyNext = false;
          break;
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          if (!this.#open(byte === OPEN_ARRAY)) return index + 1;
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          this.#close();
          break;
        default:
          if (this.#next?.field !== undefined && byte > SPACE) index = this.#readScalar(bytes, index, to) - 1;
      }
    }
    return to;
  }

  /** Reads on to the end of what nothing is wanted of, or of what is there. */
  #skip(bytes: Uint8Array, from: number, to: number): number {
    let depth = this.#skipped;
    let index = from;
    for (; index < to && depth > 0; index += 1) {
      switch (bytes[index]) {
        case QUOTE:
          index = this.#readString(bytes, index + 1, to);
          break;
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          depth += 1;
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          depth -= 1;
      }
    }
    this.#skipped = depth;
    return index;
  }

  /** Gives where it ends. */
  #readString(bytes: Uint8Array, from: number, to: number): number {
    const end = stringEnd(bytes, from, to);
    if (end < to) this.#endString(bytes, from, end);
    else {
      this.#begin('string', bytes, from, to);
      this.#escaped = end - to;
    }
    return end;
  }

  #readScalar(bytes: Uint8Array, from: number, to: number): number {
    const end = scalarEnd(bytes, from, to);
    if (end < to) this.#endScalar(bytes, from, end);
    else this.#begin('scalar', bytes, from, to);
    return end;
  }

  #begin(what: 'string' | 'scalar', bytes: Uint8Array, from: number, to: number): void {
    this.#begun = what;
    this.#keptLength = 0;
    this.#keep(bytes, from, to);
  }

  /** Reads on in what was begun, if anything was, and gives where to read on. */
  #resume(bytes: Uint8Array, from: number, to: number): number {
    this.#beginning.stop();
    if (this.#begun === undefined) return from;
    const isString = this.#begun === 'string';
    const end = isString ? stringEnd(bytes, from + this.#escaped, to) : scalarEnd(bytes, from, to);
    this.#keep(bytes, from, Math.min(end, to));
    this.#escaped = Math.max(end - to, 0);
    if (end >= to) return to;
    this.#begun = undefined;
    if (isString) this.#endString(this.#kept, 0, this.#keptLength);
    else this.#endScalar(this.#kept, 0, this.#keptLength);
    return isString ? end + 1 : end;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#keptLength + to - from;
    if (length <= MOST_BYTES) this.#kept.set(bytes.subarray(from, to), this.#keptLength);
    this.#keptLength = Math.min(length, MOST_BYTES + 1);
  }

  /** False if nothing is wanted of what is in it. */
  #open(isArray: boolean): boolean {
    const place = this.#next;
    if (place?.field !== undefined) this.#here.set(place.field, true);
    const inside = isArray ? place?.array : place?.object;
    if (inside === undefined) {
      this.#skipped = 1;
      this.#next = undefined;
      return false;
    }
    this.#around.push(this.#inside);
    this.#inside = inside;
    this.#isKeyNext = inside.keys !== undefined;
    this.#next = inside.items;
    return true;
  }

  #close(): void {
    this.#inside = this.#around.pop() ?? this.#top;
    this.#isKeyNext = false;
    this.#next = this.#inside === this.#top ? this.#root : undefined;
    if (this.#around.length === 0 || this.#inside === this.#root.array) this.settle();
  }

  #endString(bytes: Uint8Array, from: number, to: number): void {
    if (this.#skipped > 0) return;
    if (this.#isKeyNext) {
      this.#next = placeUnder(this.#inside, bytes, from, to);
      if (to < this.#beginning.alikeUntil) this.#keepPosition(to + 1);
      return;
    }
    const place = this.#next;
    if (place?.field === undefined) return;
    this.#next = undefined;
    if (!place.isMark) this.#foundText(place.field, bytes, from, to);
    else if (to > from) this.#here.set(place.field, true);
  }

  #keepPosition(index: number): void {
    this.#beginning.remember(index, { inside: this.#inside, around: this.#around, next: this.#next, found: this.#here });
  }

  /** What was found already is not made anew: many a field is the same in every event of a stream. */
  #foundText(field: Field, bytes: Uint8Array, from: number, to: number): void {
    const last = this.found[field];
    if (to - from > MOST_BYTES) return;
    const text = typeof last === 'string' && isText(last, bytes, from, to) ? last : textIn(bytes, from, to);
    if (text !== undefined) this.#here.set(field, text);
  }

  #endScalar(bytes: Uint8Array, from: number, to: number): void {
    const place = this.#next;
    this.#next = undefined;
    if (place?.field === undefined || bytes[from] === FIRST_OF_NULL || to - from > MOST_BYTES) return;
    const value = scalarIn(bytes, from, to);
    if (value !== undefined) this.#here.set(place.field, place.isMark || value);
  }
}

/** What is wanted under a key. */
function placeUnder<Field extends string>(
  { keys = [] }: Inside<Field>,
  bytes: Uint8Array,
  from: number,
  to: number,
): Place<Field> | undefined {
  for (const entry of keys) if (entry.length === to - from && areBytes(entry.bytes, bytes, from)) return entry.place;
  if (to - from > MOST_BYTES || !hasEscape(bytes, from, to)) return undefined;
  const text = textIn(bytes, from, to);
  return keys.find(({ key }) => key === text)?.place;
}
