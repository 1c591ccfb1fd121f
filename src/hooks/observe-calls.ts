// Observes the calls of a method: a function runs before each call, another when it has returned. Nothing else changes.
import type { Guard, Undo } from './instrumentation.ts';
import { type Method, wrapMethod } from './wrap-method.ts';
import { wrapOwnMethod } from './wrap-own-method.ts';

/** `This` is the object that the method is called on, `Values` are the arguments of the call. */
export interface CallObserver<This, Values extends unknown[], State> {
  /** Runs before the call. It may replace arguments, in place; what it returns is passed to `after`. */
  readonly before?: (self: This, values: Values) => State;
  /** Runs when the call has returned, not if it threw. The state is undefined if `before` failed or there is none. */
  readonly after?: (self: This, values: Values, result: unknown, state: State | undefined) => void;
}

/** Observes a method that `holder` itself has, such as the prototype of a class. Throws a TypeError if it has no such method. */
export function observeCalls<This, Values extends unknown[], State = void>(
  holder: object,
  name: string,
  guard: Guard,
  observer: CallObserver<This, Values, State>,
): Undo {
  return observe(wrapMethod, holder, name, guard, observer);
}

/** Observes a method of one object, its own or inherited. An object without such a method stays as it is. */
export function observeOwnCalls<This, Values extends unknown[], State = void>(
  object: object,
  name: string,
  guard: Guard,
  observer: CallObserver<This, Values, State>,
): Undo {
  return observe(wrapOwnMethod, object, name, guard, observer);
}

function observe<This, Values extends unknown[], State>(
  wrap: (holder: object, name: string, around: (original: Method) => Method) => Undo,
  holder: object,
  name: string,
  guard: Guard,
  { before, after }: CallObserver<This, Values, State>,
): Undo {
  const runBefore = before && guard(before);
  const runAfter = after && guard(after);
  // Where somebody wrapped the method after us, our wrapper stays below theirs, and must do nothing any more.
  let isUndone = false;
  const unwrap = wrap(holder, name, (original) => {
    return function (...values) {
      if (isUndone) return original.apply(this, values);
      const state = runBefore?.(this as This, values as Values);
      const result = original.apply(this, values);
      runAfter?.(this as This, values as Values, result, state);
      return result;
    };
  });
  return () => {
    isUndone = true;
    unwrap();
  };
}
