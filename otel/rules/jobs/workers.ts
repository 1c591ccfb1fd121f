// Alerts of queues that nobody works on: without workers, paused, or with workers that stopped in the middle of a job.
import { jobName, queueName, queueState } from '../../../src/catalog/attributes.ts';
import { jobDuration, jobStalled, queueJobs, queuePaused, queueWorkers } from '../../../src/catalog/jobs.ts';
import { processStartTime } from '../../../src/catalog/process.ts';
import { nodejsEventloopDelayMax } from '../../../src/catalog/runtime.ts';
import { maxBy, on, type Promql, sumBy } from '../../../src/core/naming/promql.ts';
import type { Alert } from '../rule.ts';
import { READY } from './recordings.ts';

export function withoutWorkers({ value, rate }: Promql): Alert {
  const workers = sumBy([queueName], value(queueWorkers));
  const completed = sumBy([queueName], rate(jobDuration, '5m', { 'job.outcome': 'completed' }));
  return {
    alert: 'QueueWithoutWorkers',
    priority: 'P1',
    signal: 'queue-backlog',
    expr: `${READY} > 0\nunless ${on([queueName])} ${workers} > 0\nunless ${on([queueName])} ${completed} > 0`,
    for: '5m',
    summary: 'A queue has jobs and no worker.',
    description: '{{ $value }} jobs of queue {{ $labels.queue_name }} are ready to run, and no process works on them.',
    impact: 'What the jobs of this queue do is not done until a worker runs again; they are not lost.',
    panel: { dashboard: 'jobs', title: 'Workers by queue' },
    runbook: {
      meaning:
        'Jobs wait, no process says that it has a worker for this queue, and none is completed. Workers that are not measured, such as those in another language, are not seen: exclude their queues.',
      labels: {
        queue_name:
          'the queue; if its name is new, the service that adds jobs and the worker may disagree about it, or the worker is not deployed yet',
        job: 'the service whose processes have workers of the queue; it says where they were before',
      },
      queries: [
        [
          'Which services had workers within the last day: these are the ones to start.',
          sumBy(['job', queueName], `max_over_time(${value(queueWorkers)}[1d])`),
        ],
        [
          'Which services are gone: they reported within the last hour and do not report now.',
          'group by (job) (last_over_time(target_info[1h])) unless on (job) group by (job) (target_info)',
        ],
        [
          'When the last jobs were completed, and by whom.',
          sumBy(['job', queueName], rate(jobDuration, '1h', { 'job.outcome': 'completed' })),
        ],
      ],
      causes: [
        'The worker ended with an error, was killed for its memory, or is scaled to zero.',
        'A deployment changed the name or the prefix of the queue on one side only.',
        'The worker starts, and waits for a dependency before it takes jobs on.',
        'The process runs, but its worker was closed after an error that nobody handled.',
      ],
      mitigation: [
        'Start the worker, or scale it up again.',
        'If it ends at once, read its last lines of log, and roll back if a deployment began it.',
        'If the names differ, add the jobs again under the right one.',
      ],
      escalation: 'The team that owns the worker.',
    },
  };
}

export function paused({ value }: Promql): Alert {
  return {
    alert: 'QueuePaused',
    priority: 'P3',
    signal: 'queue-paused',
    expr: `${maxBy([queueName], value(queuePaused))} > 0`,
    for: '30m',
    summary: 'A queue has been paused for half an hour.',
    description: 'Queue {{ $labels.queue_name }} is paused: its workers take no job on.',
    impact: 'Jobs are accepted and wait. Whoever paused the queue may have forgotten to resume it.',
    panel: { dashboard: 'jobs', title: 'Paused queues' },
    runbook: {
      meaning:
        'Somebody or something paused the queue, which stops all its workers in all processes. It is a switch in Redis, so it outlasts restarts and deployments.',
      labels: {
        queue_name:
          'the queue; if all are paused, look for a script or a deployment that pauses them and did not come to its end',
        queue_state: 'jobs of a paused queue are `paused` or remain `waiting`, by the version of BullMQ',
      },
      queries: [
        ['Since when it is paused.', `min_over_time(${value(queuePaused)}[30m])`],
        ['How many jobs wait meanwhile.', maxBy([queueName, queueState], value(queueJobs))],
        ['Whether other queues are paused as well.', `${maxBy([queueName], value(queuePaused))} == 1`],
      ],
      causes: [
        'It was paused by hand during an incident or a migration, and not resumed.',
        'A deployment pauses queues before it begins, and failed before it resumed them.',
        'The application pauses the queue while a dependency is away, and did not notice that it is back.',
      ],
      mitigation: [
        'Find out who paused it and why; the log of the last deployment is the first place.',
        'Resume it: `queue.resume()`. If many jobs wait, see to it that what they call can take the rush.',
      ],
      escalation: 'The team that owns the queue, on the same day.',
    },
  };
}

export function jobsStalled({ value, increase }: Promql): Alert {
  return {
    alert: 'JobsStalled',
    priority: 'P2',
    signal: 'jobs-stalled',
    dependsOn: 'redis',
    expr: `${sumBy(['job', queueName], increase(jobStalled, '15m'))} > 0`,
    for: '5m',
    keepFiringFor: '10m',
    summary: 'Jobs stall: their worker stopped in the middle of them.',
    description:
      '{{ $value | printf "%.0f" }} jobs of queue {{ $labels.queue_name }} stalled in the last 15 minutes; {{ $labels.job }} found them.',
    impact:
      'Each of these jobs is run again from the beginning, so what it did before may be done twice; a job that stalls again fails.',
    panel: { dashboard: 'jobs', title: 'Retries and stalls' },
    runbook: {
      meaning:
        'A worker renews its lock on a job while it works on it. If the lock expires, the worker ended without closing, lost Redis, or its event loop was blocked for longer than the lock lasts, 30 s by default. Another worker then counts the job as stalled and runs it again.',
      labels: {
        job: 'the service whose worker found the stalled jobs, which need not be the process that lost them',
        queue_name: 'the queue',
        job_name:
          'one kind alone blocks the event loop or exhausts the memory; all kinds point to restarts or to Redis. Empty if the job was gone already',
      },
      queries: [
        ['Which kinds of jobs stall.', sumBy([queueName, jobName], increase(jobStalled, '1h'))],
        [
          'Whether an event loop was blocked: seconds near the life of the lock are the cause.',
          maxBy(['job', 'instance'], `max_over_time(${value(nodejsEventloopDelayMax)}[15m])`),
        ],
        [
          'Whether workers restarted: processes that started in the last half hour.',
          `time() - ${value(processStartTime)} < 1800`,
        ],
      ],
      causes: [
        'A deployment ends workers without `worker.close()`, or kills them before their jobs are done.',
        'A worker ran out of memory and was killed: see its restarts.',
        'A job computes for seconds without a pause, so that the lock is not renewed.',
        'Redis was away or slow for longer than the lock lasts.',
      ],
      mitigation: [
        'Close workers on SIGTERM, and give the process the time that its longest job needs.',
        'Move work that blocks the event loop to a sandboxed processor, or raise `lockDuration`.',
        'Check that the jobs that were run twice did no harm; make them idempotent.',
      ],
      escalation: 'The team that owns the worker.',
    },
  };
}
