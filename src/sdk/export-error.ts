// Describes why an export failed, whatever library the error comes from.
import { errorTypeOf } from '../core/operation.ts';
import { messageOf } from '../core/problem.ts';

export interface ExportCause {
  /** For `error.type`: a status or an error code, of low cardinality. */
  readonly type: string;
  /** For a log, on one line. */
  readonly text: string;
}

interface AnyError {
  readonly code?: unknown;
  readonly errors?: readonly unknown[];
}

export function causeOf(error: unknown): ExportCause {
  const { code, errors } = (typeof error === 'object' && error !== null ? error : {}) as AnyError;
  const text = messageOf(error);
  // Node's error for a host with several addresses has no message; the errors for each address have one.
  if (text === '' && Array.isArray(errors) && errors.length > 0) return { type: errorTypeOf(error), text: messageOf(errors[0]) };
  if (typeof code !== 'number') return { type: errorTypeOf(error), text };
  const status = /^\d+ ([A-Z_]+):/.exec(text)?.[1];
  return status === undefined ? { type: String(code), text: `${code} ${text}`.trim() } : { type: status, text };
}
