// Jobs and the queues that they wait in. The conventions' messaging metrics stop at 10 s and know no retries, so names are ours.
import { defineMetric } from '../core/metric.ts';
import { errorType, jobName, jobOutcome, queueName, queueState } from './attributes.ts';
import { SECONDS_JOB } from './buckets.ts';

const job = [queueName, jobName] as const;

export const jobDuration = defineMetric({
  name: 'job.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of attempts to process a job.',
  stability: 'stable',
  buckets: SECONDS_JOB,
  attributes: [...job, jobOutcome, errorType],
});

export const jobWaitDuration = defineMetric({
  name: 'job.wait.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time that jobs waited for their first attempt, a parent for its children too, without the delay they were added with.',
  stability: 'stable',
  buckets: SECONDS_JOB,
  attributes: job,
});

export const jobActive = defineMetric({
  name: 'job.active',
  instrument: 'updowncounter',
  unit: '{job}',
  brief: 'Jobs that this process is working on.',
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
  brief: 'Attempts that failed and are to be repeated.',
  stability: 'stable',
  attributes: job,
});

export const jobStalled = defineMetric({
  name: 'job.stalled',
  instrument: 'counter',
  unit: '{job}',
  brief: 'Jobs whose worker went away in the middle of them, as seen by the worker that found out.',
  stability: 'stable',
  attributes: job,
});

export const queueJobs = defineMetric({
  name: 'queue.jobs',
  instrument: 'gauge',
  unit: '{job}',
  brief: 'Jobs in a queue by what they wait for, read by one process for all.',
  stability: 'stable',
  merge: 'max',
  attributes: [queueName, queueState],
});

export const queueOldestJobAge = defineMetric({
  name: 'queue.oldest_job.age',
  instrument: 'gauge',
  unit: 's',
  brief: 'How long the oldest job that could be worked on has been waiting; 0 where none is.',
  stability: 'stable',
  merge: 'max',
  attributes: [queueName],
});

export const queuePaused = defineMetric({
  name: 'queue.paused',
  instrument: 'gauge',
  unit: '1',
  brief: 'Whether a queue is paused: 1 if it is.',
  stability: 'stable',
  merge: 'max',
  attributes: [queueName],
});

export const queueWorkers = defineMetric({
  name: 'queue.workers',
  instrument: 'gauge',
  unit: '{worker}',
  brief: 'Workers of a queue that run in this process.',
  stability: 'stable',
  merge: 'sum',
  attributes: [queueName],
});

export const queueConcurrency = defineMetric({
  name: 'queue.concurrency',
  instrument: 'gauge',
  unit: '{job}',
  brief: 'Jobs of a queue that the workers in this process take on at a time.',
  stability: 'stable',
  merge: 'sum',
  attributes: [queueName],
});
