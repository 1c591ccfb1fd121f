// Parses a few fields out of JSON, chunk by chunk: however long it is and wherever it was split, it is never kept as a whole.
import type { ContainerNode, FieldNode } from './field-tree.ts';
import { areBytes, hasEscape, isText, scalarEnd, scalarIn, stringEnd, textIn } from './json-bytes.ts';
import { PrefixCache } from './prefix-cache.ts';

/** The value of a field; `true` for an object or an array, as soon as it begins. Null is no value. */
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

/** A longer key is no field's, and a longer value is not used. */
const MOST_BYTES = 256;

/** Parses documents one after the other. What is no JSON costs fields, and never throws. */
export class JsonFields<Field extends string> {
  /** The last value of each field in the documents so far that were complete. */
  readonly found: Partial<Record<Field, FieldValue>> = {};
  /** The fields of the document that is being parsed. */
  readonly #current = new Map<Field, FieldValue>();
  readonly #root: FieldNode<Field>;
  readonly #top: ContainerNode<Field>;
  /** The object or array that is being parsed, and those that it is in, outermost first. */
  #container: ContainerNode<Field>;
  readonly #outer: ContainerNode<Field>[] = [];
  /** The depth of objects and arrays that are skipped, since no field is in them. */
  #skipped = 0;
  /** The value that comes next; undefined if no field is in it. */
  #next: FieldNode<Field> | undefined;
  #isKeyNext = false;
  /** The token that the last chunk ended in. */
  #partial: 'string' | 'scalar' | undefined;
  /** How many bytes of the next chunk are escaped: 1 if a backslash was the last. */
  #escaped = 0;
  /** The bytes of that token so far. */
  readonly #kept = Buffer.allocUnsafe(MOST_BYTES);
  #keptLength = 0;
  /** Whether nothing of the document was parsed so far. */
  #isFirst = true;
  readonly #prefixes = new PrefixCache<Field>();

  constructor(root: FieldNode<Field>) {
    this.#root = root;
    this.#top = { keys: undefined, items: root };
    this.#container = this.#top;
    this.#next = root;
  }

  /** Begins a new document, whether or not the last one was complete. */
  reset(): void {
    this.#container = this.#top;
    if (this.#outer.length > 0) this.#outer.length = 0;
    this.#skipped = 0;
    this.#next = this.#root;
    this.#isKeyNext = false;
    this.#partial = undefined;
    this.#isFirst = true;
    if (this.#current.size > 0) this.#current.clear();
  }

  /** Counts the fields that were found so far as found, although the document is not complete. */
  commit(): void {
    if (this.#current.size === 0) return;
    for (const [field, value] of this.#current) this.found[field] = value;
    this.#current.clear();
    // A position that is remembered from now on would lack these fields.
    this.#prefixes.stop();
  }

  write(bytes: Uint8Array, from = 0, to = bytes.length): void {
    if (from >= to) return;
    let index = this.#isFirst ? this.#start(bytes, from, to) : this.#resume(bytes, from, to);
    while (index < to) index = this.#skipped > 0 ? this.#skip(bytes, index, to) : this.#parse(bytes, index, to);
  }

  /** Skips the prefix that equals that of the last document, and gives where to go on. */
  #start(bytes: Uint8Array, from: number, to: number): number {
    this.#isFirst = false;
    const known = this.#prefixes.match(bytes, from, to);
    if (known === undefined) return from;
    this.#container = known.container;
    for (const container of known.outer) this.#outer.push(container);
    this.#next = known.next;
    this.#isKeyNext = true;
    for (const [field, value] of known.found) this.#current.set(field, value);
    return from + known.offset;
  }

  /** Parses up to an object or array that is to be skipped, or to the end of the chunk. */
  #parse(bytes: Uint8Array, from: number, to: number): number {
    for (let index = from; index < to; index += 1) {
      const byte = bytes[index]!;
      switch (byte) {
        case QUOTE:
          index = this.#parseString(bytes, index + 1, to);
          break;
        case COMMA:
          this.#isKeyNext = this.#container.keys !== undefined;
          this.#next = this.#container.items;
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
          if (this.#next?.field !== undefined && byte > SPACE) index = this.#parseScalar(bytes, index, to) - 1;
      }
    }
    return to;
  }

  /** Skips to the end of an object or array in which no field is, or to the end of the chunk. */
  #skip(bytes: Uint8Array, from: number, to: number): number {
    let depth = this.#skipped;
    let index = from;
    for (; index < to && depth > 0; index += 1) {
      switch (bytes[index]) {
        case QUOTE:
          index = this.#parseString(bytes, index + 1, to);
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

  /** Gives the index at which it ends. */
  #parseString(bytes: Uint8Array, from: number, to: number): number {
    const end = stringEnd(bytes, from, to);
    if (end < to) this.#endString(bytes, from, end);
    else {
      this.#begin('string', bytes, from, to);
      this.#escaped = end - to;
    }
    return end;
  }

  #parseScalar(bytes: Uint8Array, from: number, to: number): number {
    const end = scalarEnd(bytes, from, to);
    if (end < to) this.#endScalar(bytes, from, end);
    else this.#begin('scalar', bytes, from, to);
    return end;
  }

  #begin(what: 'string' | 'scalar', bytes: Uint8Array, from: number, to: number): void {
    this.#partial = what;
    this.#keptLength = 0;
    this.#keep(bytes, from, to);
  }

  /** Completes the token that the last chunk ended in, if there is one, and gives where to go on. */
  #resume(bytes: Uint8Array, from: number, to: number): number {
    this.#prefixes.stop();
    if (this.#partial === undefined) return from;
    const isString = this.#partial === 'string';
    const end = isString ? stringEnd(bytes, from + this.#escaped, to) : scalarEnd(bytes, from, to);
    this.#keep(bytes, from, Math.min(end, to));
    this.#escaped = Math.max(end - to, 0);
    if (end >= to) return to;
    this.#partial = undefined;
    if (isString) this.#endString(this.#kept, 0, this.#keptLength);
    else this.#endScalar(this.#kept, 0, this.#keptLength);
    return isString ? end + 1 : end;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#keptLength + to - from;
    if (length <= MOST_BYTES) this.#kept.set(bytes.subarray(from, to), this.#keptLength);
    this.#keptLength = Math.min(length, MOST_BYTES + 1);
  }

  /** False if no field is in it. */
  #open(isArray: boolean): boolean {
    const node = this.#next;
    if (node?.field !== undefined) this.#current.set(node.field, true);
    const container = isArray ? node?.array : node?.object;
    if (container === undefined) {
      this.#skipped = 1;
      this.#next = undefined;
      return false;
    }
    this.#outer.push(this.#container);
    this.#container = container;
    this.#isKeyNext = container.keys !== undefined;
    this.#next = container.items;
    return true;
  }

  #close(): void {
    this.#container = this.#outer.pop() ?? this.#top;
    this.#isKeyNext = false;
    this.#next = this.#container === this.#top ? this.#root : undefined;
    if (this.#outer.length === 0 || this.#container === this.#root.array) this.commit();
  }

  #endString(bytes: Uint8Array, from: number, to: number): void {
    if (this.#skipped > 0) return;
    if (this.#isKeyNext) {
      this.#next = nodeUnder(this.#container, bytes, from, to);
      if (to < this.#prefixes.equalUntil) this.#rememberPosition(to + 1);
      return;
    }
    const node = this.#next;
    if (node?.field === undefined) return;
    this.#next = undefined;
    if (!node.isPresenceOnly) this.#foundText(node.field, bytes, from, to);
    else if (to > from) this.#current.set(node.field, true);
  }

  #rememberPosition(index: number): void {
    this.#prefixes.remember(index, { container: this.#container, outer: this.#outer, next: this.#next, found: this.#current });
  }

  /** A value that is found again is not decoded again: many a field is the same in every event of a stream. */
  #foundText(field: Field, bytes: Uint8Array, from: number, to: number): void {
    const last = this.found[field];
    if (to - from > MOST_BYTES) return;
    const text = typeof last === 'string' && isText(last, bytes, from, to) ? last : textIn(bytes, from, to);
    if (text !== undefined) this.#current.set(field, text);
  }

  #endScalar(bytes: Uint8Array, from: number, to: number): void {
    const node = this.#next;
    this.#next = undefined;
    if (node?.field === undefined || bytes[from] === FIRST_OF_NULL || to - from > MOST_BYTES) return;
    const value = scalarIn(bytes, from, to);
    if (value !== undefined) this.#current.set(node.field, node.isPresenceOnly || value);
  }
}

/** The value under a key; undefined if no field is in it. */
function nodeUnder<Field extends string>(
  { keys = [] }: ContainerNode<Field>,
  bytes: Uint8Array,
  from: number,
  to: number,
): FieldNode<Field> | undefined {
  for (const entry of keys) if (entry.length === to - from && areBytes(entry.bytes, bytes, from)) return entry.node;
  if (to - from > MOST_BYTES || !hasEscape(bytes, from, to)) return undefined;
  const text = textIn(bytes, from, to);
  return keys.find(({ key }) => key === text)?.node;
}
