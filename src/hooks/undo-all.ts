// Joins several undo functions into one.
import type { Undo } from './instrumentation.ts';

/** Undoes everything, the last first: what was put on top comes off first. */
export function undoAll(undos: readonly Undo[]): Undo {
  return () => {
    for (const undo of undos.toReversed()) undo();
  };
}
