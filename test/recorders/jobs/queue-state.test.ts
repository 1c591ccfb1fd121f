// Every field of a queue's state has a series of its own.
import { expect, it } from 'vitest';
import { queueState } from '../../../src/catalog/attributes.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { QUEUE_FIELDS, type QueueReading } from '../../../src/recorders/jobs/queue-state.ts';
import { StateGauges } from '../../../src/recorders/state-gauges.ts';
import { seriesOf } from '../../kit/samples/recorder.ts';

const STATE = {
  waiting: 1,
  active: 2,
  completed: 3,
  failed: 4,
  delayed: 5,
  prioritized: 6,
  paused: 7,
  waitingChildren: 8,
  oldestSeconds: 9.5,
  isPaused: true,
  workers: 10,
  concurrency: 11,
} satisfies Required<QueueReading>;

const QUEUE = { 'queue.name': 'mail' };

it('a queue shows its jobs by state, the age of its oldest job, and its workers', () => {
  const registry = new Registry();
  new StateGauges(registry, QUEUE_FIELDS, QUEUE).show(STATE);
  const jobs = seriesOf(registry, 'queue.jobs').map(({ 'queue.state': state, value }) => [state, value]);
  expect(Object.fromEntries(jobs)).toEqual({
    waiting: 1,
    active: 2,
    completed: 3,
    failed: 4,
    delayed: 5,
    prioritized: 6,
    paused: 7,
    'waiting-children': 8,
  });
  expect(seriesOf(registry, 'queue.oldest_job.age')).toEqual([{ ...QUEUE, value: 9.5 }]);
  expect(seriesOf(registry, 'queue.paused')).toEqual([{ ...QUEUE, value: 1 }]);
  expect(seriesOf(registry, 'queue.workers')).toEqual([{ ...QUEUE, value: 10 }]);
  expect(seriesOf(registry, 'queue.concurrency')).toEqual([{ ...QUEUE, value: 11 }]);
});

it('every state of a job in a queue is a field', () => {
  const states = Object.values(QUEUE_FIELDS).flatMap(([, attributes]) => attributes?.['queue.state'] ?? []);
  expect(states.toSorted()).toEqual([...queueState.values].toSorted());
});
