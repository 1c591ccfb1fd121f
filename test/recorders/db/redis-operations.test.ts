// Redis commands are recorded by server, database and command, and look-ups by what they found.
import { beforeEach, describe, expect, it } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { poolNameOf, RedisOperations } from '../../../src/recorders/db/redis-operations.ts';
import { attachRecorder, seriesOf } from '../../kit/samples/recorder.ts';

const TARGET = { serverAddress: 'redis.local', serverPort: 6379, database: 2 };
const SERVER = { 'db.system.name': 'redis', 'db.namespace': '2', 'server.address': 'redis.local', 'server.port': 6379 };
const CACHE = { 'cache.name': 'redis.local:6379/2', 'cache.system': 'redis' };

let registry: Registry;
let operations: RedisOperations;
beforeEach(() => {
  registry = new Registry();
  operations = attachRecorder((attachment) => new RedisOperations(attachment), registry).recorder;
});

const durations = (): object[] => seriesOf(registry, 'db.client.operation.duration');

/** How many items were found and not found. */
function lookUps(): object {
  const series = seriesOf(registry, 'cache.requests').map(({ 'cache.result': result, value }) => [result, value]);
  return Object.fromEntries(series) as object;
}

describe('Redis commands', () => {
  it('Redis commands are recorded by command, in upper case, and by error', () => {
    operations.record({ ...TARGET, command: 'get', args: ['key'] }, 0.25);
    operations.record({ ...TARGET, command: 'GET', args: ['key'] }, 0.5);
    operations.record({ ...TARGET, command: 'get', args: ['key'] }, 1, 'WRONGTYPE');
    const get = { ...SERVER, 'db.operation.name': 'GET' };
    expect(durations()).toEqual([
      { ...get, value: 2, sum: 0.75 },
      { ...get, 'error.type': 'WRONGTYPE', value: 1, sum: 1 },
    ]);
  });

  it('Redis commands that wait for something to happen are not recorded', () => {
    operations.record({ ...TARGET, command: 'blpop', args: ['list', '0'] }, 60);
    expect(durations()).toEqual([]);
  });

  it('Redis commands of two databases or servers are in series of their own', () => {
    for (const place of [{}, { database: 3 }, { serverPort: undefined, serverAddress: '/run/redis.sock' }, {}])
      operations.record({ ...TARGET, ...place, command: 'get', args: [] }, 0.25);
    expect(durations()).toMatchObject([
      { 'db.namespace': '2', value: 2 },
      { 'db.namespace': '3', value: 1 },
      { 'server.address': '/run/redis.sock', value: 1 },
    ]);
  });

  it('Redis commands that are a transaction are recorded once', () => {
    operations.recordTransaction(TARGET, 0.25);
    expect(durations()).toEqual([{ ...SERVER, 'db.operation.name': 'MULTI', value: 1, sum: 0.25 }]);
  });
});

describe('look-ups in Redis', () => {
  it.each([
    ['value', { hit: 1, miss: 0 }],
    [null, { hit: 0, miss: 1 }],
    [['a', null, 'b'], { hit: 2, miss: 1 }],
    ['QUEUED', {}],
    [undefined, {}],
  ])('count what their reply has: %j', (result, expected) => {
    operations.record({ ...TARGET, command: 'mget', args: [], result }, 0.25);
    expect(lookUps()).toEqual(expected);
  });

  it('look-ups in Redis that fail are no request of a cache, nor are other commands', () => {
    operations.record({ ...TARGET, command: 'get', args: [], result: null }, 0.25, 'ERR');
    operations.record({ ...TARGET, command: 'set', args: [], result: 'OK' }, 0.25);
    expect(lookUps()).toEqual({});
  });

  it('look-ups in Redis have the server and the database as the name of the cache', () => {
    operations.record({ ...TARGET, command: 'get', args: [], result: null }, 0.25);
    expect(seriesOf(registry, 'cache.requests')).toMatchObject([CACHE, CACHE]);
  });
});

it('the pool of a Redis server goes by its address, and by its port if it has one', () => {
  expect([poolNameOf('redis.local', 6379), poolNameOf('/run/redis.sock', undefined)]).toEqual([
    'redis.local:6379',
    '/run/redis.sock',
  ]);
});
