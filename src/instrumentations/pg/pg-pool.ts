// Connection pools of pg-pool, which is also pg's own Pool: their state, the times to open, wait for and use a client, errors.
//
// pg-pool publishes nothing, and its events do not report waiting requests. Each request is an object, which carries the time from
// method to method, so no callback or promise of the application is touched.
import { errorMonitor } from 'node:events';
import { dbClientConnectionErrors } from '../../catalog/db.ts';
import { nowMillis } from '../../core/clock.ts';
import type { CounterCell, HistogramCell } from '../../core/recording/cell.ts';
import type { Counter } from '../../core/recording/instrument.ts';
import type { Attachment, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { DB_POOL_METRICS, DbPools, type PoolState } from '../../recorders/db/pools.ts';
import { pgErrorType } from './error-type.ts';

export const pgPool: Instrumentation = {
  name: 'pg-pool',
  target: { package: 'pg-pool', versions: '>=3 <4' },
  metrics: DB_POOL_METRICS,
  attach(attachment) {
    const pools = new Pools(attachment);
    // The ES module re-exports the CommonJS one.
    attachment.patch({ file: 'index.js' }, ({ prototype }: { readonly prototype: object }) => pools.patch(prototype));
  },
};

interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
  readonly ended: boolean;
  readonly _clients: readonly Client[];
  readonly _pendingQueue: readonly Request[];
}

interface Client {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  on(event: typeof errorMonitor, listener: (error: unknown) => void): void;
  [OPENED_MILLIS]?: number | undefined;
  [LENT_MILLIS]?: number | undefined;
  [IS_BROKEN]?: true;
}

/** A request for a client. */
interface Request {
  callback: (...values: unknown[]) => unknown;
  readonly timedOut?: boolean;
  /** Undefined when it no longer waits. */
  [SINCE_MILLIS]?: number | undefined;
  [SERIES]?: Series;
}

/** The series of one pool. */
interface Series {
  readonly attributes: { readonly 'db.client.connection.pool.name': string };
  readonly wait: HistogramCell;
  readonly use: HistogramCell;
  readonly create: HistogramCell;
  readonly timeouts: CounterCell;
}

const OPENED_MILLIS = Symbol('promtel.pg.openedMillis');
const LENT_MILLIS = Symbol('promtel.pg.lentMillis');
const IS_BROKEN = Symbol('promtel.pg.isBroken');
const SINCE_MILLIS = Symbol('promtel.pg.sinceMillis');
const SERIES = Symbol('promtel.pg.series');

/** The message of the error of a client that could not be opened in time; the error has no code. */
const OPENED_TOO_LATE = 'Connection terminated due to connection timeout';

class Pools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors: Counter<typeof dbClientConnectionErrors>;
  readonly #series = new WeakMap<Pool, Series>();
  /** The prototypes of requests that are patched. */
  readonly #patchedRequests = new WeakSet<object>();
  #isDetached = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#pools = new DbPools(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
    attachment.onDetach(() => (this.#isDetached = true));
  }

  patch(prototype: object): Undo {
    const { guard } = this.#attachment;
    return undoAll([
      observeCalls(prototype, 'connect', guard, {
        before: nowMillis,
        after: (pool: Pool, _, __, sinceMillis = nowMillis()) => this.#queue(pool, sinceMillis),
      }),
      observeCalls(prototype, 'newClient', guard, {
        before: (_: Pool, [request]: [Request]) => this.#open(request),
        after: (pool, [request], _, sinceMillis = nowMillis()) => this.#observeClient(pool, request, sinceMillis),
      }),
      observeCalls(prototype, '_acquireClient', guard, {
        before: (pool: Pool, [client, request]: [Client, Request]) => this.#lend(pool, client, request),
      }),
      observeCalls(prototype, '_release', guard, {
        before: (pool: Pool, [client]: [Client]) => this.#takeBack(pool, client),
      }),
    ]);
  }

  /** A request that is not granted at once is the last in the queue. */
  #queue(pool: Pool, sinceMillis: number): void {
    const series = this.#seriesOf(pool);
    const request = pool._pendingQueue.at(-1);
    if (series === undefined || request === undefined || request[SINCE_MILLIS] !== undefined) return;
    request[SINCE_MILLIS] = sinceMillis;
    request[SERIES] = series;
    this.#observeTimeouts(Object.getPrototypeOf(request) as object);
  }

  /** A request for which a client is opened, at once or after it has waited. Returns when that began. */
  #open(request: Request): number {
    const sinceMillis = nowMillis();
    request[SINCE_MILLIS] ??= sinceMillis;
    const { callback } = request;
    const note = this.#attachment.guard((error: Error | null | undefined) => this.#noteOpened(request, error));
    request.callback = function (this: unknown, ...values) {
      note(values[0] as Error | null | undefined);
      return callback.apply(this, values);
    };
    return sinceMillis;
  }

  #observeClient(pool: Pool, request: Request, sinceMillis: number): void {
    const client = pool._clients.at(-1);
    const series = this.#seriesOf(pool);
    if (client === undefined || series === undefined) return;
    client[OPENED_MILLIS] = sinceMillis;
    request[SERIES] = series;
    // A monitor, since an error that has no listener has to end the process still.
    const noteBroken = this.#attachment.guard((error: unknown) => this.#noteBroken(client, series, error));
    client.on(errorMonitor, noteBroken);
  }

  #noteOpened(request: Request, error: Error | null | undefined): void {
    const series = request[SERIES];
    if (!error || series === undefined || this.#isDetached) return;
    if (error.message === OPENED_TOO_LATE) countTimeout(request);
    this.#countError(series, error);
  }

  /** A connection that was cut emits two errors: that of the server and that of its end. */
  #noteBroken(client: Client, series: Series, error: unknown): void {
    if (client[IS_BROKEN] || this.#isDetached) return;
    client[IS_BROKEN] = true;
    this.#countError(series, error);
  }

  #countError({ attributes }: Series, error: unknown): void {
    this.#errors.add(1, { ...attributes, 'error.type': pgErrorType(error) });
  }

  /** Also called for a request that timed out, or to remove a client: then nothing waits. */
  #lend(pool: Pool, client: Client, request: Request): void {
    const series = this.#seriesOf(pool);
    const sinceMillis = request[SINCE_MILLIS];
    const now = nowMillis();
    if (series === undefined) return;
    if (client[OPENED_MILLIS] !== undefined) series.create.record((now - client[OPENED_MILLIS]) / 1000);
    client[OPENED_MILLIS] = undefined;
    if (sinceMillis === undefined) return;
    request[SINCE_MILLIS] = undefined;
    series.wait.record((now - sinceMillis) / 1000);
    client[LENT_MILLIS] = now;
  }

  #takeBack(pool: Pool, client: Client): void {
    const lentMillis = client[LENT_MILLIS];
    if (lentMillis === undefined) return;
    client[LENT_MILLIS] = undefined;
    this.#seriesOf(pool)?.use.record((nowMillis() - lentMillis) / 1000);
  }

  /** That a request timed out shows only in `timedOut`, which is set on it. */
  #observeTimeouts(requests: object): void {
    if (requests === Object.prototype || this.#patchedRequests.has(requests)) return;
    this.#patchedRequests.add(requests);
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
  #seriesOf(pool: Pool): Series | undefined {
    const known = this.#series.get(pool);
    const client = pool._clients[0];
    if (known !== undefined || client === undefined) return known;
    const name = `${client.host}:${client.port}/${client.database}`;
    const attributes = { 'db.client.connection.pool.name': name };
    const { waitTime, useTime, createTime, timeouts } = this.#pools;
    this.#pools.watch(pool, name, stateOf);
    const series = {
      attributes,
      wait: waitTime.bind(attributes),
      use: useTime.bind(attributes),
      create: createTime.bind(attributes),
      timeouts: timeouts.bind(attributes),
    };
    this.#series.set(pool, series);
    return series;
  }
}

function countTimeout(request: Request): void {
  if (request[SINCE_MILLIS] === undefined) return;
  request[SINCE_MILLIS] = undefined;
  request[SERIES]?.timeouts.add(1);
}

/** A pool that has ended stays until it is garbage-collected, but opens no client. */
function stateOf({ totalCount, idleCount, waitingCount, options, ended }: Pool): PoolState {
  return { used: totalCount - idleCount, idle: idleCount, max: ended ? 0 : options.max, pending: waitingCount };
}
