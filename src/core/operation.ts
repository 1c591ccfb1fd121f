// Times an operation, synchronous or not, and says how it ended; the shape that every helper shares.
import { nowMillis } from './clock.ts';
import { copyFunctionShape } from './function-shape.ts';

/** What is told of an operation that ended. */
export interface OperationEnd {
  readonly durationSeconds: number;
  /** Why it failed: the error's code or name, `_OTHER` where it has neither; undefined if it did not fail. */
  readonly errorType: string | undefined;
}

/** The `error.type` of what one side gave up before it was complete, where nothing says more. */
export const ABORTED = 'aborted';

/** Is told how it ended, and what it gave: its result, or the error if there is an error type. */
export type OperationListener = (end: OperationEnd, given: unknown) => void;

type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown, ...rest: unknown[]) => unknown;

const { isPromise } = process.getBuiltinModule('node:util').types;

/**
 * Runs a function and tells when it ended: on return, or when what it returned settles. Nothing that the listener throws
 * reaches the caller, who gets the function's value or error; in place of a plain promise, one that settles alike after
 * the end was told, so that a rejection nobody handles stays one. Any other thenable, such as a query builder, is handed on
 * itself and never started: its end is told when the caller has asked for its result. `startMillis` is when it started, by
 * `nowMillis`, if that is over already.
 */
export function timeOperation<Result>(run: () => Result, ended: OperationListener, startMillis = nowMillis()): Result {
  let result: Result;
  try {
    result = run();
  } catch (error) {
    tell(ended, startMillis, errorTypeOf(error), error);
    throw error;
  }
  let isTold = false;
  const end: End = (errorType, given) => {
    if (!isTold) tell(ended, startMillis, errorType, given);
    isTold = true;
  };
  try {
    if (isPlainPromise(result)) return followPromise(result, end) as Result;
    const then = thenOf(result);
    if (then !== undefined && noteAsking(result as object, then, end)) return result;
  } catch {
    // A promise or thenable that does not let itself be looked at is handed on as it is.
  }
  end(undefined, result);
  return result;
}

type End = (errorType: string | undefined, given: unknown) => void;

/** A promise made by the Promise of this realm or another, and by no subclass, whose `then` could do anything. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (!isPromise(value) || Object.hasOwn(value, 'then')) return false;
  const root = Object.getPrototypeOf(Object.getPrototypeOf(value)) as object | null;
  return root !== null && Object.getPrototypeOf(root) === null;
}

/** Asking the promise itself would mark its rejection as handled, so the caller is given the one that comes of asking. */
function followPromise(promise: Promise<unknown>, end: End): Promise<unknown> {
  const followed = promise.then(...noting(undefined, undefined, end));
  // As on the promise of a promisified `exec`, which has its child process.
  for (const name of Object.getOwnPropertyNames(promise))
    Reflect.defineProperty(followed, name, Object.getOwnPropertyDescriptor(promise, name)!);
  return followed;
}

function thenOf(value: unknown): Then | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const { then } = value as { readonly then?: unknown };
  return typeof then === 'function' ? (then as Then) : undefined;
}

/** Notes the end as soon as somebody asks for the result; false where the object cannot be watched. */
function noteAsking(thenable: object, then: Then, end: End): boolean {
  const value: Then = function (onFulfilled, onRejected, ...rest) {
    return Reflect.apply(then, this, [...noting(onFulfilled, onRejected, end), ...rest]);
  };
  const looks = { value: copyFunctionShape(value, then), configurable: true, writable: true, enumerable: false };
  // oxlint-disable-next-line unicorn/no-thenable -- it has one already
  return Reflect.defineProperty(thenable, 'then', looks);
}

type Handler = (outcome: unknown) => unknown;

/** The handlers of a `then`, noting the end before they are called; one that is missing hands on, as it does when missing. */
function noting(onFulfilled: unknown, onRejected: unknown, end: End): [Handler, Handler] {
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

function tell(ended: OperationListener, startMillis: number, errorType: string | undefined, given: unknown): void {
  try {
    ended({ durationSeconds: (nowMillis() - startMillis) / 1000, errorType }, given);
  } catch {
    // Recording never fails by contract; a listener that does must not fail the operation it watched.
  }
}
