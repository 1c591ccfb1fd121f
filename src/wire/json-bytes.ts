// Where the strings and scalars of JSON end among its bytes, and what they mean.
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;
/** Bytes from here on are a part of a character beyond ASCII. */
const BEYOND_ASCII = 0x80;

/** Most strings end sooner; further on the runtime's own search is faster than a loop. */
const NEAR_BYTES = 64;

/**
 * Where the quote stands that ends a string. If it is not there: `to`, or the byte after it if that is one that does not count,
 * since a backslash stands before it.
 */
export function stringEnd(bytes: Uint8Array, from: number, to: number): number {
  const near = Math.min(from + NEAR_BYTES, to);
  let index = from;
  for (; index < near; index += 1) {
    const byte = bytes[index];
    if (byte === QUOTE) return index;
    if (byte === BACKSLASH) index += 1;
  }
  return index < to ? farStringEnd(bytes, index, to) : index;
}

function farStringEnd(bytes: Uint8Array, from: number, to: number): number {
  // A part of its own, or a search would go on beyond `to`, again and again.
  const text = bytes.subarray(from, to);
  for (let start = 0; start < text.length;) {
    const quote = text.indexOf(QUOTE, start);
    const end = quote === -1 ? text.length : quote;
    const isEscaped = backslashesBefore(text, end, start) % 2 === 1;
    if (!isEscaped || quote === -1) return from + end + (isEscaped ? 1 : 0);
    start = quote + 1;
  }
  return to;
}

function backslashesBefore(bytes: Uint8Array, end: number, start: number): number {
  let index = end;
  while (index > start && bytes[index - 1] === BACKSLASH) index -= 1;
  return end - index;
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

/** Whether the same bytes stand here. */
export function areBytes(expected: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (expected.length !== to - from) return false;
  for (let index = 0; index < expected.length; index += 1) if (bytes[from + index] !== expected[index]) return false;
  return true;
}

export function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (bytes[index] === BACKSLASH) return true;
  return false;
}
