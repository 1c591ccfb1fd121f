// The `error.type` of errors of mysql2.
import { errorTypeOf } from '../../core/operation.ts';

/** A code such as ER_NO_SUCH_TABLE; the server's number where mysql2 has no name for it, as for some of MariaDB's own. */
export function mysql2ErrorType(error: unknown): string {
  const type = errorTypeOf(error);
  if (type !== 'Error') return type;
  const { errno } = error as { readonly errno?: unknown };
  return typeof errno === 'number' ? String(errno) : type;
}
