// Wraps a method or event handler of one object, its own or inherited, and unwraps it.
import { copyFunctionShape } from '../core/function-shape.ts';
import type { Undo } from './instrumentation.ts';
import type { Method } from './wrap-method.ts';

const NOTHING: Undo = () => {};

/**
 * Replaces a function of one object by what `around` makes of it. The function returned restores the object, unless the function
 * was replaced since. An object without such a function, or one that cannot be changed, stays as it is.
 */
export function wrapOwnMethod(holder: object, name: string, around: (original: Method) => Method): Undo {
  const original: unknown = Reflect.get(holder, name);
  if (typeof original !== 'function') return NOTHING;
  const wrapped = copyFunctionShape(around(original as Method), original);
  const own = Object.getOwnPropertyDescriptor(holder, name);
  const isReplaced = (): boolean => Reflect.get(holder, name) === wrapped;
  if (isAccessor(holder, name)) {
    Reflect.set(holder, name, wrapped);
    return () => void (isReplaced() && Reflect.set(holder, name, original));
  }
  // An inherited function is not among the keys of the object, so its wrapper must not be either.
  const enumerable = own?.enumerable ?? false;
  Reflect.defineProperty(holder, name, { value: wrapped, writable: true, configurable: true, enumerable });
  return () => {
    if (!isReplaced()) return;
    if (own === undefined) Reflect.deleteProperty(holder, name);
    else Reflect.defineProperty(holder, name, own);
  };
}

function isAccessor(holder: object, name: string): boolean {
  for (let owner: object | null = holder; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor.value === undefined;
  }
  return false;
}
