// Decides which collections end the interval that a value such as a CPU utilization is computed over.

/** Collections closer together than this share an interval: over a few milliseconds, a utilization is either 0 or 1. */
const SHORTEST_SECONDS = 3;

/**
 * The interval between two collections. Each collection ends one and starts the next, so that a value covers the whole time
 * since the collection before, whatever the scrape interval is. Several readers share the intervals: a reader that collects
 * right after another gets the same values.
 */
export class CollectionInterval {
  #beganAtSeconds: number | undefined;

  /** Whether an interval ends now; if not, the values of the last interval are still valid. The first collection ends one. */
  ends(nowSeconds = process.uptime()): boolean {
    if (this.#beganAtSeconds !== undefined && nowSeconds - this.#beganAtSeconds < SHORTEST_SECONDS) return false;
    this.#beganAtSeconds = nowSeconds;
    return true;
  }
}
