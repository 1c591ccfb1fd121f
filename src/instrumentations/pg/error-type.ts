// The `error.type` of errors of pg and pg-pool, some of which have no code.
import { errorTypeOf } from '../../core/operation.ts';

/** Errors of pg and pg-pool that have neither a code nor a name, by their messages. */
const NAMELESS: readonly (readonly [message: RegExp, type: string])[] = [
  [/^Query read timeout$|^timeout expired$|due to connection timeout$/, 'timeout'],
  [/^Connection terminated|not queryable$/, 'closed'],
];

/** The SQLSTATE of a server's error, such as `23505`; else the code of the error, or what its message says. */
export function pgErrorType(error: unknown): string {
  const type = errorTypeOf(error);
  if (type !== 'Error') return type;
  const { message } = error as Error;
  return NAMELESS.find(([pattern]) => pattern.test(message))?.[1] ?? type;
}
