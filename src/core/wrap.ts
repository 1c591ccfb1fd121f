// Puts a function around a method so that it looks the same, with its name, length and properties, and takes it off again.

export type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Replaces `holder[name]` by what `around` makes of it; the function returned puts the original back. */
export function wrap(holder: object, name: string, around: (original: Method) => Method): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  if (typeof before?.value !== 'function') throw new TypeError(`there is no method ${name} to patch`);
  const original = before.value as Method;
  const wrapped = Object.assign(around(original), original);
  for (const looks of ['name', 'length'] as const)
    Object.defineProperty(wrapped, looks, { value: original[looks], configurable: true });
  Object.defineProperty(holder, name, { ...before, value: wrapped });
  return () => {
    // Whoever wrapped it after us keeps what is his, and ours stays below it.
    if ((holder as Record<string, unknown>)[name] === wrapped) Object.defineProperty(holder, name, before);
  };
}
