// Alerts of attempts at jobs: too many fail for good, or they take too long.
import {
  dbOperationName,
  dbSystemName,
  errorType,
  jobName,
  jobOutcome,
  queueName,
  serverAddress,
} from '../../../src/catalog/attributes.ts';
import { dbClientOperationDuration } from '../../../src/catalog/db.ts';
import { httpClientRequestDuration } from '../../../src/catalog/http.ts';
import { jobActive, jobDuration, jobRetries, queueConcurrency } from '../../../src/catalog/jobs.ts';
import { not, on, type Promql, sumBy } from '../../../src/core/naming/promql.ts';
import type { Alert } from '../rule.ts';
import { JOBS } from '../thresholds.ts';
import { FAILURE_RATIO } from './recordings.ts';

const perQueue = ['job', queueName] as const;
const perKind = ['job', queueName, jobName] as const;

export function failureRateHigh({ rate, increase }: Promql): Alert {
  const failures = sumBy(perQueue, increase(jobDuration, '15m', { 'job.outcome': 'failed' }));
  return {
    alert: 'JobFailureRateHigh',
    priority: 'P2',
    signal: 'job-failures',
    expr: `${FAILURE_RATIO} > ${JOBS.failureRatio.value}\nand ${on(perQueue)} ${failures} > ${JOBS.minimumFailures.value}`,
    for: '5m',
    keepFiringFor: '10m',
    summary: 'Jobs fail for good.',
    description:
      '{{ $value | humanizePercentage }} of the jobs of queue {{ $labels.queue_name }} that ended in {{ $labels.job }} in the last 15 minutes failed for good.',
    impact: 'Each of these jobs has used up its attempts, and its work is lost unless somebody runs it again.',
    panel: { dashboard: 'jobs', title: 'Failure ratio by queue' },
    runbook: {
      meaning:
        'Of the jobs that ended, this share failed at its last attempt. Attempts that are retried do not count, so a queue with many retries may be in trouble before this alert fires.',
      labels: {
        job: 'the service whose workers run the jobs; one of several services alone has another version or configuration',
        queue_name: 'the queue',
        job_name: 'one kind alone points to its own code or data; all kinds of a queue point to what they share',
        error_type:
          'a network code such as ECONNREFUSED is a dependency, TimeoutError one that is slow, TypeError a fault of the code, UnrecoverableError a decision of the job',
      },
      queries: [
        [
          'Which kinds fail, and with which error.',
          sumBy([...perKind, errorType], rate(jobDuration, '15m', { 'job.outcome': 'failed' })),
        ],
        ['Whether the other attempts are retried: then more failures follow.', sumBy(perKind, rate(jobRetries, '15m'))],
        [
          'Whether a database or an API that the jobs call fails.',
          `${sumBy(['job', dbSystemName, errorType], rate(dbClientOperationDuration, '15m', { 'error.type': not('') }))}\nor ${sumBy(['job', serverAddress, errorType], rate(httpClientRequestDuration, '15m', { 'error.type': not('') }))}`,
        ],
      ],
      causes: [
        'A dependency of the jobs is away or rejects them.',
        'A deployment with a fault: failures begin with the new processes.',
        'A service adds jobs with data that the worker does not understand.',
        'Too few attempts or too short a backoff for a dependency that comes and goes.',
      ],
      mitigation: [
        'Pause the queue while a dependency is away: jobs that wait use up no attempts.',
        'Roll back, if failures began with a deployment.',
        'When it is mended, run the failed jobs again: `queue.retryJobs({ state: "failed" })`. Check first that they may run twice.',
      ],
      escalation: 'The team that owns the worker.',
    },
  };
}

export function durationHigh({ rate, increase, quantile, sumRate, value }: Promql): Alert {
  const attempts = sumBy(perKind, increase(jobDuration, '30m'));
  return {
    alert: 'JobDurationHigh',
    priority: 'P3',
    signal: 'job-duration',
    expr: `${quantile(0.95, jobDuration, '30m', perKind)} > ${JOBS.durationP95.value}\nand ${on(perKind)} ${attempts} > ${JOBS.minimumAttempts.value}`,
    for: '15m',
    keepFiringFor: '15m',
    summary: 'Jobs take long.',
    description:
      'One attempt in twenty at job {{ $labels.job_name }} of queue {{ $labels.queue_name }} took {{ $labels.job }} more than {{ $value | humanizeDuration }} in the last 30 minutes.',
    impact: 'A worker that is held for minutes takes no other job on, so the queue behind it grows.',
    panel: { dashboard: 'jobs', title: 'Duration p95 by job' },
    runbook: {
      meaning:
        'The slowest twentieth of the attempts at this kind of job took longer than the threshold. Kinds that take long by design need a threshold of their own.',
      labels: {
        job: 'the service whose workers run the jobs',
        queue_name: 'the queue; all its kinds slow at once point to the process or to what they share',
        job_name: 'the kind of job',
        job_outcome: '`failed` or `retried` attempts that are slow wait for a timeout; slow `completed` ones work',
      },
      queries: [
        [
          'Whether slow attempts fail or complete: the mean duration by outcome.',
          `${sumBy([...perKind, jobOutcome], sumRate(jobDuration, '30m'))}\n  / (${sumBy([...perKind, jobOutcome], rate(jobDuration, '30m'))} > 0)`,
        ],
        [
          'Whether the database is slower as well.',
          quantile(0.95, dbClientOperationDuration, '30m', ['job', dbSystemName, dbOperationName]),
        ],
        [
          'Whether workers are full: near 1 the queue behind them grows.',
          `${sumBy(perQueue, value(jobActive))}\n  / ${sumBy(perQueue, value(queueConcurrency))}`,
        ],
      ],
      causes: [
        'What the job calls is slower: a database, an API, an LLM provider.',
        'Jobs have become larger, such as imports of more rows.',
        'A call without a timeout waits for an answer that does not come.',
        'The concurrency of the worker is so high that its jobs slow each other down.',
      ],
      mitigation: [
        'Give every call in the job a timeout below the life of its lock.',
        'Split large jobs into several small ones.',
        'Move slow kinds to a queue of their own, so that they do not hold up the others.',
      ],
      escalation: 'The team that owns the worker, within the week.',
    },
  };
}
