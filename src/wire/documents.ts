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
/** What stands before the data of an event. */
const DATA = Buffer.from('data:');

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
  /** How much of `data:` the line had so far; -1 where it is another line. */
  #matched = 0;
  #isLineEmpty = true;

  constructor(framing: Framing, fields: DocumentReader, ended: () => void) {
    this.#framing = framing;
    this.#fields = fields;
    this.#ended = ended;
  }

  write(bytes: Uint8Array): void {
    if (this.#framing === 'whole') {
      this.#fields.write(bytes);
      return;
    }
    for (let index = 0; index < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, index);
      const end = newline === -1 ? bytes.length : newline;
      if (this.#framing === 'lines') this.#fields.write(bytes, index, end);
      else this.#readLine(bytes, index, end);
      if (newline !== -1) this.#endLine();
      index = end + 1;
    }
  }

  /** Nothing more comes. What was not complete stays unread. */
  end(): void {
    this.#endDocument();
  }

  #readLine(bytes: Uint8Array, from: number, to: number): void {
    let index = from;
    if (index < to && (to - index > 1 || bytes[index] !== RETURN)) this.#isLineEmpty = false;
    while (index < to && this.#matched >= 0 && this.#matched < DATA.length) {
      this.#matched = bytes[index] === DATA[this.#matched] ? this.#matched + 1 : -1;
      index += 1;
    }
    if (this.#matched === DATA.length) this.#fields.write(bytes, index, to);
  }

  #endLine(): void {
    if (this.#framing === 'lines' || this.#isLineEmpty) this.#endDocument();
    this.#matched = 0;
    this.#isLineEmpty = true;
  }

  #endDocument(): void {
    this.#ended();
    this.#fields.reset();
  }
}
