// The attempts at jobs over time: how they end, how long they take, and which are retried or stall.
import { JOBS } from '../../../otel/rules/thresholds.ts';
import { errorType, jobName, jobOutcome, queueName } from '../../../src/catalog/attributes.ts';
import { jobActive, jobDuration, jobRetries, jobStalled, queueConcurrency } from '../../../src/catalog/jobs.ts';
import { not, type Promql, sumBy } from '../../../src/core/naming/promql.ts';
import { type Row, WINDOW } from '../../kit/dashboard.ts';
import { failureRatio, QUEUE } from './queries.ts';

export function attempts(promql: Promql): Row {
  const { value, rate, quantile, buckets } = promql;
  return {
    title: 'Jobs',
    panels: [
      {
        kind: 'graph',
        title: 'Attempts by outcome',
        description: 'Attempts per second by how they ended. Failed is for good; retried and postponed ones run again.',
        unit: 'ops',
        min: 0,
        isStacked: true,
        queries: [{ expr: sumBy([jobOutcome], rate(jobDuration, WINDOW, QUEUE)), legend: '{{job_outcome}}' }],
      },
      {
        kind: 'graph',
        title: 'Failure ratio by queue',
        description:
          'Share of the jobs that ended which failed for good. A jump at a process start is a deployment with a fault.',
        unit: 'percentunit',
        min: 0,
        thresholds: [JOBS.failureRatio.value / 2, JOBS.failureRatio.value],
        queries: [{ expr: failureRatio(promql, [queueName]), legend: '{{queue_name}}' }],
      },
      {
        kind: 'graph',
        title: 'Duration p95 by job',
        description:
          'Time within which 95 % of the attempts ended. Slower jobs hold workers longer, and the queue behind them grows.',
        unit: 's',
        min: 0,
        hasExemplars: true,
        queries: [
          { expr: quantile(0.95, jobDuration, WINDOW, [queueName, jobName], QUEUE), legend: '{{queue_name}} {{job_name}}' },
        ],
      },
      {
        kind: 'heatmap',
        title: 'Duration',
        description: 'How many attempts per second took how long. A second band above the first is often a timeout.',
        unit: 's',
        queries: [{ expr: buckets(jobDuration, WINDOW, [], QUEUE), legend: '{{le}}' }],
      },
      {
        kind: 'graph',
        title: 'Errors of attempts',
        description: 'Attempts per second that failed, for good or to be retried, by the class of their error.',
        unit: 'ops',
        min: 0,
        queries: [
          {
            expr: sumBy([queueName, errorType], rate(jobDuration, WINDOW, { ...QUEUE, 'error.type': not('') })),
            legend: '{{queue_name}} {{error_type}}',
          },
        ],
        whenEmpty: 'No attempt failed',
      },
      {
        kind: 'graph',
        title: 'Retries and stalls',
        description:
          'Attempts that will be repeated, and jobs whose worker stopped in the middle of them. Any stall means that work was done twice.',
        unit: 'ops',
        min: 0,
        queries: [
          { expr: sumBy([queueName], rate(jobRetries, WINDOW, QUEUE)), legend: '{{queue_name}} retried' },
          { expr: sumBy([queueName], rate(jobStalled, WINDOW, QUEUE)), legend: '{{queue_name}} stalled' },
        ],
      },
      {
        kind: 'graph',
        title: 'Jobs in progress by queue',
        description: 'Jobs that workers have taken on, and how many they take on at a time. At the limit, further jobs wait.',
        unit: 'none',
        min: 0,
        queries: [
          { expr: sumBy([queueName], value(jobActive, QUEUE)), legend: '{{queue_name}}' },
          { expr: sumBy([queueName], value(queueConcurrency, QUEUE)), legend: '{{queue_name}} limit' },
        ],
      },
    ],
  };
}
