// Alerts of queues that are behind: nothing is completed, jobs wait too long, or too many wait.
import { errorType, jobName, jobOutcome, queueName, queueState } from '../../../src/catalog/attributes.ts';
import {
  jobActive,
  jobAdded,
  jobDuration,
  queueConcurrency,
  queueJobs,
  queueOldestJobAge,
  queuePaused,
  queueWorkers,
} from '../../../src/catalog/jobs.ts';
import { maxBy, on, type Promql, sumBy } from '../../../src/core/naming/promql.ts';
import type { Alert } from '../rule.ts';
import { JOBS } from '../thresholds.ts';
import { finishedJobs } from './queries.ts';
import { READY } from './recordings.ts';

export function stuck({ value, rate }: Promql): Alert {
  const completed = sumBy([queueName], rate(jobDuration, '15m', { 'job.outcome': 'completed' }));
  return {
    alert: 'QueueStuck',
    priority: 'P1',
    signal: 'queue-backlog',
    dependsOn: 'redis',
    expr: `${READY} > 0\nunless ${on([queueName])} ${completed} > 0\nunless ${on([queueName])} ${maxBy([queueName], value(queuePaused))} > 0`,
    for: '15m',
    summary: 'A queue has jobs, and none is completed.',
    description:
      '{{ $value }} jobs of queue {{ $labels.queue_name }} are ready to run, and none was completed in the last 15 minutes.',
    impact: 'What the jobs of this queue do is not done: mail is not sent, orders are not charged, and the backlog grows.',
    panel: { dashboard: 'jobs', title: 'Jobs added and finished' },
    runbook: {
      meaning:
        'Jobs wait in the queue, and for half an hour no worker has completed one. A paused queue does not count. A queue whose single jobs take longer than 15 minutes needs a longer window.',
      labels: {
        queue_name: 'the queue; if all queues are stuck, look at Redis and at the deployment of the workers first',
        job_outcome: '`failed` or `retried`: workers run, and each job fails; nothing at all: no worker takes a job on',
        queue_state: '`active` above 0 without an end: workers hang in a job; 0: they do not take one on',
      },
      queries: [
        ['Whether there are workers: no answer, or 0, means that none runs.', sumBy(['job', queueName], value(queueWorkers))],
        [
          'How attempts end: only `failed` or `retried` points to the code or to what it calls, no answer to the workers.',
          sumBy([queueName, jobName, jobOutcome, errorType], rate(jobDuration, '15m')),
        ],
        [
          'Whether workers hang: jobs in progress that stay the same.',
          sumBy(['job', 'instance', queueName, jobName], value(jobActive)),
        ],
      ],
      causes: [
        'The worker is not deployed, ended with an error, or waits for Redis at its start.',
        'Every job fails, because a dependency is away or a deployment has a fault: see JobFailureRateHigh.',
        'All workers hang in a call without a timeout, so that their concurrency is used up.',
        'A rate limit of the queue is reached, or a job in front blocks those behind it.',
      ],
      mitigation: [
        'Start the worker, or restart it if it hangs; jobs that it had are run again.',
        'Roll back if it began with a deployment.',
        'If jobs fail because of one dependency, pause the queue until it is back, so that they do not use up their attempts.',
      ],
      escalation: 'The team that owns the queue. If several queues are stuck, whoever operates Redis.',
    },
  };
}

export function oldestJobTooOld(promql: Promql): Alert {
  const { value, rate } = promql;
  return {
    alert: 'QueueOldestJobTooOld',
    priority: 'P1',
    signal: 'queue-backlog',
    dependsOn: 'redis',
    expr: `${maxBy([queueName], value(queueOldestJobAge))} > ${JOBS.oldestAge.value}`,
    for: '5m',
    keepFiringFor: '5m',
    summary: 'A job waits too long in its queue.',
    description: 'The oldest job of queue {{ $labels.queue_name }} has been waiting for {{ $value | humanizeDuration }}.',
    impact: 'Whoever asked for the job waits at least as long: this is the delay that users see.',
    panel: { dashboard: 'jobs', title: 'Oldest job by queue' },
    runbook: {
      meaning:
        'The age of the oldest job that is ready to run is how late the queue is. It counts from when the job was added or its delay was over, also while the queue is paused. It says nothing of how many jobs wait.',
      labels: {
        queue_name: 'the queue; a queue for work at night may be late by design, and needs a threshold of its own',
        queue_state:
          '`waiting`: the queue is worked on in order and is behind; `prioritized`: urgent jobs may starve the others; `paused`: somebody stopped it',
      },
      queries: [
        ['Which jobs there are, by state.', maxBy([queueName, queueState], value(queueJobs))],
        ['Whether it is paused: 1 means that it is.', maxBy([queueName], value(queuePaused))],
        [
          'Whether workers keep up: compare what is finished with what is added.',
          `${finishedJobs(promql, '15m', [queueName])}\n  / ${on([queueName])} ${sumBy([queueName], rate(jobAdded, '15m'))}`,
        ],
      ],
      causes: [
        'More jobs are added than workers finish: see QueueDrainTooSlow.',
        'No worker runs, or the workers hang: see QueueStuck and QueueWithoutWorkers.',
        'The queue is paused: see QueuePaused.',
        'Jobs of a higher priority come in so fast that the others never get their turn.',
      ],
      mitigation: [
        'Add workers, or raise their concurrency, unless what they call is the limit.',
        'Resume a queue that was paused by mistake.',
        'Hold back whoever adds jobs in bulk, or move that work to a queue of its own.',
      ],
      escalation: 'The team that owns the queue. After 30 minutes without a cause, the incident lead.',
    },
  };
}

export function backlogHigh({ value, rate, quantile }: Promql): Alert {
  return {
    alert: 'QueueBacklogHigh',
    priority: 'P2',
    signal: 'queue-backlog',
    dependsOn: 'redis',
    expr: `${READY} > ${JOBS.waiting.value}`,
    for: '10m',
    keepFiringFor: '5m',
    summary: 'Many jobs wait in a queue.',
    description: '{{ $value }} jobs of queue {{ $labels.queue_name }} are ready to run and wait for a worker.',
    impact: 'New jobs wait for all that are in front of them; Redis keeps every one of them in memory.',
    panel: { dashboard: 'jobs', title: 'Jobs ready to run by queue' },
    runbook: {
      meaning:
        'More jobs wait than the workers of this queue take on in minutes. Delayed jobs do not count, nor those of a paused queue. A backlog that shrinks may be left alone.',
      labels: {
        queue_name: 'the queue',
        job_name: 'one kind that is added far more often than the others is a loop or a bulk import',
        job: 'where jobs are added: the service that does it; where they are worked on: the workers',
      },
      queries: [
        [
          'Who adds the jobs: one kind or one service that rose is the cause.',
          sumBy(['job', queueName, jobName], rate(jobAdded, '5m')),
        ],
        [
          'Whether the workers are busy: near 1 they are the limit, well below it they are waiting for something.',
          `${sumBy([queueName], value(jobActive))}\n  / ${on([queueName])} ${sumBy([queueName], value(queueConcurrency))}`,
        ],
        ['Whether jobs became slower.', quantile(0.95, jobDuration, '15m', [queueName, jobName])],
      ],
      causes: [
        'A bulk of jobs was added at once, and is being worked off.',
        'Jobs became slower, since what they call is slower: see JobDurationHigh.',
        'Workers ended or were scaled down.',
        'A client adds jobs in a loop.',
      ],
      mitigation: [
        'If the backlog shrinks, wait: the panel says when it will be gone.',
        'Add workers, unless what the jobs call is the limit.',
        'Stop what adds the jobs, and remove those that nobody needs any more.',
      ],
      escalation: 'The team that owns the queue, on the same day.',
    },
  };
}

export function drainTooSlow(promql: Promql): Alert {
  const { value, rate, quantile } = promql;
  const finished = finishedJobs(promql, '15m', [queueName]);
  return {
    alert: 'QueueDrainTooSlow',
    priority: 'P2',
    signal: 'queue-backlog',
    dependsOn: 'redis',
    expr: `${READY} / ${on([queueName])} (${finished} > 0) > ${JOBS.drain.value}\nand ${on([queueName])} ${READY} > ${JOBS.drainMinimum.value}`,
    for: '15m',
    keepFiringFor: '10m',
    summary: 'A queue is worked off too slowly.',
    description:
      'At its present pace, queue {{ $labels.queue_name }} needs {{ $value | humanizeDuration }} for the jobs that wait.',
    impact: 'A job that is added now is done only after that time, if nothing changes.',
    panel: { dashboard: 'jobs', title: 'Time to drain by queue' },
    runbook: {
      meaning:
        'The jobs that are ready to run, divided by how many leave the queue per second: how long the workers need for what waits, even if nothing is added. It takes the size of the backlog and the pace of the workers into account at once.',
      labels: {
        queue_name: 'the queue',
        job_name: 'one slow kind holds up all others of its queue',
        job_outcome: 'many `retried` or `postponed` attempts keep workers busy, and no job leaves the queue',
      },
      queries: [
        [
          'How many workers there are and how many jobs they take on at a time.',
          sumBy(['job', queueName], value(queueConcurrency)),
        ],
        ['Which kind of job takes the time.', quantile(0.95, jobDuration, '15m', [queueName, jobName])],
        [
          'Whether attempts are wasted: compare `retried` with `completed`.',
          sumBy([queueName, jobOutcome], rate(jobDuration, '15m')),
        ],
      ],
      causes: [
        'Too few workers for what is added at this time of day.',
        'Jobs became slower, since what they call is slower.',
        'Most attempts are retried, so that workers are busy and nothing is finished.',
      ],
      mitigation: [
        'Add workers or raise their concurrency. If they wait for a database or an API, that is the limit: raise it there.',
        'Move the slow kind of job to a queue of its own.',
        'If attempts are wasted, mend what fails first.',
      ],
      escalation: 'The team that owns the queue, on the same day.',
    },
  };
}
