// Yields to the event loop during long work, so that nothing else waits for more than a few milliseconds.

/** How long work runs before it yields: short enough to stay below 10 ms with a garbage collection on top. */
const STRETCH_MILLIS = 2;

export class EventLoopYield {
  #resumedMillis = performance.now();

  /** Whether it is time to yield. */
  get isYieldDue(): boolean {
    return performance.now() - this.#resumedMillis > STRETCH_MILLIS;
  }

  /** Lets everything run that is waiting. */
  async yield(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#resumedMillis = performance.now();
  }
}
