// `db` records operations, slow ones and returned rows, and connection pools.
import { afterEach, describe, expect, it } from 'vitest';
import { createDb } from '../../../src/api/db/db.ts';
import { db } from '../../../src/index.ts';
import { newId, seriesOf } from '../api-kit.ts';

describe('db.track', () => {
  it('db.track records the operation and its server', async () => {
    const namespace = newId();
    const call = { system: 'cassandra', operation: 'SELECT', collection: 'users', namespace, host: 'db1', port: 9042 };
    await db.track(call, () => Promise.resolve([]));
    const series = {
      'db.system.name': 'cassandra',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'users',
      'server.address': 'db1',
      'server.port': 9042,
      value: 1,
    };
    expect(await seriesOf('db.client.operation.duration', namespace)).toEqual([series]);
    expect(await seriesOf('db.client.response.returned_rows', namespace)).toEqual([]);
    expect(await seriesOf('db.client.slow_operations', namespace)).toEqual([]);
  });

  it('db.track records returned rows where rows is given, and none of a failed operation', async () => {
    const namespace = newId();
    const rows = (result: readonly string[]): number => result.length;
    const bound = db.bind({ system: 's', namespace });
    expect(await db.track({ system: 's', namespace }, () => Promise.resolve(['a', 'b']), { rows })).toEqual(['a', 'b']);
    expect(bound.track(() => ['a'], { rows })).toEqual(['a']);
    expect(bound.wrap((name: string) => [name], { rows })('a')).toEqual(['a']);
    await bound.track((): Promise<string[]> => Promise.reject(new Error('x')), { rows }).catch(() => {});
    expect(await seriesOf('db.client.response.returned_rows', namespace)).toEqual([{ 'db.system.name': 's', value: 3 }]);
  });

  it('db.track records the operation though rows throws', async () => {
    const namespace = newId();
    const rows = (result: { list?: string[] }): number => result.list!.length;
    expect(db.track({ system: 's', namespace }, () => ({}), { rows })).toEqual({});
    expect(await seriesOf('db.client.operation.duration', namespace)).toEqual([{ 'db.system.name': 's', value: 1 }]);
  });

  it('db.track counts slow operations by the configured threshold', async () => {
    const namespace = newId();
    const slowAlways = createDb(() => 0);
    await slowAlways.track({ system: 's', namespace }, () => Promise.resolve());
    await slowAlways
      .bind({ system: 's', namespace })
      .track(() => Promise.reject(new Error('x')))
      .catch(() => {});
    expect(await seriesOf('db.client.slow_operations', namespace)).toEqual([{ 'db.system.name': 's', value: 2 }]);
  });
});

describe('pools', () => {
  let stop: (() => void) | undefined;
  afterEach(() => stop?.());

  it('db.observePool shows the state of a pool', async () => {
    const name = newId();
    stop = db.observePool({ name }, () => ({ used: 3, idle: 2, max: 10 }));
    expect(await seriesOf('db.client.connection.count', name)).toEqual([
      { 'db.client.connection.state': 'used', value: 3 },
      { 'db.client.connection.state': 'idle', value: 2 },
    ]);
    expect(await seriesOf('db.client.connection.limit', name)).toEqual([{ value: 10 }]);
    expect(await seriesOf('db.client.connection.pending_requests', name)).toEqual([]);
  });

  it('db records timeouts, errors and times of a pool, bound as unbound', async () => {
    const [unbound, bound] = [newId(), newId()];
    const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    db.timedOut({ name: unbound }, 2);
    db.waited({ name: unbound }, 0.5);
    db.used({ name: unbound }, 0.5);
    db.opened({ name: unbound }, 0.5);
    db.failed({ name: unbound }, error);
    const pool = db.bindPool({ name: bound });
    pool.timedOut(2);
    pool.waited(0.5);
    pool.used(0.5);
    pool.opened(0.5);
    pool.failed(error);
    for (const [event, series] of [
      ['timeouts', { value: 2 }],
      ['wait_time', { value: 1 }],
      ['use_time', { value: 1 }],
      ['create_time', { value: 1 }],
      ['errors', { 'error.type': 'ECONNREFUSED', value: 1 }],
    ] as const)
      for (const id of [unbound, bound]) expect(await seriesOf(`db.client.connection.${event}`, id)).toEqual([series]);
  });
});
