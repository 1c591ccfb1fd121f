// Statements of pg against a real PostgreSQL server: each counted once, with its outcome, whatever way it was sent.
import { createRequire } from 'node:module';
import type Pg from 'pg';
import { describe, expect } from 'vitest';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { pg as instrumentation } from '../../../src/instrumentations/pg/pg.ts';
import { eventually } from '../../kit/apps/http-traffic.ts';
import { countsOf } from '../../kit/samples/samples.ts';
import { freshPg, type PostgresSubject, statementsOf, testsWithPostgres } from '../../kit/servers/postgres-tests.ts';

const require = createRequire(import.meta.url);
const test = testsWithPostgres(instrumentation);

/** A client that is connected and ends with the test, with a table that is its own. */
async function open({ pg, server }: PostgresSubject, config: Pg.ClientConfig & { readonly pipeline?: boolean } = {}) {
  const client = new pg.Client({ connectionString: server.url, ...config });
  client.on('error', () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

const DURATION = 'db.client.operation.duration';
const durationsOf = (samples: readonly Sample[]): Sample[] => samples.filter(({ name }) => name === DURATION);
const rowsOf = (samples: readonly Sample[]): Record<string, number | undefined> =>
  Object.fromEntries(
    samples
      .filter(({ name }) => name === 'db.client.response.returned_rows')
      .map(({ attributes, sum }) => [attributes['db.operation.name'], sum]),
  );

describe('statements of pg', () => {
  test('records a statement of pg with the attributes of the semantic conventions', async (subject) => {
    await using client = await open(subject);
    await client.query('SELECT 1');
    await client.query('select relname from pg_catalog.pg_class limit 1');
    const where = {
      'db.system.name': 'postgresql',
      'db.namespace': 'postgres',
      'server.address': '127.0.0.1',
      'server.port': subject.server.port,
    };
    expect(durationsOf(await subject.read()).map(({ attributes, value }) => [value, attributes])).toEqual([
      [1, { ...where, 'db.operation.name': 'SELECT' }],
      [1, { ...where, 'db.operation.name': 'SELECT', 'db.collection.name': 'pg_catalog.pg_class' }],
    ]);
  });

  test('records no port for a statement of pg through a Unix socket', async (subject) => {
    const { socketFolder: host, port, user, database } = subject.server;
    await using client = await open(subject, { connectionString: undefined, host, port, user, database });
    await client.query('SELECT 1');
    const [sample] = durationsOf(await subject.read());
    expect(sample!.attributes).toMatchObject({ 'server.address': host });
    expect(sample!.attributes).not.toHaveProperty('server.port');
  });

  test('counts a statement of pg once, in whatever way it is sent', async (subject) => {
    await using client = await open(subject);
    const called = (send: (done: (error: Error | null) => void) => void): Promise<unknown> => new Promise(send);
    await client.query('table pg_am');
    await client.query('table pg_am', []);
    await client.query({ text: 'table pg_am', rowMode: 'array' });
    await client.query({ name: 'methods', text: 'table pg_am' });
    // Prepared before, so that the name is enough; types say otherwise.
    await client.query({ name: 'methods' } as Pg.QueryConfig);
    await called((done) => client.query('table pg_am', done));
    await called((done) => client.query('table pg_am', [], done));
    await called((done) => client.query({ text: 'table pg_am' }, done));
    await called((done) => client.query({ text: 'table pg_am', callback: done } as Pg.QueryConfig));
    await called((done) => client.query(new subject.pg.Query('table pg_am')).on('end', () => done(null)));
    expect(statementsOf(await subject.read())).toEqual({ 'TABLE pg_am': 10 });
  });

  test('counts statements of pg once that wait for one connection, or are pipelined', async (subject) => {
    await using waiting = await open(subject);
    await using pipelined = await open(subject, { pipeline: true });
    for (const client of [waiting, pipelined])
      await Promise.all(Array.from({ length: 20 }, (_, index) => client.query('select $1::int from pg_am', [index])));
    expect(statementsOf(await subject.read())).toEqual({ 'SELECT pg_am': 40 });
  });

  test('times a statement of pg from the call of query to its end', async (subject) => {
    await using client = await open(subject);
    await Promise.all([client.query('select pg_sleep(0.1)'), client.query('select pg_sleep(0.1)')]);
    const [sample] = durationsOf(await subject.read());
    expect(sample!.sum).toBeGreaterThan(0.29);
    expect(sample!.sum).toBeLessThan(2);
  });

  test('counts a slow statement of pg', async (subject) => {
    await using client = await open(subject);
    await client.query('select pg_sleep(1.05)');
    await client.query('select 1');
    expect(countsOf(await subject.read(), 'db.client.slow_operations', ['db.operation.name'])).toEqual({ SELECT: 1 });
  });

  test('passes arguments and results of pg through untouched', async (subject) => {
    const { Client } = subject.pg;
    await using client = await open(subject);
    const values = [1];
    const config = { text: 'select $1::int as one', values };
    const before = JSON.stringify(config);
    expect(await client.query(config)).toMatchObject({ command: 'SELECT', rows: [{ one: 1 }] });
    expect(JSON.stringify(config)).toBe(before);
    const query = new subject.pg.Query('select 1');
    expect(client.query(query)).toBe(query);
    await new Promise((resolve) => query.on('end', resolve));
    expect([Client.prototype.query.name, Client.prototype.query.length]).toEqual(['query', 3]);
    expect(() => client.query(null as never)).toThrow('Client was passed a null or undefined query');
  });

  test('puts no value of a statement of pg on the page', async (subject) => {
    await using client = await open(subject);
    const hostile = [
      `select 'secret' as "from secret_name"`,
      `/* from secret */ select 1 -- from secret`,
      'select $tag$ from secret $tag$',
      `update pg_class set relname = 'secret' where 'x' = ' from secret'`,
      `secret`,
      `with secret as (select 'secret') select * from secret`,
      `select E'\\' from secret' from secret`,
      `copy secret from 'secret'`,
    ];
    for (const text of hostile) await client.query(text).catch(() => {});
    await client.query({ name: 'secret', text: 'select $1::text', values: ['secret'] });
    const text = JSON.stringify(await subject.read());
    expect(text).not.toContain('secret');
    expect(text).toContain('UPDATE');
  });
});

describe('rows of pg', () => {
  test('records the number of rows of a statement of pg that returns any', async (subject) => {
    await using client = await open(subject);
    await client.query('create temp table items (id int)');
    await client.query('insert into items select generate_series(1, 5)');
    await client.query('delete from items where id = 1 returning id');
    await client.query('select * from items');
    await client.query('show timezone');
    expect(rowsOf(await subject.read())).toEqual({ DELETE: 1, SELECT: 4, SHOW: 1 });
  });

  test('records the rows of several statements of pg together, and rows that were read one by one', async (subject) => {
    await using client = await open(subject);
    await client.query('values (1), (2); set timezone to utc; values (3)');
    await new Promise((resolve) => client.query(new subject.pg.Query('table pg_am')).on('end', resolve));
    const { rows } = await client.query('select count(*)::int from pg_am');
    expect(rowsOf(await subject.read())).toEqual({ VALUES: 3, TABLE: rows[0].count, SELECT: 1 });
  });
});

describe('cursors of pg', () => {
  test('records a cursor of pg as one statement, from the call of query to its end', async (subject) => {
    await using client = await open(subject);
    const cursor = client.query(new Cursor('select generate_series(1, 5) from pg_am limit 5'));
    await cursor.ended;
    expect(cursor.rows).toBe(5);
    expect(statementsOf(await subject.read())).toEqual({ 'SELECT pg_am': 1 });
  });

  test('records a stream of pg by the text of its cursor', async (subject) => {
    await using client = await open(subject);
    await client.query(streamOf(new Cursor('select amname from pg_am'))).ended;
    expect(statementsOf(await subject.read())).toEqual({ 'SELECT pg_am': 1 });
  });

  test('records a failed cursor of pg with the code of the error', async (subject) => {
    await using client = await open(subject);
    await expect(client.query(new Cursor('select * from nowhere')).ended).rejects.toThrow('nowhere');
    await client.query('select 1');
    expect(statementsOf(await subject.read())).toEqual({ 'SELECT nowhere 42P01': 1, SELECT: 1 });
  });
});

/** What pg-query-stream is to a cursor. */
function streamOf(cursor: Cursor): Cursor {
  const methods = Object.getOwnPropertyNames(Cursor.prototype).filter((name) => /^(submit|handle)/.test(name));
  const forwarded = methods.map((name) => [name, (cursor as any)[name].bind(cursor)] as const);
  return { cursor, ended: cursor.ended, ...Object.fromEntries(forwarded) } as unknown as Cursor;
}

/** Reads rows two at a time, as pg-cursor does: what may be submitted in place of pg's own query. */
class Cursor {
  rows = 0;
  readonly text: string;
  readonly #ended = Promise.withResolvers<void>();
  #connection!: { [method: string]: (...values: unknown[]) => void };

  constructor(text: string) {
    this.text = text;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  submit(connection: any): void {
    this.#connection = connection;
    connection.parse({ text: this.text });
    connection.bind({ portal: 'own' });
    connection.describe({ type: 'P', name: 'own' });
    this.#read();
  }

  #read(): void {
    this.#connection['execute']!({ portal: 'own', rows: 2 });
    this.#connection['flush']!();
  }

  handleRowDescription(): void {}

  handleDataRow(): void {
    this.rows += 1;
  }

  handlePortalSuspended(): void {
    this.#read();
  }

  handleCommandComplete(): void {
    this.#connection['sync']!();
  }

  handleReadyForQuery(): void {
    this.#ended.resolve();
  }

  handleError(error: Error): void {
    this.#connection['sync']!();
    this.#ended.reject(error);
  }
}

describe('failed statements of pg', () => {
  test('records a failed statement of pg with its SQLSTATE', async (subject) => {
    await using client = await open(subject);
    await client.query('create temp table once (id int primary key)');
    await client.query('insert into once values (1)');
    await expect(client.query('insert into once values (1)')).rejects.toThrow('duplicate key');
    await expect(client.query('select * from nowhere')).rejects.toThrow('nowhere');
    await expect(client.query('selec')).rejects.toThrow('syntax');
    await new Promise((resolve) => client.query('select 1 / $1::int', [0], resolve));
    await client.query('set statement_timeout to 20');
    await expect(client.query('select pg_sleep(1)')).rejects.toThrow('statement timeout');
    expect(statementsOf(await subject.read())).toEqual({
      'CREATE once': 1,
      'INSERT once': 1,
      'INSERT once 23505': 1,
      'SELECT nowhere 42P01': 1,
      '_OTHER 42601': 1,
      'SELECT 22012': 1,
      SET: 1,
      'SELECT 57014': 1,
    });
  });

  test('records a statement of pg that times out or has no connection as such', async (subject) => {
    const client = await open(subject, { query_timeout: 50 });
    await expect(client.query('select pg_sleep(0.2)')).rejects.toThrow('Query read timeout');
    await client.query({ text: 'select 1', query_timeout: 5000 } as Pg.QueryConfig);
    await client.end();
    await expect(client.query('select 1')).rejects.toThrow('not queryable');
    expect(statementsOf(await subject.read())).toEqual({ 'SELECT timeout': 1, SELECT: 1, 'SELECT closed': 1 });
  });

  test("records a statement of pg whose connection the server ends with the server's error", async (subject) => {
    const client = await open(subject);
    await expect(client.query('select pg_terminate_backend(pg_backend_pid())')).rejects.toThrow('administrator');
    await eventually(() => expect(client.query('select 1')).rejects.toThrow('not queryable'));
    expect(statementsOf(await subject.read())).toMatchObject({ 'SELECT 57P01': 1 });
  });

  test('records a statement of pg that fails before it is sent, or when it is parsed, with the name of the error', async (subject) => {
    await using client = await open(subject);
    const unreadable = { getTypeParser: () => () => raise(new RangeError('on purpose')) };
    await expect(client.query({ text: 'select 1', types: unreadable } as never)).rejects.toThrow('on purpose');
    const value = { toPostgres: () => raise(new TypeError('on purpose')) };
    await expect(client.query('select $1', [value])).rejects.toThrow('on purpose');
    await expect(client.query({ text: 'select 1', values: 7 } as never)).rejects.toThrow('must be an array');
    await client.query('select 1');
    expect(statementsOf(await subject.read())).toEqual({
      'SELECT RangeError': 1,
      'SELECT TypeError': 1,
      'SELECT Error': 1,
      SELECT: 1,
    });
  });
});

function raise(error: Error): never {
  throw error;
}

describe('the instrumentation of pg', () => {
  test('leaves pending statements of pg alone when it is detached, and restores its methods', async (subject) => {
    const { Client, Query } = subject.pg as unknown as Record<string, { readonly prototype: Record<string, unknown> }>;
    const bare = { Client: Client!.prototype['query'], Query: Query!.prototype['submit'] };
    await using client = await open(subject);
    const running = [client.query('select pg_sleep(0.1)'), client.query('select 1')];
    const cursor = client.query(new Cursor('select 1'));
    subject.attached.detach();
    await Promise.all([...running, cursor.ended]);
    await client.query('select 1');
    expect(durationsOf(await subject.read())).toEqual([]);
    expect(Client!.prototype['query']).not.toBe(bare.Client);
    expect(Query!.prototype['submit']).not.toBe(bare.Query);
    expect(Object.keys(Query!.prototype)).toEqual([]);
  });

  test('leaves pg as it is without pg-native', async ({ pg }) => {
    const bare = require('pg').native;
    expect(pg.native).toBe(bare);
    expect(freshPg().native).toBe(bare);
  });
});
