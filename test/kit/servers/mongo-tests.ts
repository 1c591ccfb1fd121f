// Tests against a MongoDB server that the tests of a file share, and the commands that were measured.
import { createRequire } from 'node:module';
import { MongoClient } from 'mongodb';
import { mongodb } from '../../../src/instrumentations/mongodb/mongodb.ts';
import { freshCopy } from '../apps/fresh-copy.ts';
import { countsOf, type AttachedAlone, whileAttached } from '../samples/samples.ts';
import { testsWithServer } from '../with-program.ts';
import { type MongoProcess, startMongo } from './mongo-process.ts';

const require = createRequire(import.meta.url);

export interface MongoCase extends AttachedAlone {
  readonly server: MongoProcess;
  /** The exports of a copy of the driver that was loaded after the instrumentation was attached. */
  readonly driver: any;
  /** A client that is closed after the test, by default of the test's server. */
  open(options?: object, url?: string): any;
}

export type MongoTest = (title: string, run: (given: MongoCase) => Promise<void>) => void;

/** Defines tests with a driver, by the name that it is installed under, and with an empty database `shop`. */
export function testsWithMongo(): (driver: string) => MongoTest {
  const testWithMongo = testsWithServer('mongo-java-server', (program) => startMongo(program));
  return (driver) => (title, run) => testWithMongo(title, (server) => runCase(driver, server, run));
}

async function runCase(name: string, server: MongoProcess, run: (given: MongoCase) => Promise<void>): Promise<void> {
  await emptyMongo(server, ['shop']);
  await whileAttached(mongodb, async (measured) => {
    const driver = freshCopy(require, name);
    const clients: any[] = [];
    const open: MongoCase['open'] = (options, url = server.url) => {
      const client = new driver.MongoClient(url, options);
      clients.push(client);
      return client;
    };
    try {
      await run({ ...measured, server, driver, open });
    } finally {
      for (const client of clients) await client.close();
    }
  });
}

/** Drops databases, with a driver that is not instrumented. */
export async function emptyMongo({ url }: MongoProcess, names: readonly string[]): Promise<void> {
  const client = new MongoClient(url);
  for (const name of names) await client.db(name).dropDatabase();
  await client.close();
}

/** How often each command was measured, such as `find items` or, where it failed, `insert items 11000`. */
export function commandsOf(samples: Parameters<typeof countsOf>[0]): Record<string, number> {
  return countsOf(samples, 'db.client.operation.duration', ['db.operation.name', 'db.collection.name', 'error.type']);
}
