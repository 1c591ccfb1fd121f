// An async context: a value that follows a call through promises and callbacks, shared by all copies of promtel in a process.
import type { AsyncLocalStorage } from 'node:async_hooks';
import { sharedSlot } from './shared-across-copies.ts';

export interface Context<Value> {
  /** Undefined outside of every `run`. */
  current(): Value | undefined;
  /** Runs a function, and the asynchronous work that it starts, with a value. A nested `run` replaces the value inside it. */
  run<Result>(value: Value, run: () => Result): Result;
  /** Sets the value for the rest of the current call, and for the asynchronous work that it starts. */
  enter(value: Value): void;
}

/**
 * Gives the context of a name, as `sharedSlot` names it. Its AsyncLocalStorage is created when a value is first set: before
 * Node 24 it slows every promise of the process.
 */
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
