// Makes mysql2 send statements: that succeed, fail, take long and return rows; with a pool that is too small, and with no server.
import { createRequire } from 'node:module';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { exerciseWith } from '../../kit/contracts/exercise.ts';
import { fixedPort } from '../../kit/free-port.ts';
import { startMariadb } from '../../kit/servers/mariadb-process.ts';

const require = createRequire(import.meta.url);

/** The same for every run, since it is part of the names of pools and caches. */
const portOf = fixedPort();

const kept: object[] = [];

export const exercise = exerciseWith('mariadbd', async (track, program) => {
  const mysql = freshCopy(require, 'mysql2');
  await using server = await startMariadb(program, await portOf());
  const { host, port, user, database } = server;
  const pool = mysql.createPool({ host, port, user, database, connectionLimit: 1, queueLimit: 1 }).promise();
  track(pool.pool);
  await pool.query('CREATE TABLE items (id INT PRIMARY KEY)');
  await pool.execute('INSERT INTO items VALUES (?), (?)', [1, 2]);
  await pool.query('INSERT INTO items VALUES (1)').catch(() => {});
  const [rows] = await pool.query('SELECT * FROM items WHERE id < ?', [10]);
  track(rows);
  const busy = [pool.query('SELECT SLEEP(1.05)'), pool.query('SELECT 1')];
  await pool.query('SELECT 2').catch(() => {});
  await Promise.all(busy);
  await pool.end();
  const refused = mysql.createConnection({ host, port: 1 }).promise();
  await refused.query('SELECT 1').catch(() => {});
  kept.push(pool);
  // For long enough to be read: a pool that nobody holds any more leaves the page.
  setTimeout(() => kept.splice(0), 100);
});
