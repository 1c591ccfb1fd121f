// Counts the workers of job queues in this process, and how many jobs they take on at a time, when metrics are collected.
import { queueConcurrency, queueWorkers } from '../../catalog/jobs.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import { WeakList } from '../../hooks/weak-list.ts';

export class JobWorkers<Worker extends object> {
  readonly #count;
  readonly #concurrency;
  readonly #concurrencyOf;
  readonly #workers = new WeakList<Worker, string>();
  #shown = new Set<string>();

  /** `concurrencyOf` gives undefined for a closed worker. */
  constructor(
    { registry, onCollect }: Pick<Attachment, 'registry' | 'onCollect'>,
    concurrencyOf: (worker: Worker) => number | undefined,
  ) {
    this.#count = registry.instrument(queueWorkers);
    this.#concurrency = registry.instrument(queueConcurrency);
    this.#concurrencyOf = concurrencyOf;
    onCollect(() => this.#read());
  }

  /** Counts a worker from now on, until it is closed or garbage collected; a queue without workers then shows 0. */
  add(worker: Worker, queue: string): void {
    if (!this.#workers.add(worker, queue)) return;
    this.#count.bind({ 'queue.name': queue });
    this.#concurrency.bind({ 'queue.name': queue });
  }

  #read(): void {
    const totals = new Map([...this.#shown].map((queue) => [queue, { count: 0, concurrency: 0 }]));
    this.#shown = new Set();
    for (const [worker, queue] of this.#workers) {
      const concurrency = this.#concurrencyOf(worker);
      if (concurrency === undefined) continue;
      const before = totals.get(queue) ?? { count: 0, concurrency: 0 };
      totals.set(queue, { count: before.count + 1, concurrency: before.concurrency + concurrency });
      this.#shown.add(queue);
    }
    for (const [queue, { count, concurrency }] of totals) {
      this.#count.set(count, { 'queue.name': queue });
      this.#concurrency.set(concurrency, { 'queue.name': queue });
    }
  }
}
