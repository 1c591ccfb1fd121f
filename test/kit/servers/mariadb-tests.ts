// Tests of mysql2 against a MariaDB server that the tests of a file share.
import { createRequire } from 'node:module';
import type { Connection, ConnectionOptions, Pool, PoolOptions } from 'mysql2/promise';
import { mysql2 } from '../../../src/instrumentations/mysql2/mysql2.ts';
import { freshCopy } from '../apps/fresh-copy.ts';
import { type AttachedAlone, whileAttached } from '../samples/samples.ts';
import { testsWithServer } from '../with-program.ts';
import { type MariadbProcess, startMariadb } from './mariadb-process.ts';

const require = createRequire(import.meta.url);

export interface MariadbContext extends AttachedAlone {
  readonly server: MariadbProcess;
  /** The server's address and database, as options of a client. */
  readonly place: Pick<MariadbProcess, 'host' | 'port' | 'user' | 'database'>;
  /** A copy of the library that was loaded after the instrumentation was attached. */
  readonly mysql: typeof import('mysql2');
  /** Opens a connection that is closed after the test. */
  connect(options?: ConnectionOptions): Promise<Connection>;
  /** Makes a pool that is closed after the test. */
  pool(options?: PoolOptions): Pool;
}

export type MariadbTest = (title: string, run: (context: MariadbContext) => Promise<void>) => void;

/** Defines tests with the instrumentation attached, and a database that has only a table `items` with the `id`s 1, 2 and 3. */
export function testsWithMariadb(): MariadbTest {
  const testWithServer = testsWithServer('mariadbd', (program) => startMariadb(program));
  return (title, run) =>
    testWithServer(title, async (server) => {
      await server.cli('DROP DATABASE app; CREATE DATABASE app; USE app; CREATE TABLE items (id INT PRIMARY KEY)');
      await server.cli('INSERT INTO app.items VALUES (1), (2), (3)');
      await whileAttached(mysql2, async (measured) => {
        const ends: (() => unknown)[] = [];
        try {
          await run(contextOf(server, measured, ends));
        } finally {
          for (const end of ends) await end();
        }
      });
    });
}

function contextOf(server: MariadbProcess, measured: AttachedAlone, ends: (() => unknown)[]): MariadbContext {
  const { host, port, user, database } = server;
  const place = { host, port, user, database };
  const mysql = freshCopy(require, 'mysql2') as typeof import('mysql2');
  return {
    ...measured,
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
