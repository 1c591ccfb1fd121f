// Reads a few fields out of JSON as its bytes go by: whatever its size or where it was split, next to nothing of it is kept.

/** A wanted field by the paths where it may stand: keys with dots between them, `*` for every item of an array. */
export type FieldPaths<Field extends string> = Readonly<Partial<Record<Field, readonly string[]>>>;

/** What stood there; an object or array is told as `true` when it begins, null not at all. */
export type FieldValue = string | number | boolean;

interface Place<Field extends string> {
  readonly field?: Field | undefined;
  /** What is wanted beneath: by key in an object, or under `*` in an array. */
  readonly beneath: readonly Entry<Field>[];
  readonly everyItem: Place<Field> | undefined;
}

interface Entry<Field extends string> {
  readonly key: Uint8Array;
  readonly place: Place<Field>;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const SPACE = 0x20;
/** A longer key is none of those that are wanted, a longer value none that can be used. */
const MOST_BYTES = 256;

/** The wanted fields, ready to be looked for in any number of documents. */
export function fieldTree<Field extends string>(paths: FieldPaths<Field>): Place<Field> {
  const wanted = (Object.entries(paths) as [Field, readonly string[]][]).flatMap(([field, alternatives]) =>
    alternatives.map((path) => ({ field, keys: path.split('.') })),
  );
  return placeOf(wanted);
}

interface Wanted<Field extends string> {
  readonly field: Field;
  readonly keys: readonly string[];
}

function placeOf<Field extends string>(wanted: readonly Wanted<Field>[]): Place<Field> {
  const byKey = Map.groupBy(
    wanted.filter(({ keys }) => keys.length > 0),
    ({ keys }) => keys[0]!,
  );
  const places = [...byKey].map(([key, within]) => {
    const place = placeOf(within.map(({ field, keys }) => ({ field, keys: keys.slice(1) })));
    return { key: Buffer.from(key), name: key, place };
  });
  return {
    field: wanted.find(({ keys }) => keys.length === 0)?.field,
    beneath: places,
    everyItem: places.find(({ name }) => name === '*')?.place,
  };
}

/**
 * Reads documents one after the other; of one that is an array, every item is a document. What is no JSON is not told of: it
 * costs fields, never an error.
 */
export class JsonFields<Field extends string> {
  readonly #root: Place<Field>;
  readonly #told: (field: Field, value: FieldValue) => void;
  /** The containers around where we are that may hold something wanted, and whether each is an array. */
  readonly #places: Place<Field>[] = [];
  readonly #arrays: boolean[] = [];
  /** How deep we are in containers that hold nothing wanted. */
  #skipped = 0;
  /** What is wanted of the value that comes next; undefined if nothing is. */
  #next: Place<Field> | undefined;
  #isKeyNext = false;
  #inString = false;
  #isKey = false;
  #isEscaped = false;
  #inScalar = false;
  #isKept = false;
  readonly #kept = Buffer.allocUnsafe(MOST_BYTES);
  #keptLength = 0;

  constructor(root: Place<Field>, told: (field: Field, value: FieldValue) => void) {
    this.#root = root;
    this.#told = told;
    this.#next = root;
  }

  /** Takes up with a new document, whatever became of the last one. */
  reset(): void {
    this.#endScalar();
    this.#places.length = 0;
    this.#arrays.length = 0;
    this.#skipped = 0;
    this.#next = this.#root;
    this.#isKeyNext = false;
    this.#inString = false;
    this.#isEscaped = false;
  }

  write(bytes: Uint8Array, from = 0, to = bytes.length): void {
    let index = from;
    while (index < to) {
      if (this.#inString) index = this.#readString(bytes, index, to);
      else if (this.#skipped > 0) index = this.#skip(bytes, index, to);
      else {
        this.#readByte(bytes[index]!);
        index += 1;
      }
    }
  }

  /** Reads on to the end of the string or of what is there, and gives where it stopped. */
  #readString(bytes: Uint8Array, from: number, to: number): number {
    let start = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      start += 1;
    }
    for (;;) {
      const end = quoteWithin(bytes, start, to);
      const isEscaped = isOdd(backslashesBefore(bytes, end, start));
      if (end === to) {
        this.#isEscaped = isEscaped;
        this.#keep(bytes, from, end);
        return to;
      }
      if (!isEscaped) {
        this.#endString(bytes, from, end);
        return end + 1;
      }
      start = end + 1;
    }
  }

  /** Reads on to the next string, or to the end of what holds nothing wanted. */
  #skip(bytes: Uint8Array, from: number, to: number): number {
    for (let index = from; index < to; index += 1) {
      switch (bytes[index]) {
        case QUOTE:
          this.#inString = true;
          this.#isKept = false;
          return index + 1;
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          this.#skipped += 1;
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          this.#skipped -= 1;
          if (this.#skipped === 0) return index + 1;
      }
    }
    return to;
  }

  #readByte(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        this.#isKey = this.#isKeyNext;
        this.#isKept = this.#isKey || this.#next?.field !== undefined;
        this.#keptLength = 0;
        return;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        this.#open(byte === OPEN_ARRAY);
        return;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        this.#endScalar();
        this.#close();
        return;
      case COMMA:
        this.#endScalar();
        this.#startNext();
        return;
      case COLON:
        this.#isKeyNext = false;
        return;
      default:
        if (byte <= SPACE) this.#endScalar();
        else this.#readScalar(byte);
    }
  }

  #open(isArray: boolean): void {
    const place = this.#next;
    if (place === undefined) {
      this.#skipped = 1;
      return;
    }
    if (place.field !== undefined) this.#told(place.field, true);
    if (place.beneath.length === 0) {
      this.#skipped = 1;
      return;
    }
    this.#places.push(place);
    this.#arrays.push(isArray);
    this.#startNext();
  }

  #close(): void {
    this.#places.pop();
    this.#arrays.pop();
    this.#isKeyNext = false;
    this.#next = this.#places.length === 0 ? this.#root : undefined;
  }

  /** Turns to the first or the next entry of the container that we are in. */
  #startNext(): void {
    const depth = this.#places.length;
    const place = depth === 0 ? undefined : this.#places[depth - 1];
    const isArray = depth > 0 && this.#arrays[depth - 1]!;
    this.#isKeyNext = place !== undefined && !isArray;
    if (place === undefined) this.#next = this.#root;
    else if (isArray) this.#next = place.everyItem ?? (depth === 1 && place === this.#root ? place : undefined);
    else this.#next = undefined;
  }

  #readScalar(byte: number): void {
    if (!this.#inScalar) {
      this.#inScalar = true;
      this.#isKept = this.#next?.field !== undefined;
      this.#keptLength = 0;
    }
    if (this.#isKept && this.#keptLength < MOST_BYTES) {
      this.#kept[this.#keptLength] = byte;
      this.#keptLength += 1;
    }
  }

  #endScalar(): void {
    if (!this.#inScalar) return;
    this.#inScalar = false;
    if (!this.#isKept) return;
    const field = this.#next?.field;
    const value = scalarOf(this.#kept.toString('latin1', 0, this.#keptLength));
    this.#next = undefined;
    if (field !== undefined && value !== undefined) this.#told(field, value);
  }

  #endString(bytes: Uint8Array, from: number, end: number): void {
    this.#inString = false;
    if (!this.#isKept) return;
    if (this.#isKey) {
      this.#next = this.#keyed(bytes, from, end);
      return;
    }
    this.#keep(bytes, from, end);
    const field = this.#next?.field;
    this.#next = undefined;
    const text = this.#keptLength > MOST_BYTES ? undefined : textOf(this.#kept.toString('utf8', 0, this.#keptLength));
    if (field !== undefined && text !== undefined) this.#told(field, text);
  }

  /** What is wanted under a key. */
  #keyed(bytes: Uint8Array, from: number, end: number): Place<Field> | undefined {
    const { beneath } = this.#places[this.#places.length - 1]!;
    if (this.#keptLength === 0) return placeAt(beneath, bytes, from, end);
    this.#keep(bytes, from, end);
    return placeAt(beneath, this.#kept, 0, this.#keptLength);
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    if (!this.#isKept || this.#keptLength > MOST_BYTES) return;
    const length = to - from;
    if (this.#keptLength + length > MOST_BYTES) {
      this.#keptLength = MOST_BYTES + 1;
      return;
    }
    for (let index = from; index < to; index += 1) this.#kept[this.#keptLength + index - from] = bytes[index]!;
    this.#keptLength += length;
  }
}

/** Where the string ends if it is short, as most are; looking further is cheaper done by the runtime. */
const SHORT = 24;

function quoteWithin(bytes: Uint8Array, start: number, to: number): number {
  const near = Math.min(start + SHORT, to);
  for (let index = start; index < near; index += 1) if (bytes[index] === QUOTE) return index;
  if (near === to) return to;
  const quote = bytes.indexOf(QUOTE, near);
  return quote === -1 || quote >= to ? to : quote;
}

function placeAt<Field extends string>(
  entries: readonly Entry<Field>[],
  bytes: Uint8Array,
  from: number,
  end: number,
): Place<Field> | undefined {
  for (const { key, place } of entries) if (key.length === end - from && isAt(key, bytes, from)) return place;
  return undefined;
}

function isAt(key: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let index = 0; index < key.length; index += 1) if (bytes[from + index] !== key[index]) return false;
  return true;
}

function backslashesBefore(bytes: Uint8Array, end: number, start: number): number {
  let index = end;
  while (index > start && bytes[index - 1] === BACKSLASH) index -= 1;
  return end - index;
}

function isOdd(count: number): boolean {
  return count % 2 === 1;
}

function scalarOf(text: string): number | boolean | undefined {
  if (text === 'true') return true;
  if (text === 'false') return false;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A string of JSON, its escapes resolved; undefined if it is none. */
function textOf(raw: string): string | undefined {
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}
