// Reads values of the whole process in its main thread only: each worker thread would count them once more.
import type { CollectCallback } from '../core/recording/registry.ts';

/** Makes a callback that does nothing in a worker thread. */
export function inMainThread(callback: CollectCallback): CollectCallback {
  return () => (isMainThread() ? callback() : undefined);
}

/**
 * Whether this is no worker thread. Node marks the functions of `process` that worker threads lack as disabled; to load
 * node:worker_threads, which says it in so many words, takes two milliseconds.
 */
export function isMainThread(): boolean {
  return (process.chdir as { readonly disabled?: boolean }).disabled !== true;
}
