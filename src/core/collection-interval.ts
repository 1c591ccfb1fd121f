// Decides when values that cover an interval, such as a utilization, begin a new one.

/** Collections closer than this share an interval: over a few milliseconds any share is 0 or 1. */
const SHORTEST_SECONDS = 3;

/**
 * The time between collections. Each collection ends an interval and begins the next, so that a value covers all that
 * happened since the one before, whatever the scrape interval is. With several readers the collections of all of them
 * count: each reader sees the latest interval, and one that comes right after another sees the same values.
 */
export class CollectionInterval {
  #beganAtSeconds: number | undefined;

  /** Whether an interval ends now; if not, the values of the last one still stand. The first collection ends one. */
  ends(nowSeconds = process.uptime()): boolean {
    if (this.#beganAtSeconds !== undefined && nowSeconds - this.#beganAtSeconds < SHORTEST_SECONDS) return false;
    this.#beganAtSeconds = nowSeconds;
    return true;
  }
}
