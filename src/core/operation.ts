// Times an operation, synchronous or not, and says how it ended; the shape that every helper shares.

/** What is told of an operation that ended. */
export interface OperationEnd {
  readonly durationSeconds: number;
  /** Why it failed: the error's code or name, `_OTHER` where it has neither; undefined if it did not fail. */
  readonly errorType: string | undefined;
}

/** The `error.type` of what one side gave up before it was complete, where nothing says more. */
export const ABORTED = 'aborted';

export type OperationListener = (end: OperationEnd) => void;

/**
 * Runs a function and tells when it ended: on return, or for a promise when it settles. The caller gets the very
 * value, promise or error that the function gave; nothing that the listener throws reaches it. A thenable that is no
 * promise, such as a query builder, ends on return: asking for its result could be what starts it.
 */
export function timeOperation<Result>(run: () => Result, ended: OperationListener): Result {
  const startMillis = performance.now();
  let result: Result;
  try {
    result = run();
  } catch (error) {
    tell(ended, startMillis, errorTypeOf(error));
    throw error;
  }
  if (result instanceof Promise) {
    // Both outcomes are handled here, so this branch never becomes an unhandled rejection of its own.
    result.then(
      () => tell(ended, startMillis, undefined),
      (error: unknown) => tell(ended, startMillis, errorTypeOf(error)),
    );
  } else tell(ended, startMillis, undefined);
  return result;
}

/**
 * The `error.type` of whatever was thrown: a code such as ECONNREFUSED, else the error's name. An abort has another code in
 * every library, but one name.
 */
export function errorTypeOf(error: unknown): string {
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    if (typeof code === 'string' && code !== '' && name !== 'AbortError') return code;
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // A thrown null, or an error whose getters throw, is an error like any other.
  }
  return '_OTHER';
}

function tell(ended: OperationListener, startMillis: number, errorType: string | undefined): void {
  try {
    ended({ durationSeconds: (performance.now() - startMillis) / 1000, errorType });
  } catch {
    // Recording never fails by contract; a listener that does must not fail the operation it watched.
  }
}
