// Sees the first bytes that are written to a stream, for protocols whose answer no library publishes.
import type { Duplex } from 'node:stream';
import type { Guard, Undo } from '../../hooks/instrumentation.ts';

type Method = (this: unknown, ...values: unknown[]) => unknown;

const MOST_CHARACTERS = 64;

/**
 * Tells the start of what is written first, as text. Until then the stream's inner write methods are shadowed, through which
 * both `write` and `end` go; the function returned ends it sooner.
 */
export function onFirstWrite(stream: Duplex, guard: Guard, tell: (text: string) => void): Undo {
  const see = (chunk: unknown): void => {
    undo();
    const text = chunk instanceof Uint8Array ? Buffer.from(chunk.subarray(0, MOST_CHARACTERS)).toString('latin1') : String(chunk);
    tell(text.slice(0, MOST_CHARACTERS));
  };
  const seeFirst = (chunks: unknown): void => see((chunks as readonly { readonly chunk: unknown }[])[0]?.chunk);
  const uncoverOne = shadow(stream, '_write', guard(see));
  const uncoverMany = shadow(stream, '_writev', guard(seeFirst));
  const undo = (): void => {
    uncoverOne();
    uncoverMany();
  };
  return undo;
}

function shadow(stream: Duplex, name: '_write' | '_writev', before: (first: unknown) => void): Undo {
  const own = Object.getOwnPropertyDescriptor(stream, name);
  const original = stream[name] as Method | null | undefined;
  if (typeof original !== 'function') return () => {};
  const value = function (this: unknown, ...values: unknown[]): unknown {
    before(values[0]);
    return original.apply(this, values);
  };
  Object.defineProperty(stream, name, { value, configurable: true, writable: true });
  return () => {
    if (own !== undefined) Object.defineProperty(stream, name, own);
    else Reflect.deleteProperty(stream, name);
  };
}
