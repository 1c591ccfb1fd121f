// Opens a queue of BullMQ until its depth has been read, and then leaves it without its connection, as an outage does.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { startRedis } from '../../kit/servers/redis-process.ts';

const require = createRequire(import.meta.url);

export const exercise = exerciseWith('redis-server', async (track, program) => {
  await using redis = await startRedis(program);
  const { Queue } = freshCopy(require, 'bullmq');
  const queue = new Queue('mail', { connection: { port: redis.port } });
  track(queue);
  await queue.add('later', {}, { delay: 60_000 });
  await eventually(async () => {
    if ((await redis.cli('exists', 'promtel:queue-poll:bull:mail')) !== '1') throw new Error('nobody reads it');
  });
  // By then, the answer has come.
  await queue.getJobCounts();
  await queue.disconnect();
});
