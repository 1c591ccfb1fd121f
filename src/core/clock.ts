// The monotonic clock that durations are measured with.
import { performance } from 'node:perf_hooks';

/** Milliseconds since the process began. Bound once, since the global `performance` is a getter that costs more than the clock. */
export const nowMillis: () => number = performance.now.bind(performance);
