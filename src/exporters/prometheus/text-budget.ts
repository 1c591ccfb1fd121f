// The budget for page text that is kept between scrapes: a few megabytes for all formats of a page together.

/** Enough for two formats of a page with 18,000 lines; of a larger page the rest is written anew at every scrape. */
export const TEXT_BUDGET_BYTES = 4 * 1024 * 1024;

/** What a kept piece takes beside its bytes: a Buffer, its memory block, and the entry that holds it. */
const PIECE_OVERHEAD_BYTES = 400;

export class TextBudget {
  readonly #limitBytes: number;
  readonly #shares = new Set<TextShare>();
  #scrapes = 0;

  constructor(limitBytes: number = TEXT_BUDGET_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** How much is kept at the moment. */
  get keptBytes(): number {
    let bytes = 0;
    for (const share of this.#shares) bytes += share.keptBytes;
    return bytes;
  }

  /** The share of one format; `drop` frees all text that it keeps. */
  openShare(drop: () => void): TextShare {
    const share = new TextShare(this, drop);
    this.#shares.add(share);
    return share;
  }

  /** @internal */
  close(share: TextShare): void {
    this.#shares.delete(share);
  }

  /** @internal */
  nextScrape(): number {
    this.#scrapes += 1;
    return this.#scrapes;
  }

  /**
   * Whether a share may keep so many bytes more. A format that was not scraped while this one was scraped twice gives its
   * room up, the longest unread first. Two that are scraped in turn do not: each would only throw the other's text away.
   *
   * @internal
   */
  hasRoom(requesting: TextShare, bytes: number): boolean {
    while (this.keptBytes + bytes > this.#limitBytes) {
      const idle = this.#longestUnread(requesting);
      if (idle === undefined) return false;
      idle.drop();
    }
    return true;
  }

  #longestUnread(requesting: TextShare): TextShare | undefined {
    let found: TextShare | undefined;
    for (const share of this.#shares) {
      if (share.keptBytes === 0 || share.lastScrape >= requesting.previousScrape) continue;
      if (found === undefined || share.lastScrape < found.lastScrape) found = share;
    }
    return found;
  }
}

/** What one format keeps of the budget. */
export class TextShare {
  keptBytes = 0;
  /** The numbers of the two latest scrapes of this format, among all scrapes. */
  lastScrape = 0;
  previousScrape = 0;

  readonly #budget: TextBudget;
  readonly #drop: () => void;
  #isClosed = false;

  constructor(budget: TextBudget, drop: () => void) {
    this.#budget = budget;
    this.#drop = drop;
  }

  beginScrape(): void {
    this.previousScrape = this.lastScrape;
    this.lastScrape = this.#budget.nextScrape();
  }

  /** Whether a piece of text may be kept; what is kept has to be released. */
  keep({ length }: Buffer): boolean {
    const bytes = length + PIECE_OVERHEAD_BYTES;
    if (this.#isClosed || !this.#budget.hasRoom(this, bytes)) return false;
    this.keptBytes += bytes;
    return true;
  }

  release({ length }: Buffer): void {
    this.keptBytes -= length + PIECE_OVERHEAD_BYTES;
  }

  drop(): void {
    this.#drop();
  }

  /** Drops everything, and keeps nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
    this.#budget.close(this);
  }
}
