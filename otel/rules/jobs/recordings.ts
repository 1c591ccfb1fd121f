// What the alerts of jobs and queues read, recorded: the jobs that are ready to run, and the share of jobs that fail.
import { queueName, queueState } from '../../../src/catalog/attributes.ts';
import { jobDuration, queueJobs } from '../../../src/catalog/jobs.ts';
import { matching, maxBy, type Promql, ratio, sumBy } from '../../../src/core/naming/promql.ts';
import type { Recording } from '../rule.ts';

/** Jobs of a queue that a worker could take on now. */
export const READY = 'queue:queue_jobs_ready:max';

/** Share of the jobs that ended which failed for good. */
export const FAILURE_RATIO = 'job_queue:job_attempts_failed:ratio_rate15m';

export function recordings({ value, rate }: Promql): Recording[] {
  const ready = value(queueJobs, { 'queue.state': matching('waiting|prioritized') });
  return [
    { record: READY, expr: sumBy([queueName], maxBy([queueName, queueState], ready)) },
    {
      record: FAILURE_RATIO,
      expr: ratio(
        sumBy(['job', queueName], rate(jobDuration, '15m', { 'job.outcome': 'failed' })),
        sumBy(['job', queueName], rate(jobDuration, '15m', { 'job.outcome': matching('completed|failed') })),
      ),
    },
  ];
}
