// Pools of PostgreSQL clients made by pg-pool, also as pg's own Pool: what they hold, and what happens to who wants a client.
//
// pg-pool publishes nothing, and its events do not tell who waits. What waits is an object of its own, which carries the time
// from method to method, so no callback or promise of the application's is touched.
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionLimit,
  dbClientConnectionPendingRequests,
  dbClientConnectionTimeouts,
  dbClientConnectionUseTime,
  dbClientConnectionWaitTime,
} from '../catalog/db.ts';
import type { CounterCell, HistogramCell } from '../core/cell.ts';
import { nowMillis } from '../core/clock.ts';
import type { Attachment, Instrumentation, Undo } from '../core/instrumentation.ts';
import { wrap } from '../core/wrap.ts';
import { DbPools, type PoolState } from '../domains/db-pools.ts';

export const pgPool: Instrumentation = {
  name: 'pg-pool',
  target: { package: 'pg-pool', versions: '>=3 <4' },
  metrics: [
    dbClientConnectionCount,
    dbClientConnectionLimit,
    dbClientConnectionPendingRequests,
    dbClientConnectionTimeouts,
    dbClientConnectionWaitTime,
    dbClientConnectionUseTime,
    dbClientConnectionCreateTime,
  ],
  attach(attachment) {
    const pools = new Pools(attachment);
    // The ES module passes on the CommonJS one.
    attachment.patch({ file: 'index.js' }, ({ prototype }: { readonly prototype: object }) => pools.watch(prototype));
  },
};

interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
  readonly _clients: readonly Client[];
  readonly _pendingQueue: readonly Request[];
}

interface Client {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  [OPENED_MILLIS]?: number | undefined;
  [LENT_MILLIS]?: number | undefined;
}

/** What waits for a client. */
interface Request {
  callback: (...values: unknown[]) => unknown;
  readonly timedOut?: boolean;
  /** Undefined once it waits no longer. */
  [SINCE_MILLIS]?: number | undefined;
  [TIMEOUTS]?: CounterCell;
}

interface Cells {
  readonly wait: HistogramCell;
  readonly use: HistogramCell;
  readonly create: HistogramCell;
  readonly timeouts: CounterCell;
}

const OPENED_MILLIS = Symbol('promtel.pg.openedMillis');
const LENT_MILLIS = Symbol('promtel.pg.lentMillis');
const SINCE_MILLIS = Symbol('promtel.pg.sinceMillis');
const TIMEOUTS = Symbol('promtel.pg.timeouts');

/** Where a client could not be opened in time; pg-pool says it in words only. */
const OPENED_TOO_LATE = 'Connection terminated due to connection timeout';

class Pools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #cells = new WeakMap<Pool, Cells>();
  readonly #watchedRequests = new WeakSet<object>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#pools = new DbPools(attachment);
  }

  watch(prototype: object): Undo {
    const { guard } = this.#attachment;
    const queue = guard((pool: Pool, sinceMillis: number) => this.#queue(pool, sinceMillis));
    const open = guard((request: Request) => this.#open(request));
    const noteOpening = guard((pool: Pool, request: Request) => this.#noteOpening(pool, request));
    const lend = guard((pool: Pool, client: Client, request: Request) => this.#lend(pool, client, request));
    const takeBack = guard((pool: Pool, client: Client) => this.#takeBack(pool, client));
    const undo = [
      wrap(prototype, 'connect', (connect) => {
        return function (this: unknown, ...values) {
          const sinceMillis = nowMillis();
          const result = connect.apply(this, values);
          queue(this as Pool, sinceMillis);
          return result;
        };
      }),
      wrap(prototype, 'newClient', (newClient) => {
        return function (this: unknown, ...values) {
          open(values[0] as Request);
          const result = newClient.apply(this, values);
          noteOpening(this as Pool, values[0] as Request);
          return result;
        };
      }),
      wrap(prototype, '_acquireClient', (acquire) => {
        return function (this: unknown, ...values) {
          lend(this as Pool, values[0] as Client, values[1] as Request);
          return acquire.apply(this, values);
        };
      }),
      wrap(prototype, '_release', (release) => {
        return function (this: unknown, ...values) {
          takeBack(this as Pool, values[0] as Client);
          return release.apply(this, values);
        };
      }),
    ];
    return () => undo.forEach((one) => one());
  }

  /** A request that is not granted at once is the last that waits. */
  #queue(pool: Pool, sinceMillis: number): void {
    const cells = this.#cellsOf(pool);
    const request = pool._pendingQueue.at(-1);
    if (cells === undefined || request === undefined || request[SINCE_MILLIS] !== undefined) return;
    request[SINCE_MILLIS] = sinceMillis;
    request[TIMEOUTS] = cells.timeouts;
    this.#watchTimeouts(Object.getPrototypeOf(request) as object);
  }

  /** A request for which a client is opened, at once or after it has waited. */
  #open(request: Request): void {
    request[SINCE_MILLIS] ??= nowMillis();
    const { callback } = request;
    const note = this.#attachment.guard((error: Error | undefined) => {
      if (error?.message === OPENED_TOO_LATE) countTimeout(request);
    });
    request.callback = function (this: unknown, ...values) {
      note(values[0] as Error | undefined);
      return callback.apply(this, values);
    };
  }

  #noteOpening(pool: Pool, request: Request): void {
    const client = pool._clients.at(-1);
    const cells = this.#cellsOf(pool);
    if (client === undefined || cells === undefined) return;
    client[OPENED_MILLIS] = nowMillis();
    request[TIMEOUTS] = cells.timeouts;
  }

  /** Also called for one that timed out, or to do away with a client: these have nobody who waits. */
  #lend(pool: Pool, client: Client, request: Request): void {
    const cells = this.#cellsOf(pool);
    const sinceMillis = request[SINCE_MILLIS];
    const now = nowMillis();
    if (cells === undefined) return;
    if (client[OPENED_MILLIS] !== undefined) cells.create.record((now - client[OPENED_MILLIS]) / 1000);
    client[OPENED_MILLIS] = undefined;
    if (sinceMillis === undefined) return;
    request[SINCE_MILLIS] = undefined;
    cells.wait.record((now - sinceMillis) / 1000);
    client[LENT_MILLIS] = now;
  }

  #takeBack(pool: Pool, client: Client): void {
    const lentMillis = client[LENT_MILLIS];
    if (lentMillis === undefined) return;
    client[LENT_MILLIS] = undefined;
    this.#cellsOf(pool)?.use.record((nowMillis() - lentMillis) / 1000);
  }

  /** A request is told that it timed out by setting `timedOut` on it, and by nothing else. */
  #watchTimeouts(requests: object): void {
    if (requests === Object.prototype || this.#watchedRequests.has(requests)) return;
    this.#watchedRequests.add(requests);
    const note = this.#attachment.guard(countTimeout);
    const set = function (this: Request, value: unknown): void {
      Object.defineProperty(this, 'timedOut', { value, configurable: true, enumerable: true, writable: true });
      note(this);
    };
    Object.defineProperty(requests, 'timedOut', { set, get: () => undefined, configurable: true });
    this.#attachment.onDetach(() => {
      if (Object.getOwnPropertyDescriptor(requests, 'timedOut')?.set === set) Reflect.deleteProperty(requests, 'timedOut');
    });
  }

  /** Undefined while the pool has no client, since only a client knows where it connects to. */
  #cellsOf(pool: Pool): Cells | undefined {
    const known = this.#cells.get(pool);
    const client = pool._clients[0];
    if (known !== undefined || client === undefined) return known;
    const name = `${client.host}:${client.port}/${client.database}`;
    const attributes = { 'db.client.connection.pool.name': name };
    const { waitTime, useTime, createTime, timeouts } = this.#pools;
    this.#pools.watch(pool, name, stateOf);
    const cells = {
      wait: waitTime.bind(attributes),
      use: useTime.bind(attributes),
      create: createTime.bind(attributes),
      timeouts: timeouts.bind(attributes),
    };
    this.#cells.set(pool, cells);
    return cells;
  }
}

function countTimeout(request: Request): void {
  if (request[SINCE_MILLIS] === undefined) return;
  request[SINCE_MILLIS] = undefined;
  request[TIMEOUTS]?.add(1);
}

function stateOf({ totalCount, idleCount, waitingCount, options }: Pool): PoolState {
  return { used: totalCount - idleCount, idle: idleCount, max: options.max, pending: waitingCount };
}
