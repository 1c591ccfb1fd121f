// The state of a job queue and the gauges that show it, shared by BullMQ and the API.
import { queueConcurrency, queueJobs, queueOldestJobAge, queuePaused, queueWorkers } from '../../catalog/jobs.ts';
import type { StateFields } from '../state-gauges.ts';

/** How many jobs a queue has, and what else is known of it; what is left out is not on the page. */
export interface QueueReading {
  readonly waiting?: number | undefined;
  readonly active?: number | undefined;
  readonly completed?: number | undefined;
  readonly failed?: number | undefined;
  readonly delayed?: number | undefined;
  readonly prioritized?: number | undefined;
  readonly paused?: number | undefined;
  readonly waitingChildren?: number | undefined;
  /** Seconds for which the oldest job that could be worked on has been waiting; 0 where none is. */
  readonly oldestSeconds?: number | undefined;
  readonly isPaused?: boolean | undefined;
  /** Workers that run in this process. */
  readonly workers?: number | undefined;
  /** Jobs that these workers take on at a time. */
  readonly concurrency?: number | undefined;
}

export const QUEUE_FIELDS: StateFields<QueueReading> = {
  waiting: [queueJobs, { 'queue.state': 'waiting' }],
  active: [queueJobs, { 'queue.state': 'active' }],
  completed: [queueJobs, { 'queue.state': 'completed' }],
  failed: [queueJobs, { 'queue.state': 'failed' }],
  delayed: [queueJobs, { 'queue.state': 'delayed' }],
  prioritized: [queueJobs, { 'queue.state': 'prioritized' }],
  paused: [queueJobs, { 'queue.state': 'paused' }],
  waitingChildren: [queueJobs, { 'queue.state': 'waiting-children' }],
  oldestSeconds: [queueOldestJobAge],
  isPaused: [queuePaused],
  workers: [queueWorkers],
  concurrency: [queueConcurrency],
};
