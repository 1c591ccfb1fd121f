// Scans the bytes of JSON: where its strings and scalars end, and what they decode to.
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;
/** Bytes from here on belong to characters beyond ASCII. */
const BEYOND_ASCII = 0x80;

/** Most strings end sooner; beyond it `indexOf` is faster than a loop. */
const NEAR_BYTES = 64;

/**
 * The index of the quote that ends a string. Without one it is `to`, or the index after it if the first byte of the next chunk is
 * escaped by a backslash.
 */
export function stringEnd(bytes: Uint8Array, from: number, to: number): number {
  const near = Math.min(from + NEAR_BYTES, to);
  for (let index = from; index < near; index += 1) if (bytes[index] === QUOTE && !isEscaped(bytes, from, index)) return index;
  return near < to ? farStringEnd(bytes, from, to) : openStringEnd(bytes, from, to);
}

function farStringEnd(bytes: Uint8Array, from: number, to: number): number {
  // A view of its own: `indexOf` would otherwise search beyond `to`, again and again.
  const text = bytes.subarray(from, to);
  for (let quote = text.indexOf(QUOTE, NEAR_BYTES); quote !== -1; quote = text.indexOf(QUOTE, quote + 1))
    if (!isEscaped(text, 0, quote)) return from + quote;
  return openStringEnd(bytes, from, to);
}

function openStringEnd(bytes: Uint8Array, from: number, to: number): number {
  return isEscaped(bytes, from, to) ? to + 1 : to;
}

function isEscaped(bytes: Uint8Array, from: number, at: number): boolean {
  let index = at;
  while (index > from && bytes[index - 1] === BACKSLASH) index -= 1;
  return (at - index) % 2 === 1;
}

/** Where a number or a literal ends; `to` if it may go on. */
export function scalarEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let index = from; index < to; index += 1) if (endsScalar(bytes[index]!)) return index;
  return to;
}

function endsScalar(byte: number): boolean {
  switch (byte) {
    case COMMA:
    case CLOSE_OBJECT:
    case CLOSE_ARRAY:
    case COLON:
    case QUOTE:
    case OPEN_OBJECT:
    case OPEN_ARRAY:
      return true;
    default:
      return byte <= SPACE;
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?$/;

/** A number or a literal; undefined for null and for what is none. */
export function scalarIn(bytes: Uint8Array, from: number, to: number): number | boolean | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  if (text === 'true') return true;
  if (text === 'false') return false;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** What is between the quotes of a string, its escapes resolved; undefined if it is none. */
export function textIn(bytes: Uint8Array, from: number, to: number): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

/** Whether it is surely this text that is between the quotes of a string: one of ASCII without escapes. */
export function isText(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = bytes[from + index]!;
    if (byte !== text.charCodeAt(index) || byte === BACKSLASH || byte >= BEYOND_ASCII) return false;
  }
  return true;
}

/** Whether these bytes are at this index. */
export function areBytes(expected: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let index = 0; index < expected.length; index += 1) if (bytes[from + index] !== expected[index]) return false;
  return true;
}

export function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (bytes[index] === BACKSLASH) return true;
  return false;
}
