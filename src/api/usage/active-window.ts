// Counts how many different ones were seen within a time that slides, in bounded memory and without keeping who they are.

/** One that was seen, as a hash that only this process can make. */
export interface Mark {
  /** 48 bits of the hash. */
  readonly key: number;
  /** How many of its other bits are zero before the first that is not: half of all have one at least, a quarter two … */
  readonly rank: number;
}

interface Seen {
  readonly rank: number;
  lastMillis: number;
  /** It stands for itself and those of lower rank that were not kept: for two to the power of this. */
  level: number;
}

/** How many are kept, and up to which number a window is exact. */
const CAPACITY = 10_000;

/** As soon as there are so few of them, more are kept. */
const FEW = CAPACITY / 8;

/**
 * Exact up to 10,000. When more were seen, it keeps those whose hash has a rank, half of them or fewer, each of which stands for as
 * many as were let go: the number is then an estimate (distinct sampling), whose standard error is 1 over the square root of what
 * is kept, 1.1 to 1.4 %. What is no longer within the window is let go, and when few are left, all are kept again.
 */
export class ActiveWindow {
  readonly #windowMillis: number;
  readonly #seen = new Map<number, Seen>();
  /** The lowest rank that is kept. */
  #level = 0;

  constructor(windowMillis: number) {
    this.#windowMillis = windowMillis;
  }

  see({ key, rank }: Mark, nowMillis: number): void {
    if (rank < this.#level) return;
    const seen = this.#seen.get(key);
    if (seen !== undefined) {
      seen.lastMillis = nowMillis;
      seen.level = this.#level;
      return;
    }
    if (this.#seen.size >= CAPACITY) this.#makeRoom(nowMillis);
    if (rank >= this.#level) this.#seen.set(key, { rank, lastMillis: nowMillis, level: this.#level });
  }

  /** How many there are. */
  count(nowMillis: number): number {
    this.#letGo(nowMillis);
    let count = 0;
    for (const { level } of this.#seen.values()) count += 2 ** level;
    if (this.#level > 0 && this.#seen.size < FEW) this.#level -= 1;
    return count;
  }

  /** A tenth at least, so that room is made once in a thousand new ones, not for every one. */
  #makeRoom(nowMillis: number): void {
    this.#letGo(nowMillis);
    while (this.#seen.size > CAPACITY * 0.9) {
      this.#level += 1;
      for (const [key, seen] of this.#seen) {
        if (seen.rank < this.#level) this.#seen.delete(key);
        else seen.level = Math.max(seen.level, this.#level);
      }
    }
  }

  #letGo(nowMillis: number): void {
    const since = nowMillis - this.#windowMillis;
    for (const [key, { lastMillis }] of this.#seen) if (lastMillis <= since) this.#seen.delete(key);
  }
}
