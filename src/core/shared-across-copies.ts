// A value that all copies of promtel in a process share, such as the one that is preloaded and one that the application bundled.

/** Where a value is kept that is set late, if at all. */
export interface SharedSlot<Value> {
  /** Undefined until one of the copies has set it. */
  value: Value | undefined;
}

/**
 * The slot of a name, which ends with a number: `running.1`. The number goes up when a copy of another version could no
 * longer use the value.
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

/** Returns a function that gives the value of a name; the first copy to call it makes the value. */
export function sharedAcrossCopies<Value>(name: string, make: () => Value): () => Value {
  const slot = sharedSlot<Value>(name);
  return () => (slot.value ??= make());
}
