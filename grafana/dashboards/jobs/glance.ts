// The first row: whether queues are worked on in time, in six numbers.
import { JOBS } from '../../../otel/rules/thresholds.ts';
import { queueName } from '../../../src/catalog/attributes.ts';
import { jobActive, queueConcurrency, queueOldestJobAge, queuePaused } from '../../../src/catalog/jobs.ts';
import { maxBy, type Promql, sumBy } from '../../../src/core/naming/promql.ts';
import type { Row } from '../../kit/dashboard.ts';
import { failureRatio, finished, QUEUE, ready } from './queries.ts';

export function glance(promql: Promql): Row {
  const { value } = promql;
  return {
    title: 'At a glance',
    panels: [
      {
        kind: 'stat',
        title: 'Jobs ready to run',
        description:
          'Jobs that wait for a worker, of all selected queues together. A number that only grows means that workers do not keep up.',
        unit: 'short',
        width: 4,
        thresholds: [JOBS.waiting.value, 10 * JOBS.waiting.value],
        queries: [{ expr: sumBy([], ready(promql)), legend: 'Jobs' }],
      },
      {
        kind: 'stat',
        title: 'Oldest job',
        description: 'How long the oldest job of all queues has been waiting: the delay that users see. 0 where none waits.',
        unit: 's',
        width: 4,
        thresholds: [JOBS.oldestAge.value / 2, JOBS.oldestAge.value],
        queries: [{ expr: maxBy([], value(queueOldestJobAge, QUEUE)), legend: 'Age' }],
      },
      {
        kind: 'stat',
        title: 'Jobs finished',
        description:
          'Jobs that ended per second, completed or failed for good. 0 with jobs that wait means that the queue is stuck.',
        unit: 'ops',
        width: 4,
        queries: [{ expr: finished(promql, []), legend: 'Jobs' }],
      },
      {
        kind: 'gauge',
        title: 'Failure ratio',
        description: 'Share of the jobs that ended which failed at their last attempt, so that their work is lost.',
        unit: 'percentunit',
        width: 4,
        thresholds: [JOBS.failureRatio.value / 2, JOBS.failureRatio.value],
        queries: [{ expr: failureRatio(promql, []), legend: 'Failed' }],
      },
      {
        kind: 'gauge',
        title: 'Workers busy',
        description: 'Jobs in progress, as a share of those that all workers take on at a time. At 1, a further job has to wait.',
        unit: 'percentunit',
        width: 4,
        thresholds: [0.8, 0.95],
        queries: [
          { expr: `${sumBy([], value(jobActive, QUEUE))} / ${sumBy([], value(queueConcurrency, QUEUE))}`, legend: 'Busy' },
        ],
      },
      {
        kind: 'stat',
        title: 'Paused queues',
        description: 'Queues that are paused: their workers take no job on until somebody resumes them.',
        unit: 'none',
        width: 4,
        thresholds: [1, 2],
        queries: [{ expr: sumBy([], maxBy([queueName], value(queuePaused, QUEUE))), legend: 'Paused' }],
      },
    ],
  };
}
