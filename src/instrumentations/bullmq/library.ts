// The parts of BullMQ that are patched and read: its classes and its jobs.

/** Not the main file, which is recognised only under the package's own name: a second version has an alias. */
export const CLASSES_FILE = 'dist/cjs/classes/index.js';

interface Class {
  readonly prototype: object;
}

export interface BullmqLibrary {
  readonly Job: Class;
  readonly Queue: Class;
  readonly QueueBase: Class;
  readonly Worker: Class;
  readonly FlowProducer: Class;
  /** Since 5.16. */
  readonly JobScheduler?: Class;
}

/** A job, as far as it is read. */
export interface BullmqJob {
  readonly id?: string;
  readonly name: string;
  readonly queueName: string;
  /** The queue with its prefix. */
  readonly queueQualifiedName?: string;
  /** When it was added and taken on, Unix time in milliseconds. */
  readonly timestamp: number;
  readonly processedOn?: number;
  /** Only of a job that is done for good. */
  readonly finishedOn?: number | null;
  readonly attemptsStarted: number;
  /** The delay that it was added with, in milliseconds; `job.delay` is 0 once that is over. */
  readonly opts: { readonly delay?: number };
  readonly deduplicationId?: string;
  readonly repeatJobKey?: string;
}
