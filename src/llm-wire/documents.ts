// Splits the body of a response into its JSON documents: server-sent events, a document on each line, or a single one.
export type Framing = 'events' | 'lines' | 'whole';

/** How a body is framed, by its `content-type`. */
export function framingOf(contentType: string): Framing {
  const type = contentType.toLowerCase();
  if (type.includes('event-stream')) return 'events';
  return /ndjson|jsonl|stream\+json|json-seq/.test(type) ? 'lines' : 'whole';
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** May be the very first bytes. */
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
/** Begins each line of an event's data. */
const DATA = Buffer.from('data:');
/** Joins these lines. */
const LINE_BREAK = Buffer.from('\n');

/** Parses one document after the other. */
export interface DocumentParser {
  write(bytes: Uint8Array, from?: number, to?: number): void;
  /** Begins a new document, whether or not the last one was complete. */
  reset(): void;
}

/** Passes the bytes of each document to a parser, and calls back when one is complete. */
export class Documents {
  readonly #parser: DocumentParser;
  readonly #framing: Framing;
  readonly #onDocument: () => void;
  /** How many bytes of a byte order mark there were; all of them once none can come any more. */
  #markLength = 0;
  /** How many bytes of `data:` the line had so far; -1 if it is another kind of line. */
  #matchedLength = 0;
  #hasData = false;
  /** Whether the last byte was a carriage return, to which a newline may belong. */
  #isReturnLast = false;

  constructor(framing: Framing, parser: DocumentParser, onDocument: () => void) {
    this.#framing = framing;
    this.#parser = parser;
    this.#onDocument = onDocument;
  }

  write(bytes: Uint8Array): void {
    if (this.#framing === 'events') this.#splitEvents(bytes);
    else if (this.#framing === 'lines') this.#splitLines(bytes);
    else this.#parser.write(bytes);
  }

  /** The body is complete; an event without the blank line that ends it is not passed on. */
  end(): void {
    if (this.#framing !== 'events') this.#endDocument();
  }

  #splitLines(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length;) {
      const newline = nextOf(NEWLINE, bytes, index);
      this.#parser.write(bytes, index, newline);
      if (newline < bytes.length) this.#endDocument();
      index = newline + 1;
    }
  }

  /** Lines end with a newline, a carriage return, or both. */
  #splitEvents(bytes: Uint8Array): void {
    let index = this.#start(bytes);
    let newline = -1;
    let back = -1;
    while (index < bytes.length) {
      if (newline < index) newline = nextOf(NEWLINE, bytes, index);
      if (back < index) back = nextOf(RETURN, bytes, index);
      const end = Math.min(newline, back);
      this.#readLine(bytes, index, end);
      if (end < bytes.length) this.#endLine();
      const isReturn = end === back;
      index = isReturn && bytes[end + 1] === NEWLINE ? end + 2 : end + 1;
      this.#isReturnLast = isReturn && end === bytes.length - 1;
    }
  }

  /** Gives the index at which the first line begins or goes on. */
  #start(bytes: Uint8Array): number {
    let index = 0;
    if (this.#isReturnLast && bytes.length > 0) {
      this.#isReturnLast = false;
      if (bytes[0] === NEWLINE) index = 1;
    }
    for (; index < bytes.length && this.#markLength < BYTE_ORDER_MARK.length; index += 1, this.#markLength += 1) {
      if (bytes[index] === BYTE_ORDER_MARK[this.#markLength]) continue;
      if (this.#markLength > 0) this.#matchedLength = -1;
      this.#markLength = BYTE_ORDER_MARK.length;
      break;
    }
    return index;
  }

  #readLine(bytes: Uint8Array, from: number, to: number): void {
    let index = from;
    for (; index < to && this.#matchedLength >= 0 && this.#matchedLength < DATA.length; index += 1) {
      this.#matchedLength = bytes[index] === DATA[this.#matchedLength] ? this.#matchedLength + 1 : -1;
      if (this.#matchedLength === DATA.length) this.#startData();
    }
    if (this.#matchedLength === DATA.length) this.#parser.write(bytes, index, to);
  }

  #startData(): void {
    if (this.#hasData) this.#parser.write(LINE_BREAK);
    this.#hasData = true;
  }

  #endLine(): void {
    if (this.#matchedLength === 0 && this.#hasData) this.#endDocument();
    this.#matchedLength = 0;
  }

  #endDocument(): void {
    this.#onDocument();
    this.#parser.reset();
    this.#hasData = false;
  }
}

/** The next index of a byte; the length if there is none. */
function nextOf(byte: number, bytes: Uint8Array, from: number): number {
  if (bytes[from] === byte) return from;
  const index = bytes.indexOf(byte, from);
  return index === -1 ? bytes.length : index;
}
