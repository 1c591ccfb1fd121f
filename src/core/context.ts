// A value for the code that runs now and for whatever it starts, through promises and callbacks, in every copy of promtel.
import type { AsyncLocalStorage } from 'node:async_hooks';
import { sharedSlot } from './shared-across-copies.ts';

export interface Context<Value> {
  /** Undefined outside of every `run`. */
  current(): Value | undefined;
  /** Runs a function, and whatever it starts, with a value; a `run` inside it replaces the value there. */
  run<Result>(value: Value, run: () => Result): Result;
  /** Sets the value for what runs next, and whatever it starts. */
  enter(value: Value): void;
}

/** Costs nothing until a value is set: before Node 24 the storage makes every promise of the process dearer. */
export function contextOf<Value>(name: string): Context<Value> {
  const shared = sharedSlot<AsyncLocalStorage<Value>>(name);
  const storage = (): AsyncLocalStorage<Value> =>
    (shared.value ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)<Value>());
  return {
    current: () => shared.value?.getStore(),
    run: (value, run) => storage().run(value, run),
    enter: (value) => storage().enterWith(value),
  };
}
