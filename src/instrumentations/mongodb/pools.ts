// The connection pools of MongoDB's driver: what opening, waiting for and using connections takes, and who has one just now.
import { dbClientConnectionErrors } from '../../catalog/db.ts';
import { nowMillis } from '../../core/clock.ts';
import type { Counter } from '../../core/recording/instrument.ts';
import type { Attachment, Undo } from '../../hooks/instrumentation.ts';
import { observePromiseMethod, type PromisedCall } from '../../hooks/promise-method.ts';
import { wrapMethod } from '../../hooks/wrap-method.ts';
import { DbPools, type PoolState } from '../../recorders/db/pools.ts';
import { errorName, mongoErrorType } from './commands.ts';

/** Where a server is, as configured or as its replica set says. */
export interface MongoServer {
  readonly host?: string;
  readonly port?: number;
  readonly socketPath?: string;
}

interface Pool {
  /** Host and port in one. */
  readonly address: string;
  readonly closed: boolean;
  /** Its limit is 0 where there is none. */
  readonly options: { readonly maxPoolSize: number; readonly hostAddress: MongoServer };
  readonly currentCheckedOutCount: number;
  readonly availableConnectionCount: number;
}

interface Connection {
  [LENT]?: Lent | undefined;
}

/** Noted on a connection while it is lent out. */
interface Lent {
  readonly pool: WatchedPool;
  readonly sinceMillis: number;
}

type Opened = (error: unknown, connection: unknown) => void;

const LENT = Symbol('promtel.mongodb.lent');

/** What the driver throws at who has waited for too long; the second one where the application limits the whole operation. */
const TIMEOUTS = new Set<string | undefined>(['MongoWaitQueueTimeoutError', 'MongoOperationTimeoutError']);

/** A connection that is of no use any more, since its pool was closed or cleared while it was opened. */
const NOT_WANTED = new Set<string | undefined>(['MongoPoolClearedError', 'MongoPoolClosedError']);

/** The server of a connection that a pool has lent out; undefined for any other, as those of heartbeats and handshakes. */
export function serverOfLent(connection: object): MongoServer | undefined {
  return (connection as Connection)[LENT]?.pool.server;
}

export class MongoPools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors;
  readonly #watched = new WeakMap<Pool, WatchedPool>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#pools = new DbPools<Pool>(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
  }

  /** Patches the methods by which connections are opened, lent out and given back. */
  patch(prototype: object): Undo {
    const undo = [
      observePromiseMethod(prototype, 'checkOut', this.#attachment.guard, (pool: Pool) => this.#watch(pool).lend()),
      this.#followReturns(prototype),
      this.#followOpening(prototype),
    ];
    return () => {
      for (const one of undo) one();
    };
  }

  #watch(pool: Pool): WatchedPool {
    let watched = this.#watched.get(pool);
    if (watched === undefined) {
      watched = new WatchedPool(pool, this.#pools, this.#errors);
      this.#watched.set(pool, watched);
    }
    return watched;
  }

  #followReturns(prototype: object): Undo {
    const returned = this.#attachment.guard((connection: Connection) => {
      const lent = connection[LENT];
      connection[LENT] = undefined;
      lent?.pool.useTime.record((nowMillis() - lent.sinceMillis) / 1000);
    });
    return wrapMethod(prototype, 'checkIn', (checkIn) => {
      return function (connection, ...rest) {
        returned(connection as Connection);
        return checkIn.call(this, connection, ...rest);
      };
    });
  }

  #followOpening(prototype: object): Undo {
    const timed = this.#attachment.guard((pool: Pool, opened: Opened): Opened => {
      const noteEnd = this.#attachment.guard(this.#watch(pool).open());
      const wrapped: Opened = (error, connection) => {
        noteEnd(error);
        opened(error, connection);
      };
      followed.add(wrapped);
      return wrapped;
    });
    return wrapMethod(prototype, 'createConnection', (create) => {
      return function (opened, ...rest) {
        const own = followed.has(opened as Opened) ? undefined : timed(this as Pool, opened as Opened);
        return create.call(this, own ?? opened, ...rest);
      };
    });
  }
}

/** The callbacks that are timed: attached twice, the first counts. */
const followed = new WeakSet<Opened>();

/** A pool's series. It must not hold on to the pool. */
class WatchedPool {
  readonly server: MongoServer;
  readonly useTime;
  readonly #address: string;
  readonly #createTime;
  readonly #errors;
  readonly #waitTime;
  readonly #timeouts;
  #pending = 0;

  constructor(pool: Pool, pools: DbPools<Pool>, errors: Counter<typeof dbClientConnectionErrors>) {
    const series = { 'db.client.connection.pool.name': pool.address };
    this.server = pool.options.hostAddress;
    this.#address = pool.address;
    this.#errors = errors;
    this.#createTime = pools.createTime.bind(series);
    this.useTime = pools.useTime.bind(series);
    this.#waitTime = pools.waitTime.bind(series);
    this.#timeouts = pools.timeouts.bind(series);
    pools.watch(pool, pool.address, (current) => this.#stateOf(current));
  }

  /** A connection is being opened; to be told how that ended. */
  open(): (error: unknown) => void {
    const startMillis = nowMillis();
    return (error) => {
      if (!error) this.#createTime.record((nowMillis() - startMillis) / 1000);
      else if (!NOT_WANTED.has(errorName(error)))
        this.#errors.add(1, { 'db.client.connection.pool.name': this.#address, 'error.type': mongoErrorType(error) });
    };
  }

  /** One more waits for a connection. */
  lend(): PromisedCall {
    this.#pending += 1;
    const startMillis = nowMillis();
    return {
      done: (connection) => {
        const sinceMillis = nowMillis();
        this.#pending -= 1;
        this.#waitTime.record((sinceMillis - startMillis) / 1000);
        (connection as Connection)[LENT] = { pool: this, sinceMillis };
      },
      failed: (error) => {
        this.#pending -= 1;
        if (TIMEOUTS.has(errorName(error))) this.#timeouts.add(1);
      },
    };
  }

  #stateOf({ currentCheckedOutCount, availableConnectionCount, closed, options: { maxPoolSize } }: Pool): PoolState {
    return {
      used: currentCheckedOutCount,
      idle: availableConnectionCount,
      max: maxPoolSize === 0 ? undefined : closed ? 0 : maxPoolSize,
      pending: this.#pending,
    };
  }
}
