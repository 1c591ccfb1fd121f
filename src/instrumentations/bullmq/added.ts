// Jobs that this process adds to BullMQ's queues, by patched methods of Job, FlowProducer and JobScheduler: each counted once.
import type { Guard, Undo } from '../../hooks/instrumentation.ts';
import { observePromiseMethod } from '../../hooks/promise-method.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import type { JobRecorder } from '../../recorders/jobs/jobs.ts';
import type { BullmqJob, BullmqLibrary } from './library.ts';

/** How many keys of deduplication and of schedulers are remembered, to recognise a job that was there already. */
const MOST_KEYS = 1000;

/** A job of a flow, with those that it waits for. */
interface Flow {
  readonly job: BullmqJob;
  readonly children?: readonly Flow[];
}

export class BullmqAdded {
  readonly #jobs: JobRecorder;
  /** The last job of each key. */
  readonly #lastIds = new Map<string, string | undefined>();

  constructor(jobs: JobRecorder) {
    this.#jobs = jobs;
  }

  observe({ Job, FlowProducer, JobScheduler }: BullmqLibrary, guard: Guard): Undo {
    const onAdded = (holder: object, name: string, count: (added: unknown) => void): Undo =>
      observePromiseMethod(holder, name, guard, { before: () => true, fulfilled: count });
    const addOne = (job: unknown): void => this.#add(job as BullmqJob | undefined);
    const addAll = (jobs: unknown): void => (jobs as BullmqJob[]).forEach((job) => this.#add(job));
    return undoAll([
      onAdded(Job, 'create', addOne),
      onAdded(Job, 'createBulk', addAll),
      onAdded(FlowProducer.prototype, 'add', (flow) => this.#addFlows([flow as Flow | undefined])),
      onAdded(FlowProducer.prototype, 'addBulk', (flows) => this.#addFlows(flows as Flow[] | undefined)),
      ...(JobScheduler === undefined ? [] : [onAdded(JobScheduler.prototype, 'upsertJobScheduler', addOne)]),
    ]);
  }

  #add(job: BullmqJob | undefined): void {
    if (job !== undefined && this.#isNew(job)) this.#jobs.seriesOf(job.queueName, job.name).countAdded();
  }

  #addFlows(flows: readonly (Flow | undefined)[] = []): void {
    for (const flow of flows) {
      this.#add(flow?.job);
      this.#addFlows(flow?.children);
    }
  }

  /** BullMQ does not add a job whose key is taken, but gives the one that is there: the last one that was seen with this key. */
  #isNew(job: BullmqJob): boolean {
    const key = job.deduplicationId ?? job.repeatJobKey;
    if (key === undefined) return true;
    const place = `${job.queueQualifiedName ?? job.queueName} ${key}`;
    const isNew = this.#lastIds.get(place) !== job.id;
    // Set anew, so that the one that was seen longest ago is the first to be forgotten.
    this.#lastIds.delete(place);
    this.#lastIds.set(place, job.id);
    if (this.#lastIds.size > MOST_KEYS) this.#lastIds.delete(this.#lastIds.keys().next().value!);
    return isNew;
  }
}
