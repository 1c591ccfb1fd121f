// Wraps a method in a function that looks the same, with its name, length and properties, and unwraps it.
import { copyFunctionShape } from '../core/function-shape.ts';

export type Method = (this: unknown, ...values: unknown[]) => unknown;

/**
 * Replaces `holder[name]` by what `around` makes of it; the function returned puts the original back. Throws a TypeError if the
 * holder has no such method of its own.
 */
export function wrapMethod(holder: object, name: string, around: (original: Method) => Method): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  if (typeof before?.value !== 'function') throw new TypeError(`there is no method ${name} to patch`);
  const original = before.value as Method;
  const wrapped = copyFunctionShape(around(original), original);
  Object.defineProperty(holder, name, { ...before, value: wrapped });
  return () => {
    // Where somebody wrapped the method after us, our wrapper stays below theirs.
    if ((holder as Record<string, unknown>)[name] === wrapped) Object.defineProperty(holder, name, before);
  };
}
