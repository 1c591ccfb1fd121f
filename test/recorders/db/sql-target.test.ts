// The attributes of statements that are sent to one database: cached for those that are sent again, and few of them kept.
import { expect, it } from 'vitest';
import { type SqlServer, SqlTargets } from '../../../src/recorders/db/sql-target.ts';

const SERVER: SqlServer = { system: 'postgresql', quote: '"', namespace: 'shop', address: 'db.example', port: 5432 };

it('a statement has the attributes of its server, its keyword and its table', () => {
  const expected = {
    'db.system.name': 'postgresql',
    'db.operation.name': 'SELECT',
    'db.collection.name': 'users',
    'db.namespace': 'shop',
    'server.address': 'db.example',
    'server.port': 5432,
  };
  const target = new SqlTargets().targetOf(SERVER);
  expect(target.operationOf('select * from users')).toEqual(expected);
  expect(target.read('select * from users')).toEqual(expected);
});

it('a statement that is sent again has the same attributes object, and one with values is not cached', () => {
  const target = new SqlTargets().targetOf(SERVER);
  const text = 'select * from users where id = $1';
  expect(target.operationOf(text)).toBe(target.operationOf(text));
  expect(target.read(text)).not.toBe(target.read(text));
});

it('statements that all differ, or are very long, are not all cached', () => {
  const target = new SqlTargets().targetOf(SERVER);
  const first = target.operationOf('select 0');
  for (let index = 1; index <= 500; index += 1) target.operationOf(`select ${index}`);
  expect(target.operationOf('select 0')).not.toBe(first);
  const long = `select * from users where id in (${'1, '.repeat(1000)}1)`;
  expect(target.operationOf(long)).not.toBe(target.operationOf(long));
  expect(target.operationOf(long)).toEqual(target.operationOf('select * from users'));
});

it('connections to one database share a target, those to another do not', () => {
  const targets = new SqlTargets();
  expect(targets.targetOf({ ...SERVER })).toBe(targets.targetOf(SERVER));
  for (const other of [{ namespace: 'other' }, { port: 5433 }, { address: 'other' }, { port: undefined }, { system: 'mysql' }])
    expect(targets.targetOf({ ...SERVER, ...other })).not.toBe(targets.targetOf(SERVER));
});
