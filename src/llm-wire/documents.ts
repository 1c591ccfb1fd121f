// Takes the body of an answer apart into the JSON documents that it holds: server-sent events, a document a line, or one in all.
export type Framing = 'events' | 'lines' | 'whole';

/** How a body is framed, by its `content-type`. */
export function framingOf(contentType: string): Framing {
  const type = contentType.toLowerCase();
  if (type.includes('event-stream')) return 'events';
  return /ndjson|jsonl|stream\+json|json-seq/.test(type) ? 'lines' : 'whole';
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** What may stand before all else. */
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
/** What stands before the data of an event. */
const DATA = Buffer.from('data:');
/** What stands between the lines of its data. */
const LINE_BREAK = Buffer.from('\n');

/** Reads one document after the other. */
export interface DocumentReader {
  write(bytes: Uint8Array, from?: number, to?: number): void;
  /** Takes up with a new document, whatever became of the last one. */
  reset(): void;
}

/** Hands the bytes of each document to its reader, and tells when one is complete. */
export class Documents {
  readonly #fields: DocumentReader;
  readonly #framing: Framing;
  readonly #ended: () => void;
  /** How much there was of the byte order mark; all of it where none can come any more. */
  #marked = 0;
  /** How much of `data:` the line had so far; -1 where it is another line. */
  #matched = 0;
  #hasData = false;
  /** Whether the line ended with a return, to which a newline may belong. */
  #isReturnLast = false;

  constructor(framing: Framing, fields: DocumentReader, ended: () => void) {
    this.#framing = framing;
    this.#fields = fields;
    this.#ended = ended;
  }

  write(bytes: Uint8Array): void {
    if (this.#framing === 'events') this.#readEvents(bytes);
    else if (this.#framing === 'lines') this.#readDocumentLines(bytes);
    else this.#fields.write(bytes);
  }

  /** Nothing more comes. An event that was not complete is none. */
  end(): void {
    if (this.#framing !== 'events') this.#endDocument();
  }

  #readDocumentLines(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length;) {
      const newline = nextOf(NEWLINE, bytes, index);
      this.#fields.write(bytes, index, newline);
      if (newline < bytes.length) this.#endDocument();
      index = newline + 1;
    }
  }

  /** Lines end with a newline, a return, or both. */
  #readEvents(bytes: Uint8Array): void {
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

  /** Gives where the first line begins, or goes on. */
  #start(bytes: Uint8Array): number {
    let index = 0;
    if (this.#isReturnLast && bytes.length > 0) {
      this.#isReturnLast = false;
      if (bytes[0] === NEWLINE) index = 1;
    }
    for (; index < bytes.length && this.#marked < BYTE_ORDER_MARK.length; index += 1, this.#marked += 1) {
      if (bytes[index] === BYTE_ORDER_MARK[this.#marked]) continue;
      if (this.#marked > 0) this.#matched = -1;
      this.#marked = BYTE_ORDER_MARK.length;
      break;
    }
    return index;
  }

  #readLine(bytes: Uint8Array, from: number, to: number): void {
    let index = from;
    for (; index < to && this.#matched >= 0 && this.#matched < DATA.length; index += 1) {
      this.#matched = bytes[index] === DATA[this.#matched] ? this.#matched + 1 : -1;
      if (this.#matched === DATA.length) this.#startData();
    }
    if (this.#matched === DATA.length) this.#fields.write(bytes, index, to);
  }

  #startData(): void {
    if (this.#hasData) this.#fields.write(LINE_BREAK);
    this.#hasData = true;
  }

  #endLine(): void {
    if (this.#matched === 0 && this.#hasData) this.#endDocument();
    this.#matched = 0;
  }

  #endDocument(): void {
    this.#ended();
    this.#fields.reset();
    this.#hasData = false;
  }
}

/** Where this byte comes next; the length if it does not. */
function nextOf(byte: number, bytes: Uint8Array, from: number): number {
  if (bytes[from] === byte) return from;
  const index = bytes.indexOf(byte, from);
  return index === -1 ? bytes.length : index;
}
