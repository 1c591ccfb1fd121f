// The purpose of LLM calls, `llm.purpose`, kept in async context from where it was set.
import { contextOf } from '../../core/context.ts';

const purposes = contextOf<string>('purpose.1');

/** Runs a function, and all that it starts, with a purpose; a purpose that is set within replaces it there. */
export function withPurpose<Result>(purpose: string, run: () => Result): Result {
  return purposes.run(purpose, run);
}

/** The purpose of the running code; undefined if none was set. */
export function currentPurpose(): string | undefined {
  return purposes.current();
}
