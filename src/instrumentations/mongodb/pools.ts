// Connection pools of MongoDB's driver: the times to open, wait for and use a connection, errors, and the pools' state.
import { dbClientConnectionErrors } from '../../catalog/db.ts';
import { nowMillis } from '../../core/clock.ts';
import type { Counter } from '../../core/recording/instrument.ts';
import type { Attachment, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import { observePromiseMethod } from '../../hooks/promise-method.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { DbPools, type PoolState } from '../../recorders/db/pools.ts';
import { errorName, mongoErrorType } from './commands.ts';

/** The address of a server, as configured or as its replica set says. */
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

/** Kept on a connection while it is lent out. */
interface Lent {
  readonly pool: PoolRecorder;
  readonly sinceMillis: number;
}

type Opened = (error: unknown, connection: unknown) => void;

const LENT = Symbol('promtel.mongodb.lent');

/** Errors of requests that waited too long; the second where the application limits the whole operation. */
const TIMEOUTS = new Set<string | undefined>(['MongoWaitQueueTimeoutError', 'MongoOperationTimeoutError']);

/** Errors of connections whose pool was closed or cleared while they were opened. */
const POOL_GONE = new Set<string | undefined>(['MongoPoolClearedError', 'MongoPoolClosedError']);

/** The server of a connection that a pool has lent out; undefined for others, such as those of heartbeats and handshakes. */
export function serverOfLent(connection: object): MongoServer | undefined {
  return (connection as Connection)[LENT]?.pool.server;
}

export class MongoPools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors;
  readonly #recorders = new WeakMap<Pool, PoolRecorder>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#pools = new DbPools<Pool>(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
  }

  /** Patches the methods that open, lend and take back connections. */
  patch(prototype: object): Undo {
    const { guard } = this.#attachment;
    return undoAll([
      observePromiseMethod(prototype, 'checkOut', guard, {
        before: (pool: Pool) => this.#recorderOf(pool).request(),
        fulfilled: (connection, { recorder, startMillis }) => recorder.lend(connection as Connection, startMillis),
        rejected: (error, { recorder }) => recorder.refuse(error),
      }),
      observeCalls(prototype, 'checkIn', guard, { before: (_, [connection]: [Connection]) => takeBack(connection) }),
      observeCalls(prototype, 'createConnection', guard, {
        before: (pool: Pool, values: unknown[]) => {
          values[0] = this.#timed(values[0] as Opened, pool);
        },
      }),
    ]);
  }

  #recorderOf(pool: Pool): PoolRecorder {
    let recorder = this.#recorders.get(pool);
    if (recorder === undefined) {
      recorder = new PoolRecorder(pool, this.#pools, this.#errors);
      this.#recorders.set(pool, recorder);
    }
    return recorder;
  }

  /** The callback of a connection that is being opened, which records how that ended before it is called. */
  #timed(opened: Opened, pool: Pool): Opened {
    const recorder = this.#recorderOf(pool);
    const startMillis = nowMillis();
    const record = this.#attachment.guard((error: unknown) => recorder.open(startMillis, error));
    return (error, connection) => {
      record(error);
      opened(error, connection);
    };
  }
}

function takeBack(connection: Connection): void {
  const lent = connection[LENT];
  connection[LENT] = undefined;
  lent?.pool.useTime.record((nowMillis() - lent.sinceMillis) / 1000);
}

/** A request for a connection. */
interface PoolRequest {
  readonly recorder: PoolRecorder;
  readonly startMillis: number;
}

/** Records into the series of a pool. It must not keep the pool alive. */
class PoolRecorder {
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

  open(startMillis: number, error: unknown): void {
    if (!error) this.#createTime.record((nowMillis() - startMillis) / 1000);
    else if (!POOL_GONE.has(errorName(error)))
      this.#errors.add(1, { 'db.client.connection.pool.name': this.#address, 'error.type': mongoErrorType(error) });
  }

  request(): PoolRequest {
    this.#pending += 1;
    return { recorder: this, startMillis: nowMillis() };
  }

  lend(connection: Connection, startMillis: number): void {
    const sinceMillis = nowMillis();
    this.#pending -= 1;
    this.#waitTime.record((sinceMillis - startMillis) / 1000);
    connection[LENT] = { pool: this, sinceMillis };
  }

  refuse(error: unknown): void {
    this.#pending -= 1;
    if (TIMEOUTS.has(errorName(error))) this.#timeouts.add(1);
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
