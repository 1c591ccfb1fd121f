// Statements of mysql2 against a real server: each counted once, with its outcome, whatever way it was sent.
import { createRequire } from 'node:module';
import { pipeline } from 'node:stream/promises';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import knex from 'knex';
import type { PrepareStatementInfo } from 'mysql2';
import type { Connection } from 'mysql2/promise';
import { describe, expect } from 'vitest';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { freshCopy } from '../../kit/apps/fresh-copy.ts';
import { loadOfficial } from '../../kit/apps/official.ts';
import { freePort } from '../../kit/free-port.ts';
import { countsOf } from '../../kit/samples/samples.ts';
import { type MariadbContext, testsWithMariadb } from '../../kit/servers/mariadb-tests.ts';
import { statementsOf } from '../../kit/servers/postgres-tests.ts';

const require = createRequire(import.meta.url);
const test = testsWithMariadb();

/** How often a statement of each kind was measured, as the server counts them: both ways to begin a transaction are one. */
function keywordsOf(samples: readonly Sample[]): Record<string, number> {
  const { START = 0, BEGIN = 0, ...others } = countsOf(samples, 'db.client.operation.duration', ['db.operation.name']);
  return { ...others, BEGIN: START + BEGIN };
}

/** The number of answers whose rows were counted, and of all their rows. */
function rowsOf(samples: readonly Sample[]): [answers: number, rows: number] {
  const answers = samples.filter(({ name }) => name === 'db.client.response.returned_rows');
  return [answers.reduce((sum, { value }) => sum + value, 0), answers.reduce((sum, { sum: rows = 0 }) => sum + rows, 0)];
}

/** Calls a method that takes a callback. */
function called<Result = unknown>(send: (callback: (error: unknown, result: Result) => void) => unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    send((error, result) => (error ? reject(error) : resolve(result)));
  });
}

describe('statements of mysql2', () => {
  test('records a statement of mysql2 with the attributes of the semantic conventions', async ({ connect, read, place }) => {
    const connection = await connect();
    await connection.query('SELECT id FROM items WHERE id = 1');
    const samples = await read();
    expect(samples.filter(({ name }) => name === 'db.client.operation.duration')).toMatchObject([
      {
        value: 1,
        attributes: {
          'db.system.name': 'mariadb',
          'db.operation.name': 'SELECT',
          'db.collection.name': 'items',
          'db.namespace': 'app',
          'server.address': '127.0.0.1',
          'server.port': place.port,
        },
      },
    ]);
  });

  test('records no namespace of mysql2 without a database, and no port of a Unix socket', async ({ mysql, server, read }) => {
    const connection = mysql.createConnection({ socketPath: server.socketPath, user: server.user }).promise();
    await connection.query('SELECT 1');
    await connection.end();
    const { attributes } = (await read()).find(({ name }) => name === 'db.client.operation.duration')!;
    expect(attributes).toEqual({
      'db.system.name': 'mariadb',
      'db.operation.name': 'SELECT',
      'server.address': server.socketPath,
    });
  });

  test('records the database that a connection of mysql2 was changed to', async ({ connect, read, server }) => {
    await server.cli('CREATE DATABASE IF NOT EXISTS other');
    const connection = await connect();
    await connection.query('SELECT 1');
    await connection.changeUser({ database: 'other' });
    await connection.query('SELECT 1');
    expect(countsOf(await read(), 'db.client.operation.duration', ['db.namespace'])).toEqual({ app: 1, other: 1 });
  });

  test('counts statements of mysql2 as often as the server ran them', async (context) => {
    const before = await ranOf(context);
    await sendEverything(context);
    const ran = await ranSince(before, context);
    expect(keywordsOf(await context.read())).toEqual(ran);
    expect(ran).toEqual({ SELECT: 9, INSERT: 3, UPDATE: 1, DELETE: 1, BEGIN: 2, COMMIT: 1, ROLLBACK: 1 });
  });

  test('counts statements of mysql2 as often as the official instrumentation does', async (context) => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const Official = loadOfficial('@opentelemetry/instrumentation-mysql2', 'MySQL2Instrumentation');
    const official = new Official() as InstanceType<typeof Official> & { setTracerProvider(given: object): void };
    official.setTracerProvider(provider);
    official.enable();
    try {
      await sendEverything({ ...context, mysql: freshCopy(require, 'mysql2') });
    } finally {
      official.disable();
    }
    const counts = Object.values(statementsOf(await context.read()));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(18);
    expect(exporter.getFinishedSpans()).toHaveLength(18);
  });

  test('counts each execution of a statement of mysql2 that the application prepared', async ({
    connect,
    mysql,
    place,
    read,
  }) => {
    const connection = await connect();
    const select = await connection.prepare('SELECT id FROM items WHERE id > ?');
    const [rows] = await select.execute([1]);
    expect(rows).toEqual([{ id: 2 }, { id: 3 }]);
    await select.execute([2]);
    await select.close();
    const raw = mysql.createConnection(place);
    const insert = await called<PrepareStatementInfo>((callback) => raw.prepare('INSERT INTO items VALUES (?)', callback));
    await called((callback) => insert.execute([4], callback));
    await expect(called((callback) => insert.execute([4], callback))).rejects.toThrow('Duplicate');
    raw.destroy();
    const samples = await read();
    expect(statementsOf(samples, { 'db.namespace': 'app', 'server.port': place.port })).toEqual({
      'SELECT items': 2,
      'INSERT items': 1,
      'INSERT items ER_DUP_ENTRY': 1,
    });
    expect(rowsOf(samples)).toEqual([2, 3]);
  });

  test('puts no value of a statement of mysql2 on the page', async ({ connect, read }) => {
    const connection = await connect();
    await connection.query("SELECT 'secret' FROM items");
    await connection.query('SELECT id FROM items WHERE id = ? OR ? = 1', ['secret', 'secret']);
    await connection.execute('SELECT ? FROM items', ['secret']);
    await connection.query('INSERT INTO items VALUES (?)', ['secret']).catch(() => {});
    expect(JSON.stringify(await read())).not.toContain('secret');
  });

  test('counts a slow statement of mysql2', async ({ connect, read }) => {
    const connection = await connect();
    await connection.query('SELECT SLEEP(1.05)');
    await connection.query('SELECT 1');
    expect(countsOf(await read(), 'db.client.slow_operations', ['db.operation.name'])).toEqual({ SELECT: 1 });
  });

  test('ends a statement of mysql2 before its callback uses the result', async ({ mysql, place, read }) => {
    const connection = mysql.createConnection(place);
    await called((callback) => connection.connect((error) => callback(error, undefined)));
    await called((callback) =>
      connection.query('SELECT 1', (error, rows) => {
        const until = Date.now() + 500;
        while (Date.now() < until);
        callback(error, rows);
      }),
    );
    connection.destroy();
    const { sum } = (await read()).find(({ name }) => name === 'db.client.operation.duration')!;
    expect(sum).toBeLessThan(0.5);
  });

  test('counts a statement of knex with mysql2 once', async (context) => {
    const { place, read } = context;
    const before = await ranOf(context);
    const builder = knex({ client: 'mysql2', connection: place, pool: { min: 0, max: 2 } });
    await builder('items').select('id').where('id', '<', 3);
    await builder('items').insert({ id: 7 });
    await builder.transaction((transaction) => transaction('items').where({ id: 7 }).delete());
    for await (const row of builder('items').select('id').stream()) expect(row).toHaveProperty('id');
    await builder('missing')
      .select()
      .catch(() => {});
    await builder.destroy();
    const samples = await read();
    expect(statementsOf(samples)).toMatchObject({ 'SELECT items': 2, 'DELETE items': 1, 'SELECT missing ER_NO_SUCH_TABLE': 1 });
    expect(keywordsOf(samples)).toEqual(await ranSince(before, context));
  });
});

async function ranSince(before: Readonly<Record<string, number>>, context: MariadbContext): Promise<Record<string, number>> {
  const entries = Object.entries(await ranOf(context)).map(([name, count]) => [name, count - before[name]!] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}

/** How often the server ran statements of each kind. */
async function ranOf({ server }: MariadbContext): Promise<Record<string, number>> {
  const lines = await server.cli(
    "SHOW GLOBAL STATUS WHERE Variable_name RLIKE '^Com_(select|insert|update|delete|begin|commit|rollback)$'",
  );
  return Object.fromEntries(
    lines.split('\n').map((line) => {
      const [name, count] = line.replace('Com_', '').toUpperCase().split('\t');
      return [name!, Number(count)];
    }),
  );
}

/** A bit of everything, in every way to send it: 18 statements. */
async function sendEverything({ mysql, place }: Pick<MariadbContext, 'mysql' | 'place'>): Promise<void> {
  const pool = mysql.createPool({ ...place, connectionLimit: 2, namedPlaceholders: true });
  const connection = mysql.createConnection(place);
  await pool.promise().query('SELECT * FROM items');
  await pool.promise().execute('SELECT * FROM items WHERE id = :id', { id: 1 });
  await called((callback) => pool.query('SELECT * FROM items', callback));
  await called((callback) => pool.execute('SELECT * FROM items WHERE id = ?', [1], callback));
  await called((callback) => connection.query({ sql: 'SELECT * FROM items WHERE id = ?', values: [1] }, callback));
  await called((callback) => connection.execute('SELECT * FROM items', callback));
  await called((callback) => connection.query('INSERT INTO items VALUES (4)', callback));
  await connection.promise().execute('UPDATE items SET id = ? WHERE id = ?', [5, 4]);
  await pool.promise().query('DELETE FROM items WHERE id = ?', [5]);
  await transact(connection.promise());
  await Promise.all([1, 2, 3].map((id) => pool.promise().execute('SELECT * FROM items WHERE id = ?', [id])));
  await pool.promise().end();
  await connection.promise().end();
}

async function transact(connection: Pick<Connection, 'beginTransaction' | 'query' | 'commit' | 'rollback'>): Promise<void> {
  await connection.beginTransaction();
  await connection.query('INSERT INTO items VALUES (8)');
  await connection.commit();
  await connection.beginTransaction();
  await connection.query('INSERT INTO items VALUES (9)');
  await connection.rollback();
}

describe('failed statements of mysql2', () => {
  test('records a failed statement of mysql2 with the code of its error', async ({ connect, read, mysql, place }) => {
    const connection = await connect();
    await expect(connection.query('SELECT * FROM missing')).rejects.toThrow('missing');
    await expect(connection.execute('SELECT * FROM missing')).rejects.toThrow('missing');
    await expect(connection.query('INSERT INTO items VALUES (1)')).rejects.toThrow('Duplicate');
    await expect(connection.query('SELEC 1')).rejects.toThrow('syntax');
    const raw = mysql.createConnection(place);
    await expect(called((callback) => raw.query('DELETE FROM missing', callback))).rejects.toThrow('missing');
    raw.destroy();
    expect(statementsOf(await read())).toEqual({
      'SELECT missing ER_NO_SUCH_TABLE': 2,
      'INSERT items ER_DUP_ENTRY': 1,
      '_OTHER ER_PARSE_ERROR': 1,
      'DELETE missing ER_NO_SUCH_TABLE': 1,
    });
  });

  test("records a failed statement of mysql2 with the server's number where there is no code", async ({ connect, read }) => {
    const connection = await connect();
    await expect(connection.query('SET STATEMENT max_statement_time = 0.05 FOR SELECT SLEEP(5)')).rejects.toThrow('interrupted');
    expect(statementsOf(await read())).toEqual({ 'SET 1969': 1 });
  });

  test('records a statement of mysql2 that times out with its code', async ({ connect, read }) => {
    const connection = await connect();
    await expect(connection.query({ sql: 'SELECT SLEEP(5)', timeout: 50 })).rejects.toThrow('timeout');
    expect(statementsOf(await read())).toEqual({ 'SELECT PROTOCOL_SEQUENCE_TIMEOUT': 1 });
  });

  test('records a statement of mysql2 whose connection breaks once, with the error of the connection', async ({
    connect,
    read,
    server,
    mysql,
    place,
  }) => {
    const connection = await connect();
    const lost = expect(connection.query('SELECT SLEEP(5)')).rejects.toThrow('lost');
    await server.cli(`KILL ${connection.threadId}`);
    await lost;
    await expect(connection.query('SELECT 1')).rejects.toThrow('closed state');
    const refused = mysql.createConnection({ ...place, port: await freePort() }).promise();
    await expect(refused.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    const denied = mysql.createConnection({ ...place, password: 'wrong' }).promise();
    await expect(denied.query('SELECT 1')).rejects.toThrow('Access denied');
    expect(statementsOf(await read())).toEqual({
      'SELECT PROTOCOL_CONNECTION_LOST': 1,
      'SELECT Error': 1,
      'SELECT ECONNREFUSED': 1,
      'SELECT ER_ACCESS_DENIED_ERROR': 1,
    });
  });
});

describe('results of mysql2', () => {
  test('records the number of rows of a result of mysql2', async ({ connect, read }) => {
    const connection = await connect();
    await connection.query('SELECT id FROM items');
    await connection.execute('SELECT id FROM items WHERE id > 1');
    await connection.query('SELECT id FROM items WHERE id > 9');
    expect(rowsOf(await read())).toEqual([3, 5]);
  });

  test('records no rows for a write of mysql2, or for several statements', async ({ connect, read }) => {
    const connection = await connect({ multipleStatements: true });
    await connection.query('INSERT INTO items VALUES (4)');
    const [answers] = await connection.query('SELECT 1; SELECT id FROM items');
    expect(answers).toHaveLength(2);
    await connection.query('UPDATE items SET id = 5 WHERE id = 4; SELECT 1');
    await connection.query('CREATE PROCEDURE both_of_them() BEGIN SELECT 1; SELECT 2; END');
    await connection.query('CALL both_of_them()');
    const samples = await read();
    expect(rowsOf(samples)).toEqual([0, 0]);
    expect(statementsOf(samples)).toEqual({ 'INSERT items': 1, SELECT: 1, 'UPDATE items': 1, CREATE: 1, CALL: 1 });
  });

  test('records results of mysql2 with columns of any name', async ({ connect, read }) => {
    const connection = await connect();
    await connection.query('SELECT NULL AS constructor, 1 AS length');
    await connection.query({ sql: 'SELECT NULL AS constructor', rowsAsArray: true });
    await connection.query({ sql: 'SELECT id FROM items', nestTables: true });
    expect(rowsOf(await read())).toEqual([2, 4]);
  });
});

describe('statements of mysql2 without a callback', () => {
  test('records a stream of mysql2 when it has ended', async ({ mysql, place, read }) => {
    const connection = mysql.createConnection(place);
    const rows: unknown[] = [];
    for await (const row of connection.query('SELECT id FROM items').stream()) rows.push(row);
    for await (const row of connection.execute('SELECT id FROM items').stream()) rows.push(row);
    expect(rows).toHaveLength(6);
    await called((callback) => connection.end(callback));
    expect(statementsOf(await read())).toEqual({ 'SELECT items': 2 });
  });

  test('emits the error of a statement of mysql2 without a callback', async ({ mysql, place, read }) => {
    const connection = mysql.createConnection(place);
    const drain = async (rows: AsyncIterable<unknown>): Promise<void> => {
      for await (const row of rows) expect(row).toBeUndefined();
    };
    await expect(pipeline(connection.query('SELECT * FROM missing').stream(), drain)).rejects.toThrow('missing');
    const error = await new Promise((resolve) => {
      connection.query('SELECT * FROM missing').once('error', resolve);
    });
    expect(error).toMatchObject({ code: 'ER_NO_SUCH_TABLE' });
    await called((callback) => connection.end(callback));
    expect(statementsOf(await read())).toEqual({ 'SELECT missing ER_NO_SUCH_TABLE': 2 });
  });
});

describe('the instrumentation of mysql2', () => {
  test('leaves pending statements of mysql2 alone when it is detached', async ({ connect, read, attached }) => {
    const connection = await connect();
    await connection.query('SELECT 1');
    const prepared = await connection.prepare('SELECT 1 AS one');
    const under = [connection.query('SELECT 1 AS one'), connection.execute('SELECT 1 AS one'), prepared.execute([])];
    attached.detach();
    const answers = await Promise.all(under);
    expect(answers.map(([rows]) => rows)).toEqual([[{ one: 1 }], [{ one: 1 }], [{ one: 1 }]]);
    await expect(connection.query('SELECT * FROM missing')).rejects.toThrow('missing');
    expect(statementsOf(await read())).toEqual({ SELECT: 1 });
  });
});
