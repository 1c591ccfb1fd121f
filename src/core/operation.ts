// Times a function, synchronous or not, and reports how it ended: what every tracker and every `track` of the API does.
import { nowMillis } from './clock.ts';
import { copyFunctionShape } from './function-shape.ts';

/** How an operation ended. */
export interface OperationEnd {
  readonly durationSeconds: number;
  /** Why it failed: the error's code or name, `_OTHER` where it has neither; undefined if it did not fail. */
  readonly errorType: string | undefined;
}

/** The `error.type` of an operation that one side aborted, where nothing is more precise. */
export const ABORTED = 'aborted';

/** Called when an operation has ended, with its result, or with its error if there is an error type. */
export type OperationListener = (end: OperationEnd, result: unknown) => void;

type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown, ...rest: unknown[]) => unknown;

const { isPromise } = process.getBuiltinModule('node:util').types;

/**
 * Runs a function and calls the listener when it has ended: on return, or when the promise that it returned settles. Nothing that
 * the listener throws reaches the caller, who gets the function's result or error. In place of a plain promise the caller gets
 * one that settles alike after the listener was called, so that an unhandled rejection stays one. Any other thenable, such as a
 * query builder, is returned itself and never started: it ends when its result has come, once the caller has asked for it.
 * `startMillis` is the start, by `nowMillis`, of a function that has been running already.
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
  const end: End = (errorType, given) => {
    if (!isEnded) notify(ended, startMillis, errorType, given);
    isEnded = true;
  };
  try {
    if (isPlainPromise(result)) return followPromise(result, end) as Result;
    const then = thenOf(result);
    if (then !== undefined && observeThen(result as object, then, end)) return result;
  } catch {
    // A promise or thenable that cannot be inspected is returned as it is.
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

/** To call `then` marks the promise's rejection as handled, so the caller gets the promise that `then` returned. */
function followPromise(promise: Promise<unknown>, end: End): Promise<unknown> {
  const followed = promise.then(...endingHandlers(undefined, undefined, end));
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

/** Calls `end` once somebody has called `then` and the result has come; false if the thenable cannot be changed. */
function observeThen(thenable: object, then: Then, end: End): boolean {
  const value: Then = function (onFulfilled, onRejected, ...rest) {
    return Reflect.apply(then, this, [...endingHandlers(onFulfilled, onRejected, end), ...rest]);
  };
  const looks = { value: copyFunctionShape(value, then), configurable: true, writable: true, enumerable: false };
  // oxlint-disable-next-line unicorn/no-thenable -- it has one already
  return Reflect.defineProperty(thenable, 'then', looks);
}

type Handler = (outcome: unknown) => unknown;

/** The handlers of a `then`, with `end` called before each; a missing one passes on the result or error, as it does without. */
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

function notify(ended: OperationListener, startMillis: number, errorType: string | undefined, given: unknown): void {
  try {
    ended({ durationSeconds: (nowMillis() - startMillis) / 1000, errorType }, given);
  } catch {
    // A listener that fails must not fail the operation.
  }
}
