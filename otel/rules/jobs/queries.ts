// The queries of jobs and queues that both the rules and the dashboard ask.
import { queueName, queueState } from '../../../src/catalog/attributes.ts';
import { jobDuration, queueJobs } from '../../../src/catalog/jobs.ts';
import { type Label, type Match, matching, maxBy, type Promql, ratio, sumBy } from '../../../src/core/naming/promql.ts';

interface OfQueues {
  readonly 'queue.name'?: Match;
}

/** Jobs that a worker could take on now, by queue. Every process that reads a queue reports the same number. */
export function readyJobs({ value }: Promql, queues: OfQueues = {}): string {
  const jobs = value(queueJobs, { ...queues, 'queue.state': matching('waiting|prioritized') });
  return sumBy([queueName], maxBy([queueName, queueState], jobs));
}

/** Jobs per second that ended, completed or failed for good. */
export function finishedJobs({ rate }: Promql, window: string, labels: readonly Label[], queues: OfQueues = {}): string {
  return sumBy(labels, rate(jobDuration, window, { ...queues, 'job.outcome': matching('completed|failed') }));
}

/** Share of the jobs that ended which failed for good. */
export function failureRatio(promql: Promql, window: string, labels: readonly Label[], queues: OfQueues = {}): string {
  const failed = sumBy(labels, promql.rate(jobDuration, window, { ...queues, 'job.outcome': 'failed' }));
  return ratio(failed, finishedJobs(promql, window, labels, queues));
}
