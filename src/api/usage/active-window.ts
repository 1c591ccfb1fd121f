// Counts distinct ids within a sliding window, in bounded memory, from hashes alone.

/** The salted hash of an id. */
export interface IdHash {
  /** 48 bits of the hash. */
  readonly key: number;
  /** The number of leading zeros among its other bits: half of all hashes have at least one, a quarter at least two … */
  readonly rank: number;
}

interface Entry {
  readonly rank: number;
  lastMillis: number;
  /** It represents itself and those of lower rank that were dropped: two to the power of this in all. */
  level: number;
}

/** How many ids are kept, and up to which number a window is exact. */
const CAPACITY = 10_000;

/** With fewer than this, ids of a lower rank are kept again. */
const FEW = CAPACITY / 8;

/**
 * Exact up to 10,000 ids. Beyond that it keeps only those whose hash has a minimum rank, half of them or fewer, each of which
 * represents those that were dropped: the count is then an estimate (distinct sampling), whose standard error is 1 over the
 * square root of the number kept, 1.1 to 1.4 %. Ids that are no longer within the window are dropped, and when few are left, all
 * are kept again.
 */
export class ActiveWindow {
  readonly #windowMillis: number;
  readonly #entries = new Map<number, Entry>();
  /** The minimum rank. */
  #level = 0;

  constructor(windowMillis: number) {
    this.#windowMillis = windowMillis;
  }

  add({ key, rank }: IdHash, nowMillis: number): void {
    if (rank < this.#level) return;
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.lastMillis = nowMillis;
      entry.level = this.#level;
      return;
    }
    if (this.#entries.size >= CAPACITY) this.#makeRoom(nowMillis);
    if (rank >= this.#level) this.#entries.set(key, { rank, lastMillis: nowMillis, level: this.#level });
  }

  /** The number of ids in the window, exact or estimated. */
  count(nowMillis: number): number {
    this.#dropOld(nowMillis);
    let count = 0;
    for (const { level } of this.#entries.values()) count += 2 ** level;
    if (this.#level > 0 && this.#entries.size < FEW) this.#level -= 1;
    return count;
  }

  /** Drops at least a tenth, so that this happens once in a thousand new ids rather than for each. */
  #makeRoom(nowMillis: number): void {
    this.#dropOld(nowMillis);
    while (this.#entries.size > CAPACITY * 0.9) {
      this.#level += 1;
      for (const [key, entry] of this.#entries) {
        if (entry.rank < this.#level) this.#entries.delete(key);
        else entry.level = Math.max(entry.level, this.#level);
      }
    }
  }

  #dropOld(nowMillis: number): void {
    const since = nowMillis - this.#windowMillis;
    for (const [key, { lastMillis }] of this.#entries) if (lastMillis <= since) this.#entries.delete(key);
  }
}
