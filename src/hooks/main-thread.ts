// What belongs to the whole process is read in its main thread: each worker thread would count it once more.
import type { CollectCallback } from '../core/recording/registry.ts';

/** Lets a callback do its work in the main thread only. Asked at the first collection: it takes a millisecond. */
export function inMainThread(callback: CollectCallback): CollectCallback {
  return () => (process.getBuiltinModule('node:worker_threads').isMainThread ? callback() : undefined);
}
