// The alerts of jobs and queues fire and stay quiet where they must.
import { jobs } from '../../../otel/rules/jobs.ts';
import { testAlerts, testQuery } from '../kit/alert-tests.ts';

const queue = (metric: string): string => `${metric}{job="api", instance="a", queue_name="mail"}`;
const jobsInState = (state: string): string => `queue_jobs{job="api", instance="a", queue_name="mail", queue_state="${state}"}`;
const attempts = (outcome: string): string =>
  `job_duration_seconds_count{job="worker", instance="b", queue_name="mail", job_name="send", job_outcome="${outcome}"}`;
const attemptsWithin = (bound: string): string =>
  `job_duration_seconds_bucket{job="worker", instance="b", queue_name="mail", job_name="send", job_outcome="completed", le="${bound}"}`;

const WAITING = jobsInState('waiting');
const COMPLETED = attempts('completed');
const FAILED = attempts('failed');
const WORKERS = queue('queue_workers');
const OLDEST_AGE = queue('queue_oldest_job_age_seconds');
const STALLED = queue('job_stalled_total');
const PAUSED = queue('queue_paused');

/** Attempts per minute, of which each takes between 300 and 600 seconds. */
const slowAttempts = (perMinute: number) => ({
  [COMPLETED]: `0+${perMinute}x60`,
  [attemptsWithin('60')]: '0x60',
  [attemptsWithin('300')]: '0x60',
  [attemptsWithin('600')]: `0+${perMinute}x60`,
  [attemptsWithin('+Inf')]: `0+${perMinute}x60`,
});

testAlerts(jobs, {
  QueueStuck: {
    fires: {
      series: { [WAITING]: '5x60' },
      at: '40m',
      alerts: [
        {
          labels: { queue_name: 'mail' },
          description: '5 jobs of queue mail are ready to run, and none was completed in the last 15 minutes.',
        },
      ],
    },
    quietAtBoundary: { series: { [WAITING]: '5x60', [COMPLETED]: '0x45 1x15' }, at: '50m' },
    quietWhenIdle: { series: { [WAITING]: '0x60', [COMPLETED]: '100x60' }, at: '40m' },
    quietWithoutSeries: { series: { [COMPLETED]: '0+1x60' }, at: '40m' },
    quietAfterRestart: { series: { [WAITING]: '5x60', [COMPLETED]: '0+2x20 0+2x40' }, at: '30m' },
    quiet: { 'while the queue is paused': { series: { [WAITING]: '5x60', [PAUSED]: '1x60' }, at: '40m' } },
  },
  QueueWithoutWorkers: {
    fires: {
      series: { [WAITING]: '5x60', [WORKERS]: '0x60' },
      at: '20m',
      alerts: [
        {
          labels: { queue_name: 'mail' },
          description: '5 jobs of queue mail are ready to run, and no process works on them.',
        },
      ],
    },
    quietAtBoundary: { series: { [WAITING]: '5x60', [WORKERS]: '1x60' }, at: '20m' },
    quietWhenIdle: { series: { [WAITING]: '0x60', [WORKERS]: '0x60' }, at: '20m' },
    quietWithoutSeries: { series: { [WORKERS]: '0x60' }, at: '20m' },
    quietAfterRestart: { series: { [WAITING]: '5x60', [WORKERS]: '1x15 0x3 1x40' }, at: '19m' },
    quiet: {
      'while jobs are completed, though no worker is counted': {
        series: { [WAITING]: '5x60', [COMPLETED]: '0+1x60' },
        at: '20m',
      },
    },
  },
  QueueOldestJobTooOld: {
    fires: {
      series: { [OLDEST_AGE]: '900x40' },
      at: '20m',
      alerts: [{ labels: { queue_name: 'mail' }, description: 'The oldest job of queue mail has been waiting for 15m 0s.' }],
    },
    quietAtBoundary: { series: { [OLDEST_AGE]: '600x40' }, at: '20m' },
    quietWhenIdle: { series: { [OLDEST_AGE]: '0x40' }, at: '20m' },
    quietWithoutSeries: { series: { [WAITING]: '500x40' }, at: '20m' },
    quietAfterRestart: { series: { [OLDEST_AGE]: '700x3 _x3 0x30' }, at: '20m' },
  },
  JobFailureRateHigh: {
    fires: {
      series: { [COMPLETED]: '0+8x40', [FAILED]: '0+2x40' },
      at: '30m',
      alerts: [
        {
          labels: { job: 'worker', queue_name: 'mail' },
          description: '20% of the jobs of queue mail that ended in worker in the last 15 minutes failed for good.',
        },
      ],
    },
    quietAtBoundary: { series: { [COMPLETED]: '0+9x40', [FAILED]: '0+1x40' }, at: '30m' },
    quietWhenIdle: { series: { [COMPLETED]: '100x40', [FAILED]: '100x40' }, at: '30m' },
    quietWithoutSeries: { series: { [COMPLETED]: '0+10x40' }, at: '30m' },
    quietAfterRestart: { series: { [COMPLETED]: '0+9x15 0+9x30', [FAILED]: '50x15 0x30' }, at: '30m' },
    quiet: { 'with few failures': { series: { [COMPLETED]: '0x40', [FAILED]: '0x20 1x20' }, at: '30m' } },
  },
  QueueBacklogHigh: {
    fires: {
      series: { [WAITING]: '120x40', [jobsInState('prioritized')]: '30x40' },
      at: '20m',
      alerts: [
        {
          labels: { queue_name: 'mail' },
          description: '150 jobs of queue mail are ready to run and wait for a worker.',
        },
      ],
    },
    quietAtBoundary: { series: { [WAITING]: '100x40' }, at: '20m' },
    quietWhenIdle: { series: { [WAITING]: '0x40' }, at: '20m' },
    quietWithoutSeries: { series: { [jobsInState('delayed')]: '500x40' }, at: '20m' },
    quietAfterRestart: { series: { [WAITING]: '150x5 _x3 90x30' }, at: '20m' },
    quiet: {
      'when two processes report the same queue': {
        series: { [WAITING]: '80x40', [WAITING.replace('"a"', '"b"')]: '80x40' },
        at: '20m',
      },
    },
  },
  QueueDrainTooSlow: {
    fires: {
      series: { [WAITING]: '500x60', [COMPLETED]: '0+3x60' },
      at: '40m',
      alerts: [
        {
          labels: { queue_name: 'mail' },
          description: 'At its present pace, queue mail needs 2h 46m 40s for the jobs that wait.',
        },
      ],
    },
    quietAtBoundary: { series: { [WAITING]: '360x60', [COMPLETED]: '0+6x60' }, at: '40m' },
    quietWhenIdle: { series: { [WAITING]: '0x60', [COMPLETED]: '100x60' }, at: '40m' },
    quietWithoutSeries: { series: { [WAITING]: '500x60' }, at: '40m' },
    quietAfterRestart: { series: { [WAITING]: '300x60', [COMPLETED]: '0+6x20 0+6x40' }, at: '30m' },
    quiet: { 'with few jobs': { series: { [WAITING]: '20x60', [COMPLETED]: '0+0.1x60' }, at: '40m' } },
  },
  JobsStalled: {
    fires: {
      series: { [STALLED]: '0+1x40' },
      at: '30m',
      alerts: [
        {
          labels: { job: 'api', queue_name: 'mail' },
          description: '15 jobs of queue mail stalled in the last 15 minutes; api found them.',
        },
      ],
    },
    quietAtBoundary: { series: { [STALLED]: '0x45 1x10' }, at: '48m' },
    quietWhenIdle: { series: { [STALLED]: '3x40' }, at: '30m' },
    quietWithoutSeries: { series: { [WAITING]: '5x40' }, at: '30m' },
    quietAfterRestart: { series: { [STALLED]: '5x15 0x30' }, at: '30m' },
  },
  QueuePaused: {
    fires: {
      series: { [PAUSED]: '1x60' },
      at: '40m',
      alerts: [{ labels: { queue_name: 'mail' }, description: 'Queue mail is paused: its workers take no job on.' }],
    },
    quietAtBoundary: { series: { [PAUSED]: '0x10 1x40' }, at: '39m' },
    quietWhenIdle: { series: { [PAUSED]: '0x60' }, at: '40m' },
    quietWithoutSeries: { series: { [WAITING]: '5x60' }, at: '40m' },
    quietAfterRestart: { series: { [PAUSED]: '1x10 _x6 0x60' }, at: '50m' },
  },
  JobDurationHigh: {
    fires: {
      series: slowAttempts(10),
      at: '55m',
      alerts: [
        {
          labels: { job: 'worker', queue_name: 'mail', job_name: 'send' },
          description: 'One attempt in twenty at job send of queue mail took worker more than 9m 45s in the last 30 minutes.',
        },
      ],
    },
    quietAtBoundary: { series: { ...slowAttempts(100), [attemptsWithin('300')]: '0+95x60' }, at: '55m' },
    quietWhenIdle: { series: slowAttempts(0), at: '55m' },
    quietWithoutSeries: { series: { [COMPLETED]: '0+10x60' }, at: '55m' },
    quietAfterRestart: {
      series: {
        [COMPLETED]: '500x30 0+10x30',
        [attemptsWithin('60')]: '0x30 0+10x30',
        [attemptsWithin('300')]: '0x30 0+10x30',
        [attemptsWithin('600')]: '500x30 0+10x30',
        [attemptsWithin('+Inf')]: '500x30 0+10x30',
      },
      at: '55m',
    },
    quiet: { 'with few attempts': { series: slowAttempts(0.2), at: '55m' } },
  },
});

testQuery(
  jobs,
  'a queue that two processes report is counted once, over the states in which jobs are ready',
  'queue:queue_jobs_ready:max',
  {
    series: {
      [WAITING]: '5x10',
      [WAITING.replace('"a"', '"b"')]: '5x10',
      [jobsInState('prioritized')]: '2x10',
      [jobsInState('delayed')]: '9x10',
    },
    at: '5m',
  },
  { 'queue:queue_jobs_ready:max{queue_name="mail"}': 7 },
);
