// Records connection pools: their connections and pending requests, wait, use and create times, and timeouts.
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
import { type StateFields, StateGauges } from '../state-gauges.ts';

/** The metrics of a library that has pools. */
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

/** How many connections and requests a pool has; what is not known is left out. */
export interface PoolState {
  readonly used: number;
  readonly idle: number;
  readonly max?: number | undefined;
  readonly pending?: number | undefined;
}

export const POOL_FIELDS: StateFields<PoolState> = {
  used: [dbClientConnectionCount, { 'db.client.connection.state': 'used' }],
  idle: [dbClientConnectionCount, { 'db.client.connection.state': 'idle' }],
  max: [dbClientConnectionLimit],
  pending: [dbClientConnectionPendingRequests],
};

interface Watched<Pool> {
  readonly name: string;
  readonly stateOf: (pool: Pool) => PoolState;
}

/** What one library's pools held when they were read last, by name; what is not known is NaN. */
interface Totals {
  byName: ReadonlyMap<string, Record<keyof PoolState, number>>;
}

/** All libraries that watch pools for one registry: pools of two libraries, such as Knex and pg, may have the same name. */
interface Watchers {
  readonly totals: Set<Totals>;
  readonly gauges: Map<string, StateGauges<PoolState>>;
}

const watchersFor = new WeakMap<Registry, Watchers>();

export class DbPools<Pool extends object> {
  /** Seconds that it took to open a connection. */
  readonly createTime;
  /** Seconds that a request waited for a connection. */
  readonly waitTime;
  /** Seconds that a connection was used before it was returned to its pool. */
  readonly useTime;
  /** Requests that got no connection in time. */
  readonly timeouts;
  readonly #registry: Registry;
  readonly #pools = new WeakList<Pool, Watched<Pool>>();
  readonly #watchers: Watchers;
  readonly #totals: Totals = { byName: new Map() };

  constructor(attachment: Attachment) {
    const { registry } = attachment;
    this.createTime = registry.instrument(dbClientConnectionCreateTime);
    this.waitTime = registry.instrument(dbClientConnectionWaitTime);
    this.useTime = registry.instrument(dbClientConnectionUseTime);
    this.timeouts = registry.instrument(dbClientConnectionTimeouts);
    this.#registry = registry;
    this.#watchers = watchersFor.get(registry) ?? { totals: new Set(), gauges: new Map() };
    watchersFor.set(registry, this.#watchers);
    this.#watchers.totals.add(this.#totals);
    attachment.onCollect(() => this.#replace(this.#read()));
    attachment.onDetach(() => {
      this.#watchers.totals.delete(this.#totals);
      this.#replace(new Map());
    });
  }

  /**
   * Reads a pool at every collection for as long as it lives; pools of one name add up. `stateOf` must not hold on to the pool.
   */
  watch(pool: Pool, name: string, stateOf: (pool: Pool) => PoolState): void {
    this.#pools.add(pool, { name, stateOf });
    // A timeout that never happened is shown as 0, so that the first one is an increase.
    this.timeouts.bind({ 'db.client.connection.pool.name': name });
  }

  #read(): Totals['byName'] {
    const totals = new Map<string, Record<keyof PoolState, number>>();
    for (const [pool, { name, stateOf }] of this.#pools) {
      const { used, idle, max = NaN, pending = NaN } = stateOf(pool);
      const state = { used, idle, max, pending };
      const others = totals.get(name);
      totals.set(name, others === undefined ? state : sumOf([others, state]));
    }
    return totals;
  }

  #replace(totals: Totals['byName']): void {
    const names = new Set([...this.#totals.byName.keys(), ...totals.keys()]);
    this.#totals.byName = totals;
    for (const name of names) this.#show(name);
  }

  /** A pool that is gone, or that is no longer watched, is taken off the page, rather than left on it with its last values. */
  #show(name: string): void {
    const { totals, gauges } = this.#watchers;
    const all = [...totals].flatMap(({ byName }) => byName.get(name) ?? []);
    if (all.length === 0) {
      gauges.get(name)?.hide();
      gauges.delete(name);
      return;
    }
    const { used, idle, max, pending } = sumOf(all);
    const known = { used, idle, max: finite(max), pending: finite(pending) };
    this.#gaugesOf(name).show(known);
  }

  #gaugesOf(name: string): StateGauges<PoolState> {
    const { gauges } = this.#watchers;
    let ofPool = gauges.get(name);
    if (ofPool === undefined) {
      ofPool = new StateGauges(this.#registry, POOL_FIELDS, { 'db.client.connection.pool.name': name });
      gauges.set(name, ofPool);
    }
    return ofPool;
  }
}

/** What is not known of one of them is not known of all. */
function sumOf(all: readonly Record<keyof PoolState, number>[]): Record<keyof PoolState, number> {
  return all.reduce((sum, { used, idle, max, pending }) => ({
    used: sum.used + used,
    idle: sum.idle + idle,
    max: sum.max + max,
    pending: sum.pending + pending,
  }));
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
