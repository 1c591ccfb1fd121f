// Makes a function that stands for another look like it: name, length, properties and prototype.

/** What belongs to one function alone. */
const OWN = new Set<PropertyKey>(['prototype', 'arguments', 'caller']);

/** Gives a function the name, length, properties and prototype of the one that it stands for: libraries ask whether it is async. */
export function copyFunctionShape<Wrapper extends object>(wrapper: Wrapper, original: object): Wrapper {
  for (const key of Reflect.ownKeys(original))
    if (!OWN.has(key)) Reflect.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key)!);
  const kind = Object.getPrototypeOf(original) as object | null;
  if (Object.getPrototypeOf(wrapper) !== kind) Reflect.setPrototypeOf(wrapper, kind);
  return wrapper;
}
