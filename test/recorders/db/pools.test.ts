// Connection pools are read when metrics are collected: they add up by name, each counts once, and one that is gone leaves the page.
import { beforeEach, describe, expect, it } from 'vitest';
import { Registry } from '../../../src/core/recording/registry.ts';
import { DbPools, type PoolState } from '../../../src/recorders/db/pools.ts';
import { attachRecorder, type AttachedRecorder } from '../../kit/samples/recorder.ts';

type Pools = AttachedRecorder<DbPools<PoolState>>;

const NAME = { 'db.client.connection.pool.name': 'db.local:5432/shop' };

let registry: Registry;
let pools: Pools;
const attachPools = (): Pools => attachRecorder((attachment) => new DbPools<PoolState>(attachment), registry);
beforeEach(() => {
  registry = new Registry();
  pools = attachPools();
});

const watch = ({ recorder }: Pools, state: PoolState): void => {
  recorder.watch(state, NAME['db.client.connection.pool.name'], (pool) => pool);
};
const counts = (): Promise<object[]> => pools.collect('db.client.connection.count');
const countsOf = (used: number, idle: number): object[] => [
  { ...NAME, 'db.client.connection.state': 'used', value: used },
  { ...NAME, 'db.client.connection.state': 'idle', value: idle },
];

describe('a connection pool', () => {
  it('a connection pool has its connections, limit and pending requests read at each collection', async () => {
    const state = { used: 1, idle: 2, max: 10, pending: 0 };
    watch(pools, state);
    expect(await counts()).toEqual(countsOf(1, 2));
    Object.assign(state, { used: 3, idle: 0, pending: 4 });
    expect(await counts()).toEqual(countsOf(3, 0));
    expect(await pools.collect('db.client.connection.limit')).toEqual([{ ...NAME, value: 10 }]);
    expect(await pools.collect('db.client.connection.pending_requests')).toEqual([{ ...NAME, value: 4 }]);
  });

  it('a connection pool counts once if it is watched twice', async () => {
    const state = { used: 1, idle: 2 };
    watch(pools, state);
    watch(pools, state);
    expect(await counts()).toEqual(countsOf(1, 2));
  });

  it('a connection pool has no limit on the page where a pool of its name has none that is known', async () => {
    watch(pools, { used: 1, idle: 0, max: 10 });
    watch(pools, { used: 1, idle: 1 });
    expect(await counts()).toEqual(countsOf(2, 1));
    expect(await pools.collect('db.client.connection.limit')).toEqual([]);
  });

  it('a connection pool has 0 timeouts until there is one', async () => {
    watch(pools, { used: 0, idle: 0 });
    expect(await pools.collect('db.client.connection.timeouts')).toEqual([{ ...NAME, value: 0 }]);
  });

  it('a connection pool is off the page when its instrumentation is detached', async () => {
    watch(pools, { used: 1, idle: 2, max: 10 });
    await counts();
    pools.detach();
    expect(await counts()).toEqual([]);
    expect(await pools.collect('db.client.connection.limit')).toEqual([]);
  });
});

describe('connection pools that two instrumentations watch', () => {
  it('connection pools that two instrumentations watch add up by name', async () => {
    watch(pools, { used: 1, idle: 2 });
    watch(attachPools(), { used: 3, idle: 4 });
    await counts();
    expect(await counts()).toEqual(countsOf(4, 6));
  });

  it('connection pools that two instrumentations watch leave the page separately, when their instrumentation is detached', async () => {
    watch(pools, { used: 1, idle: 2 });
    watch(attachPools(), { used: 3, idle: 4 });
    expect(await counts()).toEqual(countsOf(4, 6));
    pools.detach();
    expect(await counts()).toEqual(countsOf(3, 4));
  });
});
