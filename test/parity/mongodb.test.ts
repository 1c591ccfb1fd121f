// Beside the official instrumentation of MongoDB's driver, for the same traffic in one process: the same operations, and its one metric.
import { createRequire } from 'node:module';
import { describe, expect } from 'vitest';
import { mongodb } from '../../src/instrumentations/mongodb/mongodb.ts';
import { freshCopy } from '../kit/apps/fresh-copy.ts';
import { loadOfficial, type OfficialClass, startOfficial } from '../kit/apps/official.ts';
import { attachAlone, countsOf } from '../kit/samples/samples.ts';
import { startMongo } from '../kit/servers/mongo-process.ts';
import { testWith } from '../kit/with-program.ts';

const require = createRequire(import.meta.url);

type Attributes = Readonly<Record<string, string | number>>;

/** The official instrumentation records operations as spans only: the attributes that each was started with. */
const spans: Attributes[] = [];

const tracer = {
  startSpan(_: string, { attributes }: { attributes: Attributes }): object {
    spans.push(attributes);
    return { setStatus() {}, end() {} };
  },
};

class OfficialWithSpans extends (loadOfficial('@opentelemetry/instrumentation-mongodb', 'MongoDBInstrumentation') as new (
  config: object,
) => InstanceType<OfficialClass> & { setTracerProvider(provider: object): void }) {
  constructor() {
    super({ requireParentSpan: false });
    this.setTracerProvider({ getTracer: () => tracer });
  }
}

const OPERATION = ['db.operation.name', 'db.collection.name', 'db.namespace', 'db.system.name', 'server.address', 'server.port'];

/** Commands that the driver sends to the database, so that the official instrumentation does not know their collection. */
const OF_ITEMS = new Set<unknown>(['aggregate', 'findAndModify']);

/** How often each operation was begun, without what differs for a reason. */
function operationsOf(all: readonly Attributes[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const attributes of all) {
    const name = attributes['db.operation.name'];
    // The driver ends its sessions by itself.
    if (name === 'endSessions') continue;
    const values = OPERATION.flatMap((key) => attributes[key] ?? []).flatMap((value) =>
      !String(value).startsWith('$cmd') ? value : OF_ITEMS.has(name) ? 'items' : [],
    );
    counts[values.join(' ')] = (counts[values.join(' ')] ?? 0) + 1;
  }
  return counts;
}

async function useMongo(client: any): Promise<void> {
  const shop = client.db('shop');
  const items = shop.collection('items');
  await items.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
  await items.insertOne({ _id: 1 }).catch(() => {});
  await items.find({}, { batchSize: 2 }).toArray();
  await items.updateOne({ _id: 1 }, { $set: { color: 'red' } });
  await items.findOneAndDelete({ _id: 2 });
  await items.aggregate([{ $match: { color: 'red' } }]).toArray();
  await items.bulkWrite([{ insertOne: { document: { _id: 4 } } }, { deleteOne: { filter: { _id: 3 } } }]);
  await items.createIndex({ color: 1 });
  await shop.listCollections().toArray();
  await shop.command({ nonsense: 1 }).catch(() => {});
  await client.withSession((session: any) => session.withTransaction(() => items.insertOne({ _id: 5 }, { session })));
}

describe('promtel and the official instrumentation', () => {
  // Once only: the official one gives a module that is loaded a second time as it was the first time.
  testWith(
    'mongo-java-server',
    'see the same MongoDB operations, and the same connections but for sessions that have none',
    async (program) => {
      await using server = await startMongo(program);
      const measured = attachAlone(mongodb);
      const official = startOfficial(OfficialWithSpans);
      const { MongoClient } = freshCopy(require, 'mongodb');
      const client = new MongoClient(server.url, { maxPoolSize: 2 });
      const connectionsOf = async (): Promise<object> => ({
        promtel: countsOf(await measured.read(), 'db.client.connection.count', ['db.client.connection.state']),
        official: officialCounts(await official.read()),
      });

      await useMongo(client);
      const durations = (await measured.read()).filter(({ name }) => name === 'db.client.operation.duration');
      const begun = durations.flatMap(({ attributes, value }) => Array.from({ length: value }, () => attributes as Attributes));
      expect(operationsOf(begun)).toEqual(operationsOf(spans));
      expect(begun.length).toBeGreaterThan(13);
      expect(await connectionsOf()).toEqual({ promtel: { used: 0, idle: 1 }, official: { used: 0, idle: 1 } });

      await Promise.all(Array.from({ length: 6 }, () => client.db('shop').command({ sleep: 1, millis: 20 })));
      expect(await connectionsOf()).toEqual({ promtel: { used: 0, idle: 2 }, official: { used: 0, idle: 2 } });

      // The official one counts sessions: a cursor that is open has one, and no connection while nothing is fetched.
      const cursor = client.db('shop').collection('items').find({}, { batchSize: 1 });
      await cursor.next();
      expect(await connectionsOf()).toEqual({ promtel: { used: 0, idle: 2 }, official: { used: 1, idle: 1 } });

      await cursor.close();
      await client.close();
      measured.attached.detach();
      await official.stop();
      expect(measured.attached.failure).toBeUndefined();
    },
  );
});

const officialCounts = (samples: readonly { attributes: Readonly<Record<string, unknown>>; value: number }[]): object =>
  Object.fromEntries(samples.map(({ attributes, value }) => [attributes['db.client.connection.state'], value]));
