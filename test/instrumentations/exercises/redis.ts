// Makes node-redis send commands: that succeed, fail, find nothing and take long, in a pipeline, a transaction and a pool, from a
// client-side cache, and to nobody.
import { createRequire } from 'node:module';
import { BasicClientSideCache, createClient, createClientPool } from 'redis';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { fixedPort } from '../../kit/free-port.ts';
import { type RedisProcess, startRedis } from '../../kit/servers/redis-process.ts';

/** The same for every run, since it is part of the names of pools and caches. */
const portOf = fixedPort();

export const exercise = exerciseWith('redis-server', async (track, program) => {
  // What is patched is patched as it is loaded, and it was loaded before.
  createRequire(import.meta.url)('@redis/client/dist/lib/client/cache.js');
  await using server = await startRedis(program, await portOf());
  await sendCommands(server);
  await useCache(server, track);
  await usePool(server);
  const lonely = createClient({ socket: { host: '127.0.0.1', port: 1, reconnectStrategy: false } });
  lonely.on('error', () => {});
  await lonely.connect().catch(() => {});
});

async function sendCommands({ url, cli }: RedisProcess): Promise<void> {
  const client = await createClient({ url }).connect();
  await client.set('key', 'value');
  await client.mGet(['key', 'none']);
  await client.hGet('key', 'field').catch(() => {});
  await client.multi().get('key').get('none').execAsPipeline();
  await client.multi().get('key').incr('counter').exec();
  await cli('client', 'pause', '1050');
  await client.get('key');
  await client.close();
}

async function useCache({ url }: RedisProcess, track: (tracked: object) => void): Promise<void> {
  const cache = new BasicClientSideCache({ maxEntries: 1 });
  track(cache);
  const client = await createClient({ url, RESP: 3, clientSideCache: cache }).connect();
  for (const key of ['key', 'key', 'other']) await client.get(key);
  await client.close();
  // For long enough to be read: what nobody holds any more leaves the page.
  setTimeout(() => void cache.size(), 300);
}

async function usePool({ url }: RedisProcess): Promise<void> {
  const pool = createClientPool({ url }, { minimum: 1, maximum: 1 });
  await pool.connect();
  await pool.get('key');
  await pool.close();
}
