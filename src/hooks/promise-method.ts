// Follows the calls of a method that gives a promise: each is told once how it ended. The caller is given a promise that settles
// alike, after the end was told, so that a rejection that nobody handles stays one; or else its own, which is overheard.
import type { Guard, Undo } from './instrumentation.ts';
import { wrapMethod } from './wrap-method.ts';

const { isPromise } = process.getBuiltinModule('node:util').types;

/** What is told of a call when its promise settles. */
export interface PromisedCall {
  /** Makes the call, by what it is given; it is made as it is where this is left out. */
  run?(make: () => unknown): unknown;
  done?(result: unknown): void;
  failed(error: unknown): void;
}

export type BeginCall<This, First, Second> = (self: This, first: First, second: Second) => PromisedCall | undefined;

/** The call that is about to be made; where two follow a method, the outer one is told and the inner one lets it pass. */
let calledOn: unknown;
let calledWith: readonly unknown[] | undefined;

/** Calls `begin` with the object and the first arguments of each call; undefined if the call is of no concern. */
export function observePromiseMethod<This, First, Second>(
  holder: object,
  name: string,
  guard: Guard,
  begin: BeginCall<This, First, Second>,
): Undo {
  const start = guard(begin);
  const tellDone = guard((call: PromisedCall, result: unknown) => call.done?.(result));
  const tellFailed = guard((call: PromisedCall, error: unknown) => call.failed(error));
  const follow = guard((promise: unknown, call: PromisedCall): unknown =>
    settleAfter(
      promise,
      (result) => tellDone(call, result),
      (error) => tellFailed(call, error),
    ),
  );
  return wrapMethod(holder, name, (method) => {
    return function (...values) {
      if (isBeingCalled(this, values)) return method.apply(this, values);
      const call = start(this as This, values[0] as First, values[1] as Second);
      setCalled(this, values);
      try {
        const make = (): unknown => method.apply(this, values);
        const promise = call?.run === undefined ? make() : call.run(make);
        return call === undefined ? promise : (follow(promise, call) ?? promise);
      } finally {
        setCalled(undefined, undefined);
      }
    };
  });
}

/** A promise that settles as the given one does, once that was told; whatever else is given, itself. */
export function settleAfter(
  promise: unknown,
  tellDone: (result: unknown) => void,
  tellFailed?: (error: unknown) => void,
): unknown {
  if (!isPromise(promise)) return promise;
  return promise.then(
    (result) => {
      tellDone(result);
      return result;
    },
    tellFailed &&
      ((error: unknown) => {
        tellFailed(error);
        throw error;
      }),
  );
}

/**
 * Tells that a promise has settled, either way, and gives the promise itself. With one in between, what awaits it would come a turn
 * later, and a library that does many things at once would do them in another order: BullMQ would ask Redis for jobs more often.
 * Only for a promise that the library itself awaits, since Node.js no longer reports a rejection that was heard here.
 */
export function onSettled(promise: unknown, tell: () => void): unknown {
  if (isPromise(promise)) promise.then(tell, tell);
  return promise;
}

function setCalled(self: unknown, values: readonly unknown[] | undefined): void {
  calledOn = self;
  calledWith = values;
}

function isBeingCalled(self: unknown, values: readonly unknown[]): boolean {
  return calledWith !== undefined && calledOn === self && calledWith[0] === values[0] && calledWith[1] === values[1];
}
