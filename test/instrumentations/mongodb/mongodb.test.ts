// Commands of MongoDB's driver against a server that speaks its protocol: each counted once, with its outcome.
//
// The server is mongo-java-server 1.47, configured to claim that it is a router of a cluster, since no MongoDB server is to be
// had. What it cannot show stays untested: replica sets and their elections, commands that a real server fails with labels for a
// retry, write concerns, transactions that are undone, change streams, `explain`, `bulkWrite` of a client (MongoDB 8), logins,
// TLS, compression, load balancers, and codes of errors that it does not know.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { inRange } from '../../../src/hooks/modules/version-range.ts';
import { mongodb } from '../../../src/instrumentations/mongodb/mongodb.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { countsOf } from '../../kit/samples/samples.ts';
import { commandsOf, type MongoCase, testsWithMongo } from '../../kit/servers/mongo-tests.ts';

const require = createRequire(import.meta.url);

const testsOf = testsWithMongo();

it('MongoDB: the tests run with versions of the target', () => {
  const versions = [require('mongodb/package.json').version, require('mongodb6/package.json').version] as string[];
  expect(versions.map((version) => Number.parseInt(version, 10))).toEqual([7, 6]);
  expect(versions.every((version) => inRange(version, mongodb.target.versions))).toBe(true);
});

const shopOf = ({ open }: Pick<MongoCase, 'open'>, options?: object): any => open(options).db('shop');

const returnedOf = async ({ read }: MongoCase): Promise<Record<string, number | undefined>> => {
  const samples = (await read()).filter(({ name }) => name === 'db.client.response.returned_rows');
  return Object.fromEntries(samples.map(({ attributes, sum }) => [attributes['db.operation.name'], sum]));
};

describe.each(['mongodb', 'mongodb6'])('commands of %s', (name) => {
  const test = testsOf(name);

  test('records a command of MongoDB with the attributes of the semantic conventions', async (given) => {
    await shopOf(given).collection('items').insertOne({ _id: 1, color: 'red' });
    const samples = await given.read();
    expect(samples.filter((sample) => sample.name === 'db.client.operation.duration')).toMatchObject([
      {
        value: 1,
        attributes: {
          'db.system.name': 'mongodb',
          'db.operation.name': 'insert',
          'db.collection.name': 'items',
          'db.namespace': 'shop',
          'server.address': '127.0.0.1',
          'server.port': given.server.port,
        },
      },
    ]);
  });

  test("counts commands of MongoDB as often as the driver's events do", async (given) => {
    const client = given.open({ monitorCommands: true });
    const events: Record<string, number> = {};
    for (const event of ['commandSucceeded', 'commandFailed'])
      client.on(event, ({ commandName }: { commandName: string }) => (events[commandName] = (events[commandName] ?? 0) + 1));
    await runEverything(client);
    await client.close();
    delete events['endSessions'];
    expect(countsOf(await given.read(), 'db.client.operation.duration', ['db.operation.name'])).toEqual(events);
    expect(events).toMatchObject({ find: 5, getMore: 2, insert: 7, update: 2, delete: 1, aggregate: 2, commitTransaction: 1 });
  });

  test('records the collection of a command of MongoDB that has one', async (given) => {
    const shop = shopOf(given);
    await shop.createCollection('items');
    await shop.collection('items').createIndex({ color: 1 });
    await shop.collection('items').findOne({ color: 'red' });
    await shop.collection('items').drop();
    await shop.listCollections().toArray();
    await shop.command({ ping: 1 });
    await shop.command({ count: 'items' });
    await shop.command({ count: 'items', query: { color: 'red' } });
    await shop.admin().listDatabases();
    const samples = await given.read();
    expect(commandsOf(samples)).toEqual({
      'create items': 1,
      'createIndexes items': 1,
      'find items': 1,
      'drop items': 1,
      listCollections: 1,
      ping: 1,
      'count items': 2,
      listDatabases: 1,
    });
    expect(countsOf(samples, 'db.client.operation.duration', ['db.namespace'])).toEqual({ shop: 8, admin: 1 });
  });

  test('records a failed command of MongoDB with the code of the server', async (given) => {
    const shop = shopOf(given);
    const items = shop.collection('items');
    await items.insertOne({ _id: 1 });
    await expect(items.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 11000 });
    await expect(items.find({ color: { $nonsense: 1 } }).toArray()).rejects.toMatchObject({ code: 2 });
    await expect(shop.command({ nonsense: 1 })).rejects.toMatchObject({ code: 59 });
    expect(commandsOf(await given.read())).toEqual({
      'insert items': 1,
      'insert items 11000': 1,
      'find items 2': 1,
      'nonsense 59': 1,
    });
  });

  test('records many writes of MongoDB as one command, with the code of the first that is refused', async (given) => {
    const items = shopOf(given).collection('items');
    const insert = (_id: number): object => ({ insertOne: { document: { _id } } });
    const change = { updateOne: { filter: { _id: 1 }, update: { $set: { color: 'red' } } } };
    await items.bulkWrite([insert(1), insert(2), change, change, { deleteOne: { filter: { _id: 2 } } }]);
    await expect(items.bulkWrite([insert(3), insert(1)], { ordered: false })).rejects.toMatchObject({ code: 11000 });
    expect(commandsOf(await given.read())).toEqual({
      'insert items': 1,
      'update items': 1,
      'delete items': 1,
      'insert items 11000': 1,
    });
  });

  test('records how many documents a command of MongoDB returns', async (given) => {
    const items = shopOf(given).collection('items');
    await items.insertMany(Array.from({ length: 7 }, (_, _id) => ({ _id })));
    expect(await items.find({}, { batchSize: 3 }).toArray()).toHaveLength(7);
    await items.find({ _id: 99 }).toArray();
    await items.aggregate([{ $match: { _id: { $gt: 4 } } }]).toArray();
    await items.updateOne({ _id: 1 }, { $set: { color: 'red' } });
    expect(await returnedOf(given)).toEqual({ find: 3, getMore: 4, aggregate: 2 });
    expect(commandsOf(await given.read())).toMatchObject({ 'find items': 2, 'getMore items': 2, 'aggregate items': 1 });
  });

  for (const form of ['raw', 'useBigInt64', 'promoteValues'])
    test(`records the same of a command of MongoDB whose replies have another form (${form})`, async (given) => {
      const items = shopOf(given, { [form]: form !== 'promoteValues' }).collection('items');
      await items.insertMany([{ _id: 1, size: 1n }, { _id: 2, size: 2n }, { _id: 3 }]);
      await expect(items.insertOne({ _id: 1 })).rejects.toMatchObject({ name: 'MongoServerError' });
      expect(await items.find({}, { batchSize: 2 }).toArray()).toHaveLength(3);
      expect(await returnedOf(given)).toEqual({ find: 2, getMore: 1 });
      expect(commandsOf(await given.read())).toEqual({
        'insert items': 1,
        'insert items 11000': 1,
        'find items': 1,
        'getMore items': 1,
      });
    });

  test('records a command of a transaction of MongoDB like any other, and its commit', async (given) => {
    const client = given.open();
    const items = client.db('shop').collection('items');
    await client.withSession((session: any) =>
      session.withTransaction(async () => {
        await items.insertOne({ _id: 1 }, { session });
        await items.findOne({}, { session });
      }),
    );
    const session = client.startSession();
    session.startTransaction();
    await items.insertOne({ _id: 2 }, { session });
    await session.abortTransaction();
    await session.endSession();
    await client.close();
    expect(commandsOf(await given.read())).toEqual({
      'insert items': 2,
      'find items': 1,
      commitTransaction: 1,
      abortTransaction: 1,
    });
  });

  test('counts a command of MongoDB once that needs no reply', async (given) => {
    const items = shopOf(given).collection('items');
    await items.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
    expect(commandsOf(await given.read())).toEqual({ 'insert items': 1 });
  });

  test('counts a slow command of MongoDB', async (given) => {
    const shop = shopOf(given);
    await shop.command({ sleep: 1, millis: 1050 });
    await shop.command({ sleep: 1, millis: 1 });
    const samples = await given.read();
    expect(countsOf(samples, 'db.client.slow_operations', ['db.operation.name'])).toEqual({ sleep: 1 });
    const [sample] = samples.filter((one) => one.name === 'db.client.operation.duration');
    expect(sample?.sum).toBeGreaterThan(1.05);
    expect(sample?.sum).toBeLessThan(5);
  });

  test("leaves out what MongoDB's driver sends on its own", async (given) => {
    const client = given.open({ heartbeatFrequencyMS: 500 });
    let beats = 0;
    client.on('serverHeartbeatSucceeded', () => (beats += 1));
    await client.connect();
    await client.db('shop').collection('items').findOne();
    await eventually(() => expect(beats).toBeGreaterThanOrEqual(3));
    await client.close();
    expect(commandsOf(await given.read())).toEqual({ 'find items': 1 });
  });

  test('puts no value and no filter of MongoDB on the page', async (given) => {
    const shop = shopOf(given);
    const secret = 'hunter2';
    const items = shop.collection('items');
    await items.insertOne({ _id: secret, [secret]: secret });
    await items.insertOne({ _id: secret }).catch(() => {});
    await items.find({ [secret]: secret }).toArray();
    await items
      .find({ [secret]: { [`$${secret}`]: 1 } })
      .toArray()
      .catch(() => {});
    await items.updateOne({ [secret]: secret }, { $set: { [secret]: secret } });
    await items.aggregate([{ $match: { [secret]: secret } }]).toArray();
    await items.distinct(secret, { [secret]: secret });
    await shop.command({ createUser: secret, pwd: secret, roles: [] }).catch(() => {});
    await shop.command({ ping: secret }).catch(() => {});
    expect(JSON.stringify(await given.read())).not.toContain(secret);
  });

  test('limits the names of collections of MongoDB', async (given) => {
    const shop = shopOf(given);
    for (let from = 0; from < 600; from += 100)
      await Promise.all(Array.from({ length: 100 }, (_, index) => shop.collection(`items${from + index}`).findOne()));
    const commands = commandsOf(await given.read());
    expect(Object.keys(commands).length).toBeLessThanOrEqual(201);
    expect(Object.values(commands).reduce((sum, count) => sum + count)).toBe(600);
  });
});

/** A bit of everything that the server speaks. */
async function runEverything(client: any): Promise<void> {
  const shop = client.db('shop');
  const items = shop.collection('items');
  for (let _id = 0; _id < 3; _id += 1) await items.insertOne({ _id });
  await items.insertOne({ _id: 1 }).catch(() => {});
  await items.insertMany(Array.from({ length: 5 }, () => ({ color: 'red' })));
  for (const batchSize of [4, 5]) await items.find({}, { batchSize }).toArray();
  await Promise.all([items.findOne({ _id: 1 }), items.findOne({ _id: 9 })]);
  await items.updateMany({}, { $set: { color: 'blue' } });
  await items.replaceOne({ _id: 1 }, { color: 'green' });
  await items.deleteOne({ _id: 2 });
  await items.findOneAndUpdate({ _id: 1 }, { $inc: { size: 1 } });
  await items.aggregate([{ $group: { _id: '$color', count: { $sum: 1 } } }]).toArray();
  await items.countDocuments();
  await items.estimatedDocumentCount();
  await items.distinct('color');
  await items.createIndex({ color: 1 });
  await items.listIndexes().toArray();
  const cursor = items.find({}, { batchSize: 1 });
  await cursor.next();
  await cursor.close();
  await client.withSession((session: any) =>
    session.withTransaction(async () => {
      await items.insertOne({ _id: 20 }, { session });
    }),
  );
  await items.bulkWrite([{ insertOne: { document: { _id: 30 } } }]);
  await shop.command({ nonsense: 1 }).catch(() => {});
}
