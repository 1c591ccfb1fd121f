// Times a synchronous or asynchronous function and reports how it ended; used by trackers and by every `track` of the API.
import { nowMillis } from './clock.ts';
import { copyFunctionShape } from './function-shape.ts';

/** How an operation ended. */
export interface OperationEnd {
  readonly durationSeconds: number;
  /** Why it failed: the code or name of the error, `_OTHER` if it has neither; undefined if it succeeded. */
  readonly errorType: string | undefined;
}

/** The `error.type` of an operation that one side aborted, where nothing more precise is known. */
export const ABORTED = 'aborted';

/** Called when an operation has ended, with its result, or with its error if `errorType` is set. */
export type OperationListener = (end: OperationEnd, result: unknown) => void;

type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown, ...rest: unknown[]) => unknown;

const { isPromise } = process.getBuiltinModule('node:util').types;

/**
 * Runs a function, returns its result or throws its error, and calls the listener when it has ended: on return, or when the
 * returned promise settles. Errors of the listener are swallowed. For a plain promise, the caller gets a new promise with the
 * same outcome that settles after the listener was called; a rejection that nobody handles remains unhandled. Any other
 * thenable, such as a query builder, is returned itself and is not started: it ends when the caller has called `then` and the
 * result has arrived. `startMillis`, as of `nowMillis`, is for a function that is already running.
 */
export function timeOperation<Result>(run: () => Result, ended: OperationListener, startMillis = nowMillis()): Result {
  let result: Result;
  try {
    result = run();
  } catch (error) {
    notify(ended, startMillis, errorTypeOf(error), error);
    throw error;
  }
  let isEnded = false;
  const end: End = (errorType, outcome) => {
    if (!isEnded) notify(ended, startMillis, errorType, outcome);
    isEnded = true;
  };
  try {
    if (isPlainPromise(result)) return observePromise(result, end) as Result;
    const then = thenOf(result);
    if (then !== undefined && observeThen(result as object, then, end)) return result;
  } catch {
    // A promise or thenable that cannot be inspected is returned as it is.
  }
  end(undefined, result);
  return result;
}

type End = (errorType: string | undefined, outcome: unknown) => void;

/** Whether a value is an instance of Promise itself, of any realm; the `then` of a subclass could have side effects. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (!isPromise(value) || Object.hasOwn(value, 'then')) return false;
  const root = Object.getPrototypeOf(Object.getPrototypeOf(value)) as object | null;
  return root !== null && Object.getPrototypeOf(root) === null;
}

/** Returns the promise that `then` gives: calling `then` marks a rejection of the original as handled. */
function observePromise(promise: Promise<unknown>, end: End): Promise<unknown> {
  const observed = promise.then(...endingHandlers(undefined, undefined, end));
  // Such as `child` on the promise of a promisified `exec`.
  for (const name of Object.getOwnPropertyNames(promise))
    Reflect.defineProperty(observed, name, Object.getOwnPropertyDescriptor(promise, name)!);
  return observed;
}

function thenOf(value: unknown): Then | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const { then } = value as { readonly then?: unknown };
  return typeof then === 'function' ? (then as Then) : undefined;
}

/** Calls `end` when `then` was called and the result has arrived; returns false if the thenable cannot be patched. */
function observeThen(thenable: object, then: Then, end: End): boolean {
  const observed: Then = function (onFulfilled, onRejected, ...rest) {
    return Reflect.apply(then, this, [...endingHandlers(onFulfilled, onRejected, end), ...rest]);
  };
  const descriptor = { value: copyFunctionShape(observed, then), configurable: true, writable: true, enumerable: false };
  // oxlint-disable-next-line unicorn/no-thenable -- it has one already
  return Reflect.defineProperty(thenable, 'then', descriptor);
}

type Handler = (outcome: unknown) => unknown;

/** The handlers for a `then`, each calling `end` first; a missing handler passes the result or error on, as `then` does. */
function endingHandlers(onFulfilled: unknown, onRejected: unknown, end: End): [Handler, Handler] {
  return [
    (value) => {
      end(undefined, value);
      return typeof onFulfilled === 'function' ? (onFulfilled as Handler)(value) : value;
    },
    (error) => {
      end(errorTypeOf(error), error);
      if (typeof onRejected === 'function') return (onRejected as Handler)(error);
      throw error;
    },
  ];
}

/**
 * The `error.type` of a thrown value: its code, such as ECONNREFUSED, else its name. An abort is always AbortError, since its
 * code differs between libraries.
 */
export function errorTypeOf(error: unknown): string {
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    if (typeof code === 'string' && code !== '' && name !== 'AbortError') return code;
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // Null was thrown, or a getter of the error throws.
  }
  return '_OTHER';
}

function notify(ended: OperationListener, startMillis: number, errorType: string | undefined, outcome: unknown): void {
  try {
    ended({ durationSeconds: (nowMillis() - startMillis) / 1000, errorType }, outcome);
  } catch {
    // A listener that fails must not fail the operation.
  }
}
