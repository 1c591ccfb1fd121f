// Jobs and queues: attempts, waits, retries, and the depth of queues.
//
// The names are ours: the buckets of the conventions' messaging metrics end at 10 s, and they have no retries.
import { defineMetric } from '../core/metric.ts';
import { errorType, jobName, jobOutcome, queueName, queueState } from './attributes.ts';
import { SECONDS_JOB } from './buckets.ts';

const job = [queueName, jobName] as const;

export const jobDuration = defineMetric({
  name: 'job.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of job attempts.',
  stability: 'stable',
  buckets: SECONDS_JOB,
  attributes: [...job, jobOutcome, errorType],
});

export const jobWaitDuration = defineMetric({
  name: 'job.wait.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time from adding a job to its first attempt, without its delay.',
  note: 'A parent job also waits for its children.',
  stability: 'stable',
  buckets: SECONDS_JOB,
  attributes: job,
});

export const jobActive = defineMetric({
  name: 'job.active',
  instrument: 'updowncounter',
  unit: '{job}',
  brief: 'Jobs in progress in this process.',
  stability: 'stable',
  attributes: job,
});

export const jobAdded = defineMetric({
  name: 'job.added',
  instrument: 'counter',
  unit: '{job}',
  brief: 'Jobs that this process added to a queue.',
  stability: 'stable',
  attributes: job,
});

export const jobRetries = defineMetric({
  name: 'job.retries',
  instrument: 'counter',
  unit: '{job}',
  brief: 'Failed job attempts that will be retried.',
  stability: 'stable',
  attributes: job,
});

export const jobStalled = defineMetric({
  name: 'job.stalled',
  instrument: 'counter',
  unit: '{job}',
  brief: 'Stalled jobs, whose worker stopped before finishing them.',
  note: 'Counted by the worker that finds them.',
  stability: 'stable',
  attributes: job,
});

export const queueJobs = defineMetric({
  name: 'queue.jobs',
  instrument: 'gauge',
  unit: '{job}',
  brief: 'Jobs in a queue by state.',
  note: 'One process reads them for all.',
  stability: 'stable',
  merge: 'max',
  attributes: [queueName, queueState],
});

export const queueOldestJobAge = defineMetric({
  name: 'queue.oldest_job.age',
  instrument: 'gauge',
  unit: 's',
  brief: 'Age of the oldest job that is ready to run; 0 if there is none.',
  stability: 'stable',
  merge: 'max',
  attributes: [queueName],
});

/** Its unit is a count: unit `1` would end its Prometheus name in `_ratio`, as if it were a share. */
export const queuePaused = defineMetric({
  name: 'queue.paused',
  instrument: 'gauge',
  unit: '{queue}',
  brief: 'Paused queues: 1 if the queue is paused, 0 if it is not.',
  stability: 'stable',
  merge: 'max',
  attributes: [queueName],
});

export const queueWorkers = defineMetric({
  name: 'queue.workers',
  instrument: 'gauge',
  unit: '{worker}',
  brief: 'Workers of a queue in this process.',
  stability: 'stable',
  merge: 'sum',
  attributes: [queueName],
});

export const queueConcurrency = defineMetric({
  name: 'queue.concurrency',
  instrument: 'gauge',
  unit: '{job}',
  brief: 'Concurrency limit of the workers of a queue in this process.',
  stability: 'stable',
  merge: 'sum',
  attributes: [queueName],
});
