// Makes ioredis send commands: that succeed, fail, find nothing and take long, in a pipeline and in a transaction, and to nobody.
import { Redis } from 'ioredis';
import { reloadIoredis } from '../../kit/apps/ioredis-client.ts';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { fixedPort } from '../../kit/free-port.ts';
import { startRedis } from '../../kit/servers/redis-process.ts';

/** The same for every run, since it is part of the names of pools and caches. */
const portOf = fixedPort();

export const exercise = exerciseWith('redis-server', async (_, program) => {
  reloadIoredis();
  await using server = await startRedis(program, await portOf());
  const client = new Redis(server.port, '127.0.0.1', { lazyConnect: true });
  await client.connect();
  await client.set('key', 'value');
  await client.mget('key', 'none');
  await client.hget('key', 'field').catch(() => {});
  await client.pipeline().get('key').get('none').exec();
  await client.multi().get('key').incr('counter').exec();
  await server.cli('client', 'pause', '1050');
  await client.get('key');
  const closed = new Promise((resolve) => client.once('end', resolve));
  await client.quit();
  await closed;
  const lonely = new Redis(1, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  lonely.on('error', () => {});
  await lonely.connect().catch(() => {});
});
