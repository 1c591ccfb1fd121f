// Observes the calls of a method that returns a promise: a function runs before each call, another when its promise has settled.
//
// The caller is given a promise that settles alike, after the outcome was reported, so that an unhandled rejection stays one.
// Where the library itself awaits the promise, `onSettled` can leave it the very same one.
import type { Guard, Undo } from './instrumentation.ts';
import { type Method, wrapMethod } from './wrap-method.ts';

const { isPromise } = process.getBuiltinModule('node:util').types;

/** `This` is the object that the method is called on, `Values` are the arguments of the call. */
export interface PromiseObserver<This, Values extends unknown[], State> {
  /** Runs before the call. What it returns is passed to the others; if that is undefined, the call is not observed. */
  readonly before: (self: This, values: Values) => State | undefined;
  /** Makes the call, where it has to run in a context. */
  readonly run?: (call: () => unknown, state: State) => unknown;
  readonly fulfilled?: (result: unknown, state: State) => void;
  readonly rejected?: (error: unknown, state: State) => void;
}

/** Observes a method that `holder` itself has, such as the prototype of a class. Throws a TypeError if it has no such method. */
export function observePromiseMethod<This, Values extends unknown[], State>(
  holder: object,
  name: string,
  guard: Guard,
  { before, run, fulfilled, rejected }: PromiseObserver<This, Values, State>,
): Undo {
  const runBefore = guard(before);
  const runFulfilled = fulfilled && guard(fulfilled);
  const runRejected = rejected && guard(rejected);
  const settle = guard(settleAfter<State>);
  // Where somebody wrapped the method after us, our wrapper stays below theirs, and must do nothing any more.
  let isUndone = false;
  const unwrap = wrapMethod(holder, name, (method) => {
    return function (...values) {
      const state = isUndone ? undefined : runBefore(this as This, values as Values);
      if (state === undefined) return method.apply(this, values);
      const promise = run === undefined ? method.apply(this, values) : run(callOf(method, this, values), state);
      return settle(promise, runFulfilled, runRejected, state) ?? promise;
    };
  });
  return () => {
    isUndone = true;
    unwrap();
  };
}

/** A closure in the wrapper itself would cost every call, whether it is needed or not. */
function callOf(method: Method, self: unknown, values: unknown[]): () => unknown {
  return () => method.apply(self, values);
}

/** A promise that settles as the given one does, after that was reported; anything but a promise is returned as it is. */
export function settleAfter<State = undefined>(
  promise: unknown,
  fulfilled: ((result: unknown, state: State) => void) | undefined,
  rejected?: (error: unknown, state: State) => void,
  state?: State,
): unknown {
  if (!isPromise(promise)) return promise;
  return promise.then(
    fulfilled &&
      ((result) => {
        fulfilled(result, state as State);
        return result;
      }),
    rejected &&
      ((error: unknown) => {
        rejected(error, state as State);
        throw error;
      }),
  );
}

/**
 * Calls back when a promise has settled, either way, and returns the promise itself. With another in between, what awaits it
 * would run a turn later, and a library that does many things at once would do them in another order: BullMQ would request jobs
 * from Redis more often. Only for a promise that the library itself awaits, since Node.js no longer reports a rejection that has
 * a handler here.
 */
export function onSettled(promise: unknown, settled: () => void): unknown {
  if (isPromise(promise)) promise.then(settled, settled);
  return promise;
}
