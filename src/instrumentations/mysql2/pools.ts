// Connection pools of mysql2: the times to wait for, open and use a connection, timeouts, errors, and the pools' state.
import { dbClientConnectionErrors } from '../../catalog/db.ts';
import { nowMillis } from '../../core/clock.ts';
import type { HistogramCell } from '../../core/recording/cell.ts';
import type { Attachment, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { DbPools, type PoolState } from '../../recorders/db/pools.ts';
import { mysql2ErrorType } from './error-type.ts';

/** The server and database of a connection. */
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
  /** The requests that wait for a connection. */
  readonly _connectionQueue: { readonly length: number };
  /** A limit of 0 means none. */
  readonly config: { readonly connectionLimit: number; readonly connectionConfig: Mysql2Place };
}

interface Connection {
  readonly config: Mysql2Place;
  readonly _fatalError: unknown;
  /** Undefined if it was never lent out, null if it was returned. */
  [LENT]?: Lent | null;
}

interface Lent {
  readonly useTime: HistogramCell;
  readonly sinceMillis: number;
}

const LENT = Symbol('promtel.mysql2.lent');

/** The callback of a request for a connection. */
type Granted = (error: unknown, connection: Connection) => unknown;

interface Request {
  readonly sinceMillis: number;
  /** Later than `sinceMillis` if the first connection that it waited for failed. */
  triedMillis: number;
}

/** By callback, since mysql2 makes a request again with the callback that it has. */
const requests = new WeakMap<Granted, Request>();

/** The messages of errors of a pool that has no connection left; the errors have no code. */
const EXHAUSTED = new Set<unknown>(['Queue limit reached.', 'No connections available.']);

export class Mysql2Pools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors;
  readonly #recorders = new WeakMap<Pool, PoolRecorder>();
  #isDetached = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    attachment.onDetach(() => (this.#isDetached = true));
    this.#pools = new DbPools<Pool>(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
  }

  /** Patches the method of a pool that requests a connection. */
  observeRequests(prototype: object): Undo {
    return observeCalls(prototype, 'getConnection', this.#attachment.guard, {
      before: (pool: Pool, values: unknown[]) => {
        if (typeof values[0] === 'function') values[0] = this.#timed(values[0] as Granted, pool);
      },
    });
  }

  /** Patches the methods of a pooled connection that return it to the pool, or remove it from the pool. */
  observeReturns(prototype: object): Undo {
    const before = (connection: Connection): void => takeBack(connection);
    return undoAll(
      ['release', '_removeFromPool'].map((name) => observeCalls(prototype, name, this.#attachment.guard, { before })),
    );
  }

  /** Patches the method of a connection that reports a fatal error. */
  observeFailures(prototype: object): Undo {
    return observeCalls(prototype, '_notifyError', this.#attachment.guard, {
      before: ({ _fatalError, config }: Connection, [error]: [unknown]) => {
        if (_fatalError) return;
        const name = poolNameOf(config);
        this.#errors.add(1, { 'db.client.connection.pool.name': name, 'error.type': mysql2ErrorType(error) });
      },
    });
  }

  #timed(granted: Granted, pool: Pool): Granted {
    const known = requests.get(granted);
    if (known !== undefined) {
      known.triedMillis = nowMillis();
      return granted;
    }
    const request = { sinceMillis: nowMillis(), triedMillis: nowMillis() };
    const recorder = this.#recorderOf(pool);
    const record = this.#attachment.guard((error: unknown, connection: Connection) => {
      if (!this.#isDetached) recorder.answer(request, error, connection);
    });
    const timed = function (this: unknown, ...values: Parameters<Granted>): unknown {
      record(...values);
      return granted.apply(this, values);
    };
    requests.set(timed, request);
    return timed;
  }

  #recorderOf(pool: Pool): PoolRecorder {
    let recorder = this.#recorders.get(pool);
    if (recorder === undefined) this.#recorders.set(pool, (recorder = new PoolRecorder(pool, this.#pools)));
    return recorder;
  }
}

function takeBack(connection: Connection): void {
  const lent = connection[LENT];
  if (!lent) return;
  lent.useTime.record((nowMillis() - lent.sinceMillis) / 1000);
  connection[LENT] = null;
}

/** Records into the series of a pool. It must not keep the pool alive. */
class PoolRecorder {
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
    // A pool opens a connection for a request, and lends it to that request first.
    if (connection[LENT] === undefined) this.#createTime.record((now - triedMillis) / 1000);
    connection[LENT] = { useTime: this.#useTime, sinceMillis: now };
  }
}

function stateOf({ _closed, _allConnections, _freeConnections, _connectionQueue, config }: Pool): PoolState {
  // A closed pool keeps its lists.
  if (_closed) return { used: 0, idle: 0, max: 0, pending: 0 };
  const idle = _freeConnections.length;
  const max = config.connectionLimit === 0 ? undefined : config.connectionLimit;
  return { used: _allConnections.length - idle, idle, max, pending: _connectionQueue.length };
}

function poolNameOf({ host = 'localhost', port = 3306, socketPath, database }: Mysql2Place): string {
  return `${socketPath || `${host}:${port}`}${database ? `/${database}` : ''}`;
}
