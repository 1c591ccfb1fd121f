// A state is shown in gauges, field by field: a field that is no longer known is taken off the page.
import { beforeEach, expect, it } from 'vitest';
import { queueJobs, queuePaused } from '../../src/catalog/jobs.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { type StateFields, StateGauges } from '../../src/recorders/state-gauges.ts';
import { seriesOf } from '../kit/samples/recorder.ts';

interface State {
  readonly waiting?: number | undefined;
  readonly failed?: number | undefined;
  readonly isPaused?: boolean | undefined;
}

const FIELDS: StateFields<State> = {
  waiting: [queueJobs, { 'queue.state': 'waiting' }],
  failed: [queueJobs, { 'queue.state': 'failed' }],
  isPaused: [queuePaused],
};
const QUEUE = { 'queue.name': 'mail' };

let registry: Registry;
let gauges: StateGauges<State>;
beforeEach(() => {
  registry = new Registry();
  gauges = new StateGauges(registry, FIELDS, QUEUE);
});

const jobs = (): object[] => seriesOf(registry, 'queue.jobs');
const paused = (): object[] => seriesOf(registry, 'queue.paused');

it('a state is shown in a series for each field that is known', () => {
  gauges.show({ waiting: 3, failed: 0, isPaused: true });
  expect(jobs()).toEqual([
    { ...QUEUE, 'queue.state': 'waiting', value: 3 },
    { ...QUEUE, 'queue.state': 'failed', value: 0 },
  ]);
  expect(paused()).toEqual([{ ...QUEUE, value: 1 }]);
});

it('a field of a state that is no longer known is taken off the page, and is back when it is', () => {
  gauges.show({ waiting: 3, isPaused: false });
  gauges.show({ isPaused: false });
  expect([jobs(), paused()]).toEqual([[], [{ ...QUEUE, value: 0 }]]);
  gauges.show({ waiting: 2 });
  expect([jobs(), paused()]).toEqual([[{ ...QUEUE, 'queue.state': 'waiting', value: 2 }], []]);
});

it('hiding a state takes off the page what it has shown, and nothing that others show', () => {
  const other = new StateGauges(registry, FIELDS, QUEUE);
  other.show({ failed: 5 });
  gauges.show({ waiting: 3 });
  gauges.hide();
  expect(jobs()).toEqual([{ ...QUEUE, 'queue.state': 'failed', value: 5 }]);
});
