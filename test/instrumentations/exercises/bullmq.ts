// Makes BullMQ add a job and a flow, work on them, fail and repeat an attempt.
import { createRequire } from 'node:module';
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { startRedis } from '../../kit/servers/redis-process.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseWith('redis-server', async (track, program) => {
  const bullmq = freshCopy(require, 'bullmq') as typeof import('bullmq');
  await using server = await startRedis(program);
  const connection = { port: server.port };
  const queue: Queue = new bullmq.Queue('exercise', { connection });
  const events: QueueEvents = new bullmq.QueueEvents('exercise', { connection });
  const flows = new bullmq.FlowProducer({ connection });
  await events.waitUntilReady();
  const process = async (job: Job): Promise<void> => {
    track(job);
    if (job.name === 'failing' && job.attemptsMade === 0) throw new Error('the first time');
  };
  const worker: Worker = new bullmq.Worker('exercise', process, { connection });
  track(worker);
  const failing = await queue.add('failing', {}, { attempts: 2 });
  await failing.waitUntilFinished(events);
  const { job } = await flows.add({
    name: 'parent',
    queueName: 'exercise',
    children: [{ name: 'child', queueName: 'exercise' }],
  });
  await job.waitUntilFinished(events);
  await Promise.all([worker, queue, events, flows].map((one) => one.close()));
});
