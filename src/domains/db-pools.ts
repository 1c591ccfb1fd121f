// Connection pools: what they are asked when metrics are collected, and what happens to who wants a connection.
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionLimit,
  dbClientConnectionPendingRequests,
  dbClientConnectionTimeouts,
  dbClientConnectionUseTime,
  dbClientConnectionWaitTime,
} from '../catalog/db.ts';
import type { Attachment } from '../core/instrumentation.ts';
import { WeakList } from '../core/weak-list.ts';

/** How many connections and requests a pool has just now; what it does not know it leaves out. */
export interface PoolState {
  readonly used: number;
  readonly idle: number;
  readonly max?: number | undefined;
  readonly pending?: number | undefined;
}

interface Watched<Pool> {
  readonly name: string;
  readonly stateOf: (pool: Pool) => PoolState;
}

type Totals = Record<keyof PoolState, number>;

export class DbPools<Pool extends object> {
  /** Seconds that it took to open a connection. */
  readonly createTime;
  /** Seconds that a request waited for a connection. */
  readonly waitTime;
  /** Seconds that a connection was lent out. */
  readonly useTime;
  /** Requests that waited in vain. */
  readonly timeouts;
  readonly #count;
  readonly #max;
  readonly #pending;
  readonly #pools = new WeakList<Pool, Watched<Pool>>();
  #shown = new Set<string>();

  constructor(attachment: Attachment) {
    const { registry } = attachment;
    this.createTime = registry.instrument(dbClientConnectionCreateTime);
    this.waitTime = registry.instrument(dbClientConnectionWaitTime);
    this.useTime = registry.instrument(dbClientConnectionUseTime);
    this.timeouts = registry.instrument(dbClientConnectionTimeouts);
    this.#count = registry.instrument(dbClientConnectionCount);
    this.#max = registry.instrument(dbClientConnectionLimit);
    this.#pending = registry.instrument(dbClientConnectionPendingRequests);
    attachment.onCollect(() => this.#read());
    // Nobody is going to ask them any more.
    attachment.onDetach(() => {
      for (const name of this.#shown) this.#hide(name);
    });
  }

  /** Asks a pool from now on for as long as it lives; pools of one name add up. `stateOf` must not hold on to the pool. */
  watch(pool: Pool, name: string, stateOf: (pool: Pool) => PoolState): void {
    this.#pools.add(pool, { name, stateOf });
    // A time-out that never happened is shown as 0, so that the first one is an increase.
    this.timeouts.bind({ 'db.client.connection.pool.name': name });
  }

  #read(): void {
    const totals = new Map<string, Totals>();
    for (const [pool, { name, stateOf }] of this.#pools) {
      const { used, idle, max = NaN, pending = NaN } = stateOf(pool);
      const before = totals.get(name) ?? { used: 0, idle: 0, max: 0, pending: 0 };
      totals.set(name, {
        used: before.used + used,
        idle: before.idle + idle,
        max: before.max + max,
        pending: before.pending + pending,
      });
    }
    for (const name of this.#shown) if (!totals.has(name)) this.#hide(name);
    for (const [name, total] of totals) this.#show(name, total);
    this.#shown = new Set(totals.keys());
  }

  #show(name: string, { used, idle, max, pending }: Totals): void {
    const pool = { 'db.client.connection.pool.name': name };
    this.#count.set(used, { ...pool, 'db.client.connection.state': 'used' });
    this.#count.set(idle, { ...pool, 'db.client.connection.state': 'idle' });
    if (Number.isFinite(max)) this.#max.set(max, pool);
    else this.#max.remove(pool);
    if (Number.isFinite(pending)) this.#pending.set(pending, pool);
    else this.#pending.remove(pool);
  }

  /** A pool that is gone is off the page, rather than on it with its last figures. */
  #hide(name: string): void {
    const pool = { 'db.client.connection.pool.name': name };
    for (const state of ['used', 'idle'] as const) this.#count.remove({ ...pool, 'db.client.connection.state': state });
    this.#max.remove(pool);
    this.#pending.remove(pool);
  }
}
