// The one registry of a process, shared by every copy of promtel that was loaded into it.
import { Registry } from './registry.ts';

// The number goes up when copies can no longer understand each other's registry.
const KEY = Symbol.for('promtel.registry.1');

interface Holder {
  [KEY]?: Registry;
}

/** The registry of the register entry, the API and the testing helpers. */
export function sharedRegistry(): Registry {
  const holder = globalThis as Holder;
  return (holder[KEY] ??= new Registry());
}
