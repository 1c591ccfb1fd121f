// Puts a function around a method so that it looks the same, with its name, length and properties, and takes it off again.

export type Method = (this: unknown, ...values: unknown[]) => unknown;

/** What belongs to one function alone. */
const OWN = new Set<PropertyKey>(['prototype', 'arguments', 'caller']);

/** Gives a function the name, length, properties and prototype of the one that it stands for: libraries ask whether it is async. */
export function likeness<Wrapper extends object>(wrapper: Wrapper, original: object): Wrapper {
  for (const key of Reflect.ownKeys(original))
    if (!OWN.has(key)) Reflect.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key)!);
  const kind = Object.getPrototypeOf(original) as object | null;
  if (Object.getPrototypeOf(wrapper) !== kind) Reflect.setPrototypeOf(wrapper, kind);
  return wrapper;
}

/** Replaces `holder[name]` by what `around` makes of it; the function returned puts the original back. */
export function wrap(holder: object, name: string, around: (original: Method) => Method): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  if (typeof before?.value !== 'function') throw new TypeError(`there is no method ${name} to patch`);
  const original = before.value as Method;
  const wrapped = likeness(around(original), original);
  Object.defineProperty(holder, name, { ...before, value: wrapped });
  return () => {
    // What somebody else wrapped after us stays wrapped, with ours below it.
    if ((holder as Record<string, unknown>)[name] === wrapped) Object.defineProperty(holder, name, before);
  };
}
