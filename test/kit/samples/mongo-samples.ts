// Tests against one MongoDB server for all of a file, each with a copy of the driver that was loaded after promtel was attached.
import { createRequire } from 'node:module';
import { MongoClient } from 'mongodb';
import { mongodb } from '../../../src/instrumentations/mongodb/mongodb.ts';
import { freshCopy } from '../apps/fresh-copy.ts';
import { type MongoProcess, startMongo } from '../servers/mongo-process.ts';
import { testsWithServer } from '../with-program.ts';
import { attachAlone, countsOf, type Readings } from './samples.ts';

const require = createRequire(import.meta.url);

export interface MongoCase extends Readings {
  readonly server: MongoProcess;
  /** What the driver exports. */
  readonly driver: any;
  /** A client that is closed with the test, of the test's server unless another is given. */
  open(options?: object, url?: string): any;
}

export type MongoTest = (title: string, run: (given: MongoCase) => Promise<void>) => void;

/** Defines tests with a driver, by the name that it is installed under; each finds the database `shop` empty. */
export function testsWithMongo(): (driver: string) => MongoTest {
  const testWithMongo = testsWithServer('mongo-java-server', (program) => startMongo(program));
  return (driver) => (title, run) => testWithMongo(title, (server) => runCase(driver, server, run));
}

async function runCase(name: string, server: MongoProcess, run: (given: MongoCase) => Promise<void>): Promise<void> {
  await emptyMongo(server, ['shop']);
  const readings = attachAlone(mongodb);
  const driver = freshCopy(require, name);
  const clients: any[] = [];
  try {
    await run({
      ...readings,
      server,
      driver,
      open(options, url = server.url) {
        const client = new driver.MongoClient(url, options);
        clients.push(client);
        return client;
      },
    });
  } finally {
    for (const client of clients) await client.close();
    readings.attached.detach();
  }
  if (readings.attached.failure !== undefined) throw new Error(readings.attached.failure);
}

/** Drops databases, unseen by promtel. */
export async function emptyMongo({ url }: MongoProcess, names: readonly string[]): Promise<void> {
  const client = new MongoClient(url);
  for (const name of names) await client.db(name).dropDatabase();
  await client.close();
}

/** How often each command was measured, such as `find items` or, where it failed, `insert items 11000`. */
export function commandsOf(samples: Parameters<typeof countsOf>[0]): Record<string, number> {
  return countsOf(samples, 'db.client.operation.duration', ['db.operation.name', 'db.collection.name', 'error.type']);
}
