// The `error.type` of what fails at a PostgreSQL server or on the way to it, for which pg has no code in every case.
import { errorTypeOf } from '../../core/operation.ts';

/** Errors of pg and pg-pool that have neither a code nor a name, told apart by their words. */
const NAMELESS: readonly (readonly [words: RegExp, type: string])[] = [
  [/^Query read timeout$|^timeout expired$|due to connection timeout$/, 'timeout'],
  [/^Connection terminated|not queryable$/, 'closed'],
];

/** The SQLSTATE of what the server refused, such as `23505`; else the code of the error, or what its words say. */
export function pgErrorType(error: unknown): string {
  const type = errorTypeOf(error);
  if (type !== 'Error') return type;
  const { message } = error as Error;
  return NAMELESS.find(([words]) => words.test(message))?.[1] ?? type;
}
