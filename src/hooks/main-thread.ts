// What belongs to the whole process is read in its main thread: each worker thread would count it once more.
import type { CollectCallback } from '../core/recording/registry.ts';

/** Lets a callback do its work in the main thread only. */
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
