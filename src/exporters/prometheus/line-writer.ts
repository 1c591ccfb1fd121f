// Writes sample lines as bytes: to join strings line by line and encode them takes half as long again.
import type { HistogramCell } from '../../core/recording/cell.ts';
import { exemplarText } from './exemplar-text.ts';

/** Where lines are written before their length is known; one buffer is enough, since no two blocks are written at a time. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** The longest count, and the end of the line. */
const COUNT_BYTES = `${Number.MAX_SAFE_INTEGER}\n`.length;

const [ZERO, NEWLINE] = Buffer.from('0\n') as unknown as [number, number];

export class LineWriter {
  #length = 0;

  /** Begins a block, and discards what was left of an earlier one that failed. */
  begin(): void {
    this.#length = 0;
  }

  write(text: string): void {
    this.#reserve(3 * text.length);
    this.#length += scratch.write(text, this.#length);
  }

  /** Writes the lines of all buckets, `closings` in ASCII; what they begin with is encoded once. Returns the count of all. */
  writeBuckets(
    prefix: string,
    closings: readonly Uint8Array[],
    { counts }: HistogramCell,
    exemplars: HistogramCell['exemplars'],
  ): number {
    const start = this.#length;
    this.write(prefix);
    const end = this.#length;
    let count = 0;
    for (let bucket = 0; bucket < counts.length; bucket += 1) {
      const closing = closings[bucket]!;
      this.#reserve(end - start + closing.length + COUNT_BYTES);
      const bytes = scratch;
      let at = this.#length;
      if (bucket > 0) {
        bytes.copyWithin(at, start, end);
        at += end - start;
      }
      for (let index = 0; index < closing.length; index += 1) bytes[at + index] = closing[index]!;
      at += closing.length;
      count += counts[bucket]!;
      if (count < 10) {
        bytes[at] = ZERO + count;
        at += 1;
      } else {
        const text = `${count}`;
        for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index);
        at += text.length;
      }
      if (exemplars === undefined) {
        bytes[at] = NEWLINE;
        this.#length = at + 1;
      } else {
        this.#length = at;
        this.write(`${exemplarText(exemplars[bucket])}\n`);
      }
    }
    return count;
  }

  /** Returns what was written. */
  end(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.#length);
    scratch.copy(bytes, 0, 0, this.#length);
    return bytes;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed > scratch.length) scratch = Buffer.concat([scratch], 2 * needed);
  }
}
