// Jobs that this process adds to BullMQ's queues, without those that were there already.
import { jobAdded } from '../../catalog/jobs.ts';
import type { Registry } from '../../core/recording/registry.ts';
import { type BullmqJob, kindOf } from './job.ts';

/** As many keys of deduplication and schedulers as are remembered, to tell a job that was there already. */
const MOST_KEYS = 1000;

/** A job of a flow, with those that it waits for. */
export interface BullmqFlow {
  readonly job: BullmqJob;
  readonly children?: readonly BullmqFlow[];
}

export class BullmqAdded {
  readonly #added;
  /** The last job of each key. */
  readonly #lastIds = new Map<string, string | undefined>();

  constructor(registry: Registry) {
    this.#added = registry.instrument(jobAdded);
  }

  add(job: BullmqJob | undefined): void {
    if (job !== undefined && this.#isNew(job)) this.#added.add(1, kindOf(job));
  }

  addAll(jobs: readonly BullmqJob[]): void {
    for (const job of jobs) this.add(job);
  }

  addFlows(flows: readonly (BullmqFlow | undefined)[] = []): void {
    for (const flow of flows) {
      this.add(flow?.job);
      this.addFlows(flow?.children);
    }
  }

  /** In place of a job that would be there twice, BullMQ gives the one that is there: that which had the same key before. */
  #isNew(job: BullmqJob): boolean {
    const key = job.deduplicationId ?? job.repeatJobKey;
    if (key === undefined) return true;
    const place = `${job.queueQualifiedName ?? job.queueName} ${key}`;
    const isNew = this.#lastIds.get(place) !== job.id;
    // What was seen last is last to be forgotten.
    this.#lastIds.delete(place);
    this.#lastIds.set(place, job.id);
    if (this.#lastIds.size > MOST_KEYS) this.#lastIds.delete(this.#lastIds.keys().next().value!);
    return isNew;
  }
}
