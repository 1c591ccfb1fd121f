// Workers and their concurrency add up by queue, and a queue without workers has none rather than no series.
import { beforeEach, expect, it } from 'vitest';
import { JobWorkers } from '../../../src/recorders/jobs/workers.ts';
import { attachRecorder, type AttachedRecorder } from '../../kit/samples/recorder.ts';

interface Worker {
  concurrency: number | undefined;
}

let workers: AttachedRecorder<JobWorkers<Worker>>;
beforeEach(() => {
  workers = attachRecorder((attachment) => new JobWorkers<Worker>(attachment, ({ concurrency }) => concurrency));
});

const counts = (): Promise<object[]> => workers.collect('queue.workers');
const concurrency = (): Promise<object[]> => workers.collect('queue.concurrency');

it('workers of a queue are counted, and their concurrency adds up', async () => {
  const all = [{ concurrency: 5 }, { concurrency: 2 }, { concurrency: 1 }];
  for (const [index, worker] of all.entries()) workers.recorder.add(worker, index < 2 ? 'mail' : 'orders');
  expect(await counts()).toEqual([
    { 'queue.name': 'mail', value: 2 },
    { 'queue.name': 'orders', value: 1 },
  ]);
  expect(await concurrency()).toEqual([
    { 'queue.name': 'mail', value: 7 },
    { 'queue.name': 'orders', value: 1 },
  ]);
});

it('a worker is counted once, and with the concurrency that it has now', async () => {
  const worker = { concurrency: 5 };
  for (const _ of [1, 2]) workers.recorder.add(worker, 'mail');
  worker.concurrency = 8;
  expect(await counts()).toEqual([{ 'queue.name': 'mail', value: 1 }]);
  expect(await concurrency()).toEqual([{ 'queue.name': 'mail', value: 8 }]);
});

it('a queue whose workers were closed has 0 of them', async () => {
  const worker: Worker = { concurrency: 5 };
  workers.recorder.add(worker, 'mail');
  await counts();
  worker.concurrency = undefined;
  expect(await counts()).toEqual([{ 'queue.name': 'mail', value: 0 }]);
  expect(await concurrency()).toEqual([{ 'queue.name': 'mail', value: 0 }]);
});
