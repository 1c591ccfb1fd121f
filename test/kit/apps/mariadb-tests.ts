// Tests of mysql2 against one MariaDB server for all of a file.
import { createRequire } from 'node:module';
import type { Connection, ConnectionOptions, Pool, PoolOptions } from 'mysql2/promise';
import { mysql2 } from '../../../src/instrumentations/mysql2/mysql2.ts';
import { attachAlone, type Readings } from '../samples/samples.ts';
import { type MariadbProcess, startMariadb } from '../servers/mariadb-process.ts';
import { testsWithServer } from '../with-program.ts';
import { freshCopy } from './fresh-copy.ts';

const require = createRequire(import.meta.url);

export interface MariadbContext extends Readings {
  readonly server: MariadbProcess;
  /** Where the server is, for a client. */
  readonly place: Pick<MariadbProcess, 'host' | 'port' | 'user' | 'database'>;
  /** A copy of the library that was loaded after the instrumentation was attached. */
  readonly mysql: typeof import('mysql2');
  /** Opens a connection that ends with the test. */
  connect(options?: ConnectionOptions): Promise<Connection>;
  /** Makes a pool that ends with the test. */
  pool(options?: PoolOptions): Pool;
}

export type MariadbTest = (title: string, run: (context: MariadbContext) => Promise<void>) => void;

/** Defines tests that find the instrumentation attached, and in the database only a table `items` with the `id`s 1, 2 and 3. */
export function testsWithMariadb(): MariadbTest {
  const testWithServer = testsWithServer('mariadbd', (program) => startMariadb(program));
  return (title, run) =>
    testWithServer(title, async (server) => {
      await server.cli('DROP DATABASE app; CREATE DATABASE app; USE app; CREATE TABLE items (id INT PRIMARY KEY)');
      await server.cli('INSERT INTO app.items VALUES (1), (2), (3)');
      const readings = attachAlone(mysql2);
      const ends: (() => unknown)[] = [];
      try {
        await run(contextOf(server, readings, ends));
      } finally {
        for (const end of ends) await end();
        readings.attached.detach();
      }
      if (readings.attached.failure !== undefined) throw new Error(readings.attached.failure);
    });
}

function contextOf(server: MariadbProcess, readings: Readings, ends: (() => unknown)[]): MariadbContext {
  const { host, port, user, database } = server;
  const place = { host, port, user, database };
  const mysql = freshCopy(require, 'mysql2') as typeof import('mysql2');
  return {
    ...readings,
    server,
    place,
    mysql,
    async connect(options = {}) {
      const connection = mysql.createConnection({ ...place, ...options }).promise();
      connection.on('error', () => {});
      ends.push(() => connection.destroy());
      await connection.connect();
      return connection;
    },
    pool(options = {}) {
      const pool = mysql.createPool({ ...place, ...options }).promise();
      // The test may have ended it itself.
      ends.push(() => pool.end().catch(() => {}));
      return pool;
    },
  };
}
