// Puts a function around a method or handler of one object, its own or inherited, and takes it off again.
import { copyFunctionShape } from '../core/function-shape.ts';
import type { Undo } from './instrumentation.ts';
import type { Method } from './wrap-method.ts';

const NOTHING: Undo = () => {};

/**
 * Replaces the function that one object has under a name by what `around` makes of it. The function returned puts back what was
 * there, unless somebody has replaced it since. An object without such a function, or one that does not let itself be changed,
 * stays as it is.
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
  // What an object inherits does not show among its keys, and neither does what stands for it.
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
