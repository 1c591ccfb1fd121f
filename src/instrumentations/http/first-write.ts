// Reads the first bytes that are written to a stream, for protocols whose response no library publishes.
import type { Duplex } from 'node:stream';
import type { Guard, Undo } from '../../hooks/instrumentation.ts';
import { observeOwnCalls } from '../../hooks/observe-calls.ts';
import { undoAll } from '../../hooks/undo-all.ts';

const MOST_CHARACTERS = 64;

/**
 * Calls back with the start of the first chunk, as text. Until then the inner write methods of the stream are patched, which both
 * `write` and `end` call; the function returned stops it.
 */
export function onFirstWrite(stream: Duplex, guard: Guard, written: (text: string) => void): Undo {
  const read = (chunk: unknown): void => {
    undo();
    const text = chunk instanceof Uint8Array ? Buffer.from(chunk.subarray(0, MOST_CHARACTERS)).toString('latin1') : String(chunk);
    written(text.slice(0, MOST_CHARACTERS));
  };
  const undo = undoAll([
    observeOwnCalls(stream, '_write', guard, { before: (_, [chunk]: [unknown]) => read(chunk) }),
    observeOwnCalls(stream, '_writev', guard, {
      before: (_, [chunks]: [readonly { readonly chunk: unknown }[]]) => read(chunks[0]?.chunk),
    }),
  ]);
  return undo;
}
