// Connection pools: what they are asked when metrics are collected, and what happens to who wants a connection.
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionErrors,
  dbClientConnectionLimit,
  dbClientConnectionPendingRequests,
  dbClientConnectionTimeouts,
  dbClientConnectionUseTime,
  dbClientConnectionWaitTime,
} from '../../catalog/db.ts';
import type { Registry } from '../../core/recording/registry.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import { WeakList } from '../../hooks/weak-list.ts';

/** What a library that knows pools records. */
export const DB_POOL_METRICS = [
  dbClientConnectionCount,
  dbClientConnectionLimit,
  dbClientConnectionPendingRequests,
  dbClientConnectionTimeouts,
  dbClientConnectionCreateTime,
  dbClientConnectionWaitTime,
  dbClientConnectionUseTime,
  dbClientConnectionErrors,
] as const;

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

/** What one who asks pools was told last, by name. */
interface Answers {
  totals: ReadonlyMap<string, Totals>;
}

/** Everybody who asks pools for one registry: a library and another that is used beside it may have pools of one name. */
interface Asking {
  readonly all: Set<Answers>;
  /** Who asks a pool, which is not to be counted twice. */
  readonly byPool: WeakMap<object, Answers>;
}

const askingFor = new WeakMap<Registry, Asking>();

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
  readonly #asking: Asking;
  readonly #answers: Answers = { totals: new Map() };

  constructor(attachment: Attachment) {
    const { registry } = attachment;
    this.createTime = registry.instrument(dbClientConnectionCreateTime);
    this.waitTime = registry.instrument(dbClientConnectionWaitTime);
    this.useTime = registry.instrument(dbClientConnectionUseTime);
    this.timeouts = registry.instrument(dbClientConnectionTimeouts);
    this.#count = registry.instrument(dbClientConnectionCount);
    this.#max = registry.instrument(dbClientConnectionLimit);
    this.#pending = registry.instrument(dbClientConnectionPendingRequests);
    this.#asking = askingFor.get(registry) ?? { all: new Set(), byPool: new WeakMap() };
    askingFor.set(registry, this.#asking);
    this.#asking.all.add(this.#answers);
    attachment.onCollect(() => this.#replace(this.#read()));
    attachment.onDetach(() => {
      this.#asking.all.delete(this.#answers);
      this.#replace(new Map());
    });
  }

  /** Asks a pool from now on for as long as it lives; pools of one name add up. `stateOf` must not hold on to the pool. */
  watch(pool: Pool, name: string, stateOf: (pool: Pool) => PoolState): void {
    const { all, byPool } = this.#asking;
    const other = byPool.get(pool);
    if (other !== undefined && all.has(other)) return;
    byPool.set(pool, this.#answers);
    this.#pools.add(pool, { name, stateOf });
    // A time-out that never happened is shown as 0, so that the first one is an increase.
    this.timeouts.bind({ 'db.client.connection.pool.name': name });
  }

  #read(): Map<string, Totals> {
    const totals = new Map<string, Totals>();
    for (const [pool, { name, stateOf }] of this.#pools) {
      const { used, idle, max = NaN, pending = NaN } = stateOf(pool);
      totals.set(name, sumOf([totals.get(name) ?? NONE, { used, idle, max, pending }]));
    }
    return totals;
  }

  #replace(totals: ReadonlyMap<string, Totals>): void {
    const names = new Set([...this.#answers.totals.keys(), ...totals.keys()]);
    this.#answers.totals = totals;
    for (const name of names) this.#show(name);
  }

  #show(name: string): void {
    const known = [...this.#asking.all].flatMap(({ totals }) => totals.get(name) ?? []);
    const pool = { 'db.client.connection.pool.name': name };
    if (known.length === 0) {
      this.#hide(pool);
      return;
    }
    const { used, idle, max, pending } = sumOf(known);
    this.#count.set(used, { ...pool, 'db.client.connection.state': 'used' });
    this.#count.set(idle, { ...pool, 'db.client.connection.state': 'idle' });
    if (Number.isFinite(max)) this.#max.set(max, pool);
    else this.#max.remove(pool);
    if (Number.isFinite(pending)) this.#pending.set(pending, pool);
    else this.#pending.remove(pool);
  }

  /** A pool that is gone, or that nobody asks any more, is off the page, rather than on it with its last figures. */
  #hide(pool: { readonly 'db.client.connection.pool.name': string }): void {
    for (const state of ['used', 'idle'] as const) this.#count.remove({ ...pool, 'db.client.connection.state': state });
    this.#max.remove(pool);
    this.#pending.remove(pool);
  }
}

const NONE: Totals = { used: 0, idle: 0, max: 0, pending: 0 };

/** What one of them does not know, nobody knows of all. */
function sumOf(all: readonly Totals[]): Totals {
  return all.reduce((sum, { used, idle, max, pending }) => ({
    used: sum.used + used,
    idle: sum.idle + idle,
    max: sum.max + max,
    pending: sum.pending + pending,
  }));
}
