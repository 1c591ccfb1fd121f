// A template is a piece of the page with a hole for each value: what is between the holes is copied, never made again.

/** Where a filling is put together before its length is known. Fillings do not overlap, so that one is enough for all. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Up to this length, a character at a time is faster than a call for all of them. */
const SHORT = 24;

/** The bytes of the lines are all that is kept, and two numbers for each; the lines as strings would double the memory. */
export class LineTemplate {
  /** The lines with the values of the last filling. Never changed in place: somebody may still be sending them. */
  bytes: Buffer;
  /** Where each value starts and ends. */
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;

  // Of the filling under way: its next line, what was taken of the bytes, and what was put together.
  #line = 0;
  #taken = 0;
  #length = 0;

  /** Takes what is on each line before its value. */
  constructor(prefixes: readonly string[]) {
    this.bytes = Buffer.from(prefixes.map((prefix) => `${prefix}\n`).join(''));
    this.#starts = new Uint32Array(prefixes.length);
    this.#ends = new Uint32Array(prefixes.length);
    let lineEnd = -1;
    for (const [line, prefix] of prefixes.entries()) {
      lineEnd += Buffer.byteLength(prefix) + 1;
      this.#starts[line] = lineEnd;
      this.#ends[line] = lineEnd;
    }
  }

  /** Begins a filling; `put` then takes the values in the order of the lines. */
  begin(): void {
    this.#line = 0;
    this.#taken = 0;
    this.#length = 0;
  }

  /** Takes the next value, in ASCII. */
  put(value: string): void {
    const line = this.#line;
    this.#copyUpTo(this.#starts[line]!, value.length);
    const start = this.#length;
    if (value.length > SHORT) scratch.write(value, start, 'latin1');
    else for (let index = 0; index < value.length; index += 1) scratch[start + index] = value.charCodeAt(index);
    this.#length = start + value.length;
    this.#taken = this.#ends[line]!;
    this.#starts[line] = start;
    this.#ends[line] = this.#length;
    this.#line = line + 1;
  }

  end(): void {
    this.#copyUpTo(this.bytes.length, 0);
    const bytes = Buffer.allocUnsafeSlow(this.#length);
    scratch.copy(bytes, 0, 0, this.#length);
    this.bytes = bytes;
  }

  #copyUpTo(position: number, room: number): void {
    const length = this.#length + position - this.#taken;
    if (length + room > scratch.length) scratch = Buffer.concat([scratch], 2 * (length + room));
    this.bytes.copy(scratch, this.#length, this.#taken, position);
    this.#length = length;
  }
}
