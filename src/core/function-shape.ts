// Copies name, length, properties and prototype of a function to the wrapper that replaces it.

/** Properties that a wrapper keeps as its own. */
const NOT_COPIED = new Set<PropertyKey>(['prototype', 'arguments', 'caller']);

/** Makes a wrapper look like the original; also its prototype, by which libraries detect async functions. */
export function copyFunctionShape<Wrapper extends object>(wrapper: Wrapper, original: object): Wrapper {
  for (const key of Reflect.ownKeys(original))
    if (!NOT_COPIED.has(key)) Reflect.defineProperty(wrapper, key, Object.getOwnPropertyDescriptor(original, key)!);
  const kind = Object.getPrototypeOf(original) as object | null;
  if (Object.getPrototypeOf(wrapper) !== kind) Reflect.setPrototypeOf(wrapper, kind);
  return wrapper;
}
