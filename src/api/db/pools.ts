// The part of `db` for connection pools: their state when metrics are collected, waits, timeouts, uses and errors of connections.
import { dbClientConnectionPoolName } from '../../catalog/attributes.ts';
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionErrors,
  dbClientConnectionTimeouts,
  dbClientConnectionUseTime,
  dbClientConnectionWaitTime,
} from '../../catalog/db.ts';
import type { AttributesOf } from '../../core/metric.ts';
import { errorTypeOf } from '../../core/operation.ts';
import { POOL_FIELDS, type PoolState } from '../../recorders/db/pools.ts';
import { attributesFrom } from '../named-attributes.ts';
import { observe, type ReadState } from '../observe.ts';
import { instrumentOf, seriesOf } from '../record.ts';

/** A connection pool, by its name. */
export interface DbPool {
  readonly name: string;
}

/** `db` for one pool, its series looked up once. */
export type BoundDbPool = ReturnType<typeof bindPool>;

const poolAttributesOf = attributesFrom(
  { name: dbClientConnectionPoolName },
  { required: ['name'], example: "{ name: 'orders' }" },
);

/** Records connection pools. */
export const dbPools = {
  /**
   * Reads a pool before every collection, which waits up to a second for a promise: `db.client.connection.count` by state,
   * `db.client.connection.limit`, `db.client.connection.pending_requests`. A read that throws, rejects or takes longer than half
   * a minute takes them off the page and counts in `promtel.collection.errors`.
   *
   * @returns a function that stops it and takes the pool off the page
   * @example
   * ```js
   * const stop = db.observePool({ name: 'orders' }, () => ({ used: 3, idle: 1, max: 10, pending: 0 }));
   * // db.client.connection.count{db.client.connection.pool.name="orders", db.client.connection.state="used"} 3
   * // db.client.connection.limit{db.client.connection.pool.name="orders"} 10
   * ```
   */
  observePool(pool: DbPool, read: ReadState<PoolState>): () => void {
    return observe(dbClientConnectionCount, POOL_FIELDS, poolAttributesOf(pool, dbClientConnectionCount), read);
  },

  /**
   * Counts requests that got no connection in time, in `db.client.connection.timeouts`.
   *
   * @example
   * ```js
   * db.timedOut({ name: 'orders' });
   * // db.client.connection.timeouts{db.client.connection.pool.name="orders"} 1
   * ```
   */
  timedOut(pool: DbPool, count = 1): void {
    instrumentOf(dbClientConnectionTimeouts).add(count, poolAttributesOf(pool, dbClientConnectionTimeouts));
  },

  /**
   * Records how long a request waited for a connection, in seconds, in `db.client.connection.wait_time`.
   *
   * @example
   * ```js
   * db.waited({ name: 'orders' }, 0.02);
   * // db.client.connection.wait_time{db.client.connection.pool.name="orders"} 1
   * ```
   */
  waited(pool: DbPool, seconds: number): void {
    instrumentOf(dbClientConnectionWaitTime).record(seconds, poolAttributesOf(pool, dbClientConnectionWaitTime));
  },

  /**
   * Records how long a connection was in use before it was returned to its pool, in seconds, in `db.client.connection.use_time`.
   *
   * @example
   * ```js
   * db.used({ name: 'orders' }, 0.4);
   * // db.client.connection.use_time{db.client.connection.pool.name="orders"} 1
   * ```
   */
  used(pool: DbPool, seconds: number): void {
    instrumentOf(dbClientConnectionUseTime).record(seconds, poolAttributesOf(pool, dbClientConnectionUseTime));
  },

  /**
   * Records how long it took to open a connection, in seconds, in `db.client.connection.create_time`.
   *
   * @example
   * ```js
   * db.opened({ name: 'orders' }, 0.1);
   * // db.client.connection.create_time{db.client.connection.pool.name="orders"} 1
   * ```
   */
  opened(pool: DbPool, seconds: number): void {
    instrumentOf(dbClientConnectionCreateTime).record(seconds, poolAttributesOf(pool, dbClientConnectionCreateTime));
  },

  /**
   * Counts connections that could not be opened, or broke, in `db.client.connection.errors`; `error.type` is the error's code or
   * name.
   *
   * @example
   * ```js
   * db.failed({ name: 'orders' }, Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
   * // db.client.connection.errors{db.client.connection.pool.name="orders", error.type="ECONNREFUSED"} 1
   * ```
   */
  failed(pool: DbPool, error: unknown): void {
    countFailed(poolAttributesOf(pool, dbClientConnectionErrors), error);
  },

  /**
   * The same methods for one pool; the series are looked up once, for hot paths.
   *
   * @example
   * ```js
   * const orders = db.bindPool({ name: 'bound' });
   * orders.waited(0.02);
   * // db.client.connection.wait_time{db.client.connection.pool.name="bound"} 1
   * ```
   */
  bindPool,
} as const;

function bindPool(pool: DbPool) {
  const attributes = poolAttributesOf(pool, dbClientConnectionCount);
  const timedOut = seriesOf(dbClientConnectionTimeouts, attributes);
  const waited = seriesOf(dbClientConnectionWaitTime, attributes);
  const used = seriesOf(dbClientConnectionUseTime, attributes);
  const opened = seriesOf(dbClientConnectionCreateTime, attributes);
  return {
    timedOut: (count = 1): void => timedOut().add(count),
    waited: (seconds: number): void => waited().record(seconds),
    used: (seconds: number): void => used().record(seconds),
    opened: (seconds: number): void => opened().record(seconds),
    failed: (error: unknown): void => countFailed(attributes, error),
  };
}

function countFailed(attributes: AttributesOf<typeof dbClientConnectionTimeouts>, error: unknown): void {
  instrumentOf(dbClientConnectionErrors).add(1, { ...attributes, 'error.type': errorTypeOf(error) });
}
