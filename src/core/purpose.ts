// What the code that runs just now calls LLMs for, as it was told at some point above it, through promises and callbacks.
import type { AsyncLocalStorage } from 'node:async_hooks';

const KEY = Symbol.for('promtel.purpose.1');

interface Holder {
  /** Made when the first purpose is told: before Node 24 it makes every promise of the process dearer. */
  [KEY]?: AsyncLocalStorage<string>;
}

/** Runs a function, and whatever it starts, with a purpose; one told beneath takes its place there. */
export function withPurpose<Result>(purpose: string, run: () => Result): Result {
  const holder = globalThis as Holder;
  holder[KEY] ??= new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)<string>();
  return holder[KEY].run(purpose, run);
}

/** The purpose of what runs just now; undefined if none was told. */
export function currentPurpose(): string | undefined {
  return (globalThis as Holder)[KEY]?.getStore();
}
