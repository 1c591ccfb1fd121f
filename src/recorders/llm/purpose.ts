// What the code that runs just now calls LLMs for, as it was told at some point above it, through promises and callbacks.
import { contextOf } from '../../core/context.ts';

const purposes = contextOf<string>('purpose.1');

/** Runs a function, and whatever it starts, with a purpose; one told beneath takes its place there. */
export function withPurpose<Result>(purpose: string, run: () => Result): Result {
  return purposes.run(purpose, run);
}

/** The purpose of what runs just now; undefined if none was told. */
export function currentPurpose(): string | undefined {
  return purposes.current();
}
