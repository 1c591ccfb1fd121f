// Follows an async iterator in place: what it gives is seen as it goes by, and how it ended; it is read by nobody else.
import type { Guard } from './instrumentation.ts';

/** What is told of an iterator; of its end once, by one of the last three. */
export interface IteratorListener<Value> {
  gave(value: Value): void;
  ended(): void;
  failed(error: unknown): void;
  /** Whoever read it has read enough. */
  left(): void;
}

type Step = (...values: unknown[]) => unknown;

/** Watches an iterator that nobody has begun to read; `run` is handed each step that it takes. */
export function observeAsyncIterator<Value>(
  iterator: AsyncIterator<Value>,
  listener: IteratorListener<Value>,
  guard: Guard,
  run: <Result>(step: () => Result) => Result = (step) => step(),
): void {
  const took = guard(({ done, value }: IteratorResult<Value>) => (done === true ? listener.ended() : listener.gave(value)));
  const failed = guard((error: unknown) => listener.failed(error));
  const left = guard(() => listener.left());
  const watch = guard((given: PromiseLike<IteratorResult<Value>>) => void given.then(took, failed));
  const cover = (name: 'next' | 'return' | 'throw', told: (given: unknown) => void): void => {
    const original = iterator[name] as Step | undefined;
    if (typeof original !== 'function') return;
    const value: Step = (...values) => {
      const given = run(() => Reflect.apply(original, iterator, values));
      told(given);
      return given;
    };
    Object.defineProperty(iterator, name, { value, configurable: true, writable: true });
  };
  cover('next', watch as (given: unknown) => void);
  cover('return', left);
  cover('throw', left);
}
