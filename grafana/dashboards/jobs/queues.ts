// The queues over time: what waits, for how long, and whether workers keep up with what is added.
import { JOBS } from '../../../otel/rules/thresholds.ts';
import { queueName, queueState } from '../../../src/catalog/attributes.ts';
import { jobAdded, jobWaitDuration, queueJobs, queueOldestJobAge, queueWorkers } from '../../../src/catalog/jobs.ts';
import { maxBy, on, type Promql, sumBy } from '../../../src/core/naming/promql.ts';
import { type Row, WINDOW } from '../../kit/dashboard.ts';
import { finished, QUEUE, ready } from './queries.ts';

export function queues(promql: Promql): Row {
  const { value, rate, quantile } = promql;
  return {
    title: 'Queues',
    panels: [
      {
        kind: 'graph',
        title: 'Jobs ready to run by queue',
        description: 'Jobs that a worker could take on now. A line that climbs means that more is added than is finished.',
        unit: 'short',
        min: 0,
        thresholds: [JOBS.waiting.value, 10 * JOBS.waiting.value],
        queries: [{ expr: ready(promql), legend: '{{queue_name}}' }],
      },
      {
        kind: 'graph',
        title: 'Oldest job by queue',
        description:
          'How long the oldest job that is ready to run has been waiting. A straight climb means that nothing is taken on.',
        unit: 's',
        min: 0,
        thresholds: [JOBS.oldestAge.value / 2, JOBS.oldestAge.value],
        queries: [{ expr: maxBy([queueName], value(queueOldestJobAge, QUEUE)), legend: '{{queue_name}}' }],
      },
      {
        kind: 'graph',
        title: 'Jobs added and finished',
        description: 'Jobs per second that enter and leave each queue. Where more are added than finished, the backlog grows.',
        unit: 'ops',
        min: 0,
        queries: [
          { expr: sumBy([queueName], rate(jobAdded, WINDOW, QUEUE)), legend: '{{queue_name}} added' },
          { expr: finished(promql, [queueName]), legend: '{{queue_name}} finished' },
        ],
      },
      {
        kind: 'graph',
        title: 'Time to drain by queue',
        description:
          'How long the workers need, at their present pace, for the jobs that are ready to run. Absent where nothing is finished.',
        unit: 's',
        min: 0,
        thresholds: [JOBS.drain.value / 2, JOBS.drain.value],
        queries: [
          {
            expr: `${ready(promql)} / ${on([queueName])} (${finished(promql, [queueName])} > 0)`,
            legend: '{{queue_name}}',
          },
        ],
      },
      {
        kind: 'graph',
        title: 'Jobs by state',
        description:
          'All jobs that the queues hold. Many delayed jobs are retries that wait; many failed ones are work that was lost.',
        unit: 'short',
        min: 0,
        isStacked: true,
        queries: [
          {
            expr: sumBy([queueState], maxBy([queueName, queueState], value(queueJobs, QUEUE))),
            legend: '{{queue_state}}',
          },
        ],
      },
      {
        kind: 'graph',
        title: 'Wait p95 by queue',
        description:
          'Time within which 95 % of the jobs were taken on for the first time, without the delay they were added with.',
        unit: 's',
        min: 0,
        hasExemplars: true,
        queries: [{ expr: quantile(0.95, jobWaitDuration, WINDOW, [queueName], QUEUE), legend: '{{queue_name}}' }],
      },
      {
        kind: 'graph',
        title: 'Workers by queue',
        description: 'Workers of all processes. A line that falls to 0 or ends is a worker that is gone.',
        unit: 'none',
        min: 0,
        queries: [{ expr: sumBy([queueName], value(queueWorkers, QUEUE)), legend: '{{queue_name}}' }],
      },
    ],
  };
}
