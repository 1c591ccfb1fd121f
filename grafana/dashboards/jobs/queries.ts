// The queries that several panels of jobs and queues show.
import { queueName, queueState } from '../../../src/catalog/attributes.ts';
import { jobDuration, queueJobs } from '../../../src/catalog/jobs.ts';
import { type AttributeSpec } from '../../../src/core/attribute.ts';
import { matching, maxBy, type Promql, ratio, sumBy } from '../../../src/core/naming/promql.ts';
import { WINDOW } from '../../kit/dashboard.ts';

/** The queues that are selected. */
export const QUEUE = { 'queue.name': matching('$queue') } as const;

/** Jobs that ended, well or for good. */
const FINISHED = { ...QUEUE, 'job.outcome': matching('completed|failed') } as const;

/** Jobs that a worker could take on now, by queue. Every process that reads a queue reports the same number. */
export function ready({ value }: Promql): string {
  const jobs = value(queueJobs, { ...QUEUE, 'queue.state': matching('waiting|prioritized') });
  return sumBy([queueName], maxBy([queueName, queueState], jobs));
}

/** Jobs that ended, per second. */
export function finished({ rate }: Promql, labels: readonly AttributeSpec[]): string {
  return sumBy(labels, rate(jobDuration, WINDOW, FINISHED));
}

/** Share of the jobs that ended which failed for good. */
export function failureRatio(promql: Promql, labels: readonly AttributeSpec[]): string {
  return ratio(sumBy(labels, promql.rate(jobDuration, WINDOW, { ...QUEUE, 'job.outcome': 'failed' })), finished(promql, labels));
}
