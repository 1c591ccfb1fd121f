// The depth of queues as it is on the page: shown by the process that reads a queue, and off again when it no longer does.
import type { queueState } from '../../catalog/attributes.ts';
import { queueJobs, queueOldestJobAge, queuePaused } from '../../catalog/jobs.ts';
import type { Registry } from '../../core/recording/registry.ts';

export type QueueState = (typeof queueState.values)[number];

export interface QueueDepth {
  readonly jobs: readonly (readonly [state: QueueState, count: number])[];
  /** How long the oldest job that could be worked on has been waiting, by the clock of Redis; 0 if there is none. */
  readonly oldestJobAgeSeconds: number;
  readonly isPaused: boolean;
}

export class QueueDepths {
  readonly #jobs;
  readonly #oldestAge;
  readonly #paused;
  readonly #shown = new Map<string, readonly QueueState[]>();

  constructor(registry: Registry) {
    this.#jobs = registry.instrument(queueJobs);
    this.#oldestAge = registry.instrument(queueOldestJobAge);
    this.#paused = registry.instrument(queuePaused);
  }

  show(name: string, { jobs, oldestJobAgeSeconds, isPaused }: QueueDepth): void {
    const queue = { 'queue.name': name };
    for (const [state, count] of jobs) this.#jobs.set(count, { ...queue, 'queue.state': state });
    this.#oldestAge.set(oldestJobAgeSeconds, queue);
    this.#paused.set(Number(isPaused), queue);
    this.#shown.set(
      name,
      jobs.map(([state]) => state),
    );
  }

  /** A queue that is not shown stays as it is: another may be showing it. */
  hide(name: string): void {
    const queue = { 'queue.name': name };
    for (const state of this.#shown.get(name) ?? []) this.#jobs.remove({ ...queue, 'queue.state': state });
    if (!this.#shown.delete(name)) return;
    this.#oldestAge.remove(queue);
    this.#paused.remove(queue);
  }
}
