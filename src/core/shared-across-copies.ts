// Process-wide values, shared by all copies of promtel in a process, such as a preloaded copy and one in a bundle.

/** Holds a value that may be set later. */
export interface SharedSlot<Value> {
  /** Undefined until one of the copies has set it. */
  value: Value | undefined;
}

/**
 * The slot of a name. Names end with a version, such as `running.1`, which is raised when older copies could not use the value:
 * until then its public fields and methods keep their names, and no copy uses private ones of another.
 */
export function sharedSlot<Value>(name: string): SharedSlot<Value> {
  const key = Symbol.for(`promtel.${name}`);
  const holder = globalThis as { [key: symbol]: Value | undefined };
  return {
    get value() {
      return holder[key];
    },
    set value(value) {
      holder[key] = value;
    },
  };
}

/** Returns a getter of the value of a name; the first call of it, in any copy, creates the value. */
export function sharedAcrossCopies<Value>(name: string, make: () => Value): () => Value {
  const slot = sharedSlot<Value>(name);
  return () => (slot.value ??= make());
}
