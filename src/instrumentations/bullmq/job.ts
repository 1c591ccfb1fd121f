// A job as BullMQ's objects show it, as far as it is read.
import type { JobKind } from '../../recorders/jobs/attempts.ts';

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
  /** The delay that it was added with; `job.delay` is 0 once that is over. */
  readonly opts: { readonly delay?: number };
  readonly deduplicationId?: string;
  readonly repeatJobKey?: string;
}

export function kindOf({ queueName, name }: BullmqJob): JobKind {
  return { 'queue.name': queueName, 'job.name': name };
}
