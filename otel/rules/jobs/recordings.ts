// What the alerts of jobs and queues read, recorded: the jobs that are ready to run, and the share of jobs that fail.
import { queueName } from '../../../src/catalog/attributes.ts';
import type { Promql } from '../../../src/core/naming/promql.ts';
import type { Recording } from '../rule.ts';
import { failureRatio, readyJobs } from './queries.ts';

/** Jobs of a queue that a worker could take on now. */
export const READY = 'queue:queue_jobs_ready:max';

/** Share of the jobs that ended which failed for good. */
export const FAILURE_RATIO = 'job_queue:job_attempts_failed:ratio_rate15m';

export function recordings(promql: Promql): Recording[] {
  return [
    { record: READY, expr: readyJobs(promql) },
    { record: FAILURE_RATIO, expr: failureRatio(promql, '15m', ['job', queueName]) },
  ];
}
