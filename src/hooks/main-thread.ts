// Reads values of the whole process in its main thread only: each worker thread would count them once more.
import type { CollectCallback } from '../core/recording/registry.ts';

/**
 * Makes a callback that does nothing in a worker thread. The thread is looked up at a collection: at start-up it takes a
 * millisecond.
 */
export function inMainThread(callback: CollectCallback): CollectCallback {
  return () => (process.getBuiltinModule('node:worker_threads').isMainThread ? callback() : undefined);
}
