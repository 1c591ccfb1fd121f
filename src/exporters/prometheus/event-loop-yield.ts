// Keeps long work from holding up the event loop: it rests whenever it has run for a few milliseconds.

/** How long work runs at a stretch: short enough that a collection of garbage, which comes on top, stays below 10 ms. */
const STRETCH_MILLIS = 2;

export class EventLoopYield {
  #beganMillis = performance.now();

  /** Whether it is time to rest. */
  get isDue(): boolean {
    return performance.now() - this.#beganMillis > STRETCH_MILLIS;
  }

  /** Lets everything else run that is waiting. */
  async yield(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#beganMillis = performance.now();
  }
}
