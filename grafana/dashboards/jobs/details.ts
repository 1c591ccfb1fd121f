// The tables: every queue and every kind of job, to find the one that is behind or slow.
import { jobName, queueName } from '../../../src/catalog/attributes.ts';
import { jobActive, jobDuration, queueOldestJobAge, queueWorkers } from '../../../src/catalog/jobs.ts';
import { maxBy, type Promql, sumBy } from '../../../src/core/naming/promql.ts';
import { type Row, WINDOW } from '../../kit/dashboard.ts';
import { failureRatio, finished, QUEUE, ready } from './queries.ts';

export function details(promql: Promql): Row {
  const { value, rate, sumRate, quantile } = promql;
  const kinds = [queueName, jobName] as const;
  return {
    title: 'Every queue and every job',
    panels: [
      {
        kind: 'table',
        title: 'Queues',
        description:
          'Each queue as it is now. Sort by age to find the one that is behind; no workers with jobs that wait is the worst case.',
        unit: 'short',
        columns: { queue_name: 'Queue' },
        queries: [
          { expr: ready(promql), legend: 'Ready' },
          { expr: maxBy([queueName], value(queueOldestJobAge, QUEUE)), legend: 'Oldest', unit: 's' },
          { expr: sumBy([queueName], value(queueWorkers, QUEUE)), legend: 'Workers', unit: 'none' },
          { expr: sumBy([queueName], value(jobActive, QUEUE)), legend: 'In progress', unit: 'none' },
          { expr: finished(promql, [queueName]), legend: 'Finished', unit: 'ops' },
          { expr: failureRatio(promql, [queueName]), legend: 'Failed', unit: 'percentunit' },
        ],
      },
      {
        kind: 'table',
        title: 'Kinds of jobs',
        description:
          "Each kind of job as it is now. Sort by “Workers held” to find the kind that takes most of the workers' time.",
        unit: 's',
        columns: { queue_name: 'Queue', job_name: 'Job' },
        queries: [
          { expr: finished(promql, kinds), legend: 'Finished', unit: 'ops' },
          { expr: failureRatio(promql, kinds), legend: 'Failed', unit: 'percentunit' },
          {
            expr: `${sumBy(kinds, sumRate(jobDuration, WINDOW, QUEUE))} / (${sumBy(kinds, rate(jobDuration, WINDOW, QUEUE))} > 0)`,
            legend: 'Mean',
          },
          { expr: quantile(0.95, jobDuration, WINDOW, kinds, QUEUE), legend: 'p95' },
          { expr: sumBy(kinds, sumRate(jobDuration, WINDOW, QUEUE)), legend: 'Workers held', unit: 'none' },
        ],
      },
    ],
  };
}
