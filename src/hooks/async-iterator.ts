// Observes an async iterator in place: its values as they are read by the application, and how it ended. It reads nothing itself.
import type { Guard } from './instrumentation.ts';

/** Of the last three, one is called, once. */
export interface IteratorListener<Value> {
  value(value: Value): void;
  ended(): void;
  failed(error: unknown): void;
  /** The reader stopped before the end. */
  stopped(): void;
}

type Step = (...values: unknown[]) => unknown;

/** Observes an iterator that was not read yet; each step runs within `run`. */
export function observeAsyncIterator<Value>(
  iterator: AsyncIterator<Value>,
  listener: IteratorListener<Value>,
  guard: Guard,
  run: <Result>(step: () => Result) => Result = (step) => step(),
): void {
  const fulfilled = guard(({ done, value }: IteratorResult<Value>) => (done === true ? listener.ended() : listener.value(value)));
  const failed = guard((error: unknown) => listener.failed(error));
  const stopped = guard(() => listener.stopped());
  const observeStep = guard((promise: PromiseLike<IteratorResult<Value>>) => void promise.then(fulfilled, failed));
  const wrap = (name: 'next' | 'return' | 'throw', report: (result: unknown) => void): void => {
    const original = iterator[name] as Step | undefined;
    if (typeof original !== 'function') return;
    const value: Step = (...values) => {
      const result = run(() => Reflect.apply(original, iterator, values));
      report(result);
      return result;
    };
    Object.defineProperty(iterator, name, { value, configurable: true, writable: true });
  };
  wrap('next', observeStep as (result: unknown) => void);
  wrap('return', stopped);
  wrap('throw', stopped);
}
