// Makes MongoDB's driver run commands: that succeed, fail, take long and return documents; with a pool that is too small, with one
// whose connections are refused, and with no server at all.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { fixedPort } from '../../kit/free-port.ts';
import { startMongo } from '../../kit/servers/mongo-process.ts';

const require = createRequire(import.meta.url);

/** The same for every run, since it is part of the names of pools and caches. */
const portOf = fixedPort();

/** What was used last, so that its pool is still there to be read. */
export let kept: unknown;

export const exercise = exerciseWith('mongo-java-server', async (track, program) => {
  const { MongoClient } = freshCopy(require, 'mongodb');
  await using server = await startMongo(program, await portOf());
  // Opening the first connection is waiting, too.
  const client = new MongoClient(server.url, { maxPoolSize: 1, waitQueueTimeoutMS: 700 });
  kept = client;
  const items = client.db('shop').collection('items');
  await items.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
  await items.insertOne({ _id: 1 }).catch(() => {});
  for (const item of await items.find({}, { batchSize: 2 }).toArray()) track(item);
  const slow = client.db('shop').command({ sleep: 1, millis: 1050 });
  await items.findOne().catch(() => {});
  await slow;
  await client.close();
  const refusing = [server.url.replace('//', '//user:password@'), 'mongodb://127.0.0.1:1'];
  for (const url of refusing) track(await beRefused(new MongoClient(url, { serverSelectionTimeoutMS: 200 })));
});

async function beRefused(client: any): Promise<object> {
  await client
    .db('shop')
    .collection('items')
    .findOne()
    .catch(() => {});
  await client.close();
  return client;
}
