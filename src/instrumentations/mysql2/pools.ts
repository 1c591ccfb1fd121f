// The connection pools of mysql2: what waiting for, opening and using connections takes, and which connections fail.
import { dbClientConnectionErrors } from '../../catalog/db.ts';
import { nowMillis } from '../../core/clock.ts';
import type { HistogramCell } from '../../core/recording/cell.ts';
import type { Attachment, Undo } from '../../hooks/instrumentation.ts';
import { wrapMethod } from '../../hooks/wrap-method.ts';
import { DbPools, type PoolState } from '../../recorders/db/pools.ts';
import { mysql2ErrorType } from './error-type.ts';

/** Where a connection goes to. */
export interface Mysql2Place {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string;
  readonly database?: string;
}

interface Pool {
  readonly _closed: boolean;
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  /** What waits for a connection. */
  readonly _connectionQueue: { readonly length: number };
  /** Its limit is 0 where there is none. */
  readonly config: { readonly connectionLimit: number; readonly connectionConfig: Mysql2Place };
}

interface Connection {
  readonly config: Mysql2Place;
  readonly _fatalError: unknown;
  /** Undefined if it was never lent out, null if it is not just now. */
  [LENT]?: Lent | null;
}

interface Lent {
  readonly useTime: HistogramCell;
  readonly sinceMillis: number;
}

const LENT = Symbol('promtel.mysql2.lent');

/** What asked for a connection is told. */
type Granted = (error: unknown, connection: Connection) => unknown;

interface Request {
  readonly sinceMillis: number;
  /** Later than that where it first waited for a connection that broke. */
  triedMillis: number;
}

/** By the callbacks that are timed: attached twice, the first counts. */
const requests = new WeakMap<Granted, Request>();

/** The connections whose failure was counted. */
const failed = new WeakSet<Connection>();

/** Where a request is turned down since the pool has no more to give; mysql2 says it in words only. */
const EXHAUSTED = new Set<unknown>(['Queue limit reached.', 'No connections available.']);

export class Mysql2Pools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors;
  readonly #watched = new WeakMap<Pool, WatchedPool>();
  #isDetached = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    attachment.onDetach(() => (this.#isDetached = true));
    this.#pools = new DbPools<Pool>(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
  }

  /** Patches a pool's method by which connections are asked for. */
  followRequests(prototype: object): Undo {
    const follow = this.#attachment.guard((pool: Pool, granted: Granted) => this.#follow(pool, granted));
    return wrapMethod(prototype, 'getConnection', (getConnection) => {
      return function (granted, ...rest) {
        return getConnection.call(this, follow(this as Pool, granted as Granted) ?? granted, ...rest);
      };
    });
  }

  /** Patches a pooled connection's methods by which it goes back to its pool, or out of it for good. */
  followReturns(prototype: object): Undo {
    const takeBack = this.#attachment.guard((connection: Connection) => {
      const lent = connection[LENT];
      if (lent) lent.useTime.record((nowMillis() - lent.sinceMillis) / 1000);
      if (lent) connection[LENT] = null;
    });
    const undo = ['release', '_removeFromPool'].map((name) =>
      wrapMethod(prototype, name, (original) => {
        return function (...values) {
          takeBack(this as Connection);
          return original.apply(this, values);
        };
      }),
    );
    return () => undo.forEach((one) => one());
  }

  /** Patches the method by which any connection tells whom it concerns that it is of no more use. */
  followFailures(prototype: object): Undo {
    const note = this.#attachment.guard((connection: Connection, error: unknown) => {
      if (connection._fatalError || failed.has(connection)) return;
      failed.add(connection);
      const name = poolNameOf(connection.config);
      this.#errors.add(1, { 'db.client.connection.pool.name': name, 'error.type': mysql2ErrorType(error) });
    });
    return wrapMethod(prototype, '_notifyError', (notifyError) => {
      return function (error, ...rest) {
        note(this as Connection, error);
        return notifyError.call(this, error, ...rest);
      };
    });
  }

  #follow(pool: Pool, granted: Granted): Granted | undefined {
    if (typeof granted !== 'function') return undefined;
    const known = requests.get(granted);
    if (known !== undefined) {
      known.triedMillis = nowMillis();
      return undefined;
    }
    const request = { sinceMillis: nowMillis(), triedMillis: nowMillis() };
    const watched = this.#watch(pool);
    const note = this.#attachment.guard((error: unknown, connection: Connection) => {
      if (!this.#isDetached) watched.answer(request, error, connection);
    });
    const followed = function (this: unknown, ...values: Parameters<Granted>): unknown {
      note(...values);
      return granted.apply(this, values);
    };
    requests.set(followed, request);
    return followed;
  }

  #watch(pool: Pool): WatchedPool {
    let watched = this.#watched.get(pool);
    if (watched === undefined) this.#watched.set(pool, (watched = new WatchedPool(pool, this.#pools)));
    return watched;
  }
}

/** A pool's series. It must not hold on to the pool. */
class WatchedPool {
  readonly #waitTime;
  readonly #createTime;
  readonly #useTime;
  readonly #timeouts;

  constructor(pool: Pool, pools: DbPools<Pool>) {
    const name = poolNameOf(pool.config.connectionConfig);
    const series = { 'db.client.connection.pool.name': name };
    this.#waitTime = pools.waitTime.bind(series);
    this.#createTime = pools.createTime.bind(series);
    this.#useTime = pools.useTime.bind(series);
    this.#timeouts = pools.timeouts.bind(series);
    pools.watch(pool, name, stateOf);
  }

  answer({ sinceMillis, triedMillis }: Request, error: unknown, connection: Connection): void {
    const now = nowMillis();
    if (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
      if (code === 'ETIMEDOUT' || EXHAUSTED.has(message)) this.#timeouts.add(1);
      return;
    }
    this.#waitTime.record((now - sinceMillis) / 1000);
    // A pool opens a connection for who asks for one, and lends it to him first.
    if (connection[LENT] === undefined) this.#createTime.record((now - triedMillis) / 1000);
    connection[LENT] = { useTime: this.#useTime, sinceMillis: now };
  }
}

function stateOf({ _closed, _allConnections, _freeConnections, _connectionQueue, config }: Pool): PoolState {
  // It keeps its lists when it is closed.
  if (_closed) return { used: 0, idle: 0, max: 0, pending: 0 };
  const idle = _freeConnections.length;
  const max = config.connectionLimit === 0 ? undefined : config.connectionLimit;
  return { used: _allConnections.length - idle, idle, max, pending: _connectionQueue.length };
}

function poolNameOf({ host = 'localhost', port = 3306, socketPath, database }: Mysql2Place): string {
  return `${socketPath || `${host}:${port}`}${database ? `/${database}` : ''}`;
}
