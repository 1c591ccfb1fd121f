// Pools of PostgreSQL clients made by pg-pool, also as pg's own Pool: what they hold, and what happens to who wants a client.
//
// pg-pool publishes nothing, and its events do not tell who waits. What waits is an object of its own, which carries the time
// from method to method, so no callback or promise of the application's is touched.
import { errorMonitor } from 'node:events';
import { dbClientConnectionErrors } from '../../catalog/db.ts';
import { nowMillis } from '../../core/clock.ts';
import type { CounterCell, HistogramCell } from '../../core/recording/cell.ts';
import type { Counter } from '../../core/recording/instrument.ts';
import type { Attachment, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { wrapMethod } from '../../hooks/wrap-method.ts';
import { DB_POOL_METRICS, DbPools, type PoolState } from '../../recorders/db/pools.ts';
import { pgErrorType } from './error-type.ts';

export const pgPool: Instrumentation = {
  name: 'pg-pool',
  target: { package: 'pg-pool', versions: '>=3 <4' },
  metrics: DB_POOL_METRICS,
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

/** What waits for a client. */
interface Request {
  callback: (...values: unknown[]) => unknown;
  readonly timedOut?: boolean;
  /** Undefined once it waits no longer. */
  [SINCE_MILLIS]?: number | undefined;
  [SERIES]?: Series;
}

/** What is recorded of one pool. */
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

/** Where a client could not be opened in time; pg-pool says it in words only. */
const OPENED_TOO_LATE = 'Connection terminated due to connection timeout';

/** Requests whose end is followed: attached twice, the first counts. */
const followed = new WeakSet<Request>();

class Pools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors: Counter<typeof dbClientConnectionErrors>;
  readonly #series = new WeakMap<Pool, Series>();
  readonly #watchedRequests = new WeakSet<object>();
  #isDetached = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#pools = new DbPools(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
    attachment.onDetach(() => (this.#isDetached = true));
  }

  watch(prototype: object): Undo {
    const { guard } = this.#attachment;
    const queue = guard((pool: Pool, sinceMillis: number) => this.#queue(pool, sinceMillis));
    const open = guard((request: Request, sinceMillis: number) => this.#open(request, sinceMillis));
    const noteOpening = guard((pool: Pool, request: Request, sinceMillis: number) =>
      this.#noteOpening(pool, request, sinceMillis),
    );
    const lend = guard((pool: Pool, client: Client, request: Request) => this.#lend(pool, client, request));
    const takeBack = guard((pool: Pool, client: Client) => this.#takeBack(pool, client));
    const undo = [
      wrapMethod(prototype, 'connect', (connect) => {
        return function (this: unknown, ...values) {
          const sinceMillis = nowMillis();
          const result = connect.apply(this, values);
          queue(this as Pool, sinceMillis);
          return result;
        };
      }),
      wrapMethod(prototype, 'newClient', (newClient) => {
        return function (this: unknown, ...values) {
          const sinceMillis = nowMillis();
          open(values[0] as Request, sinceMillis);
          const result = newClient.apply(this, values);
          noteOpening(this as Pool, values[0] as Request, sinceMillis);
          return result;
        };
      }),
      wrapMethod(prototype, '_acquireClient', (acquire) => {
        return function (this: unknown, ...values) {
          lend(this as Pool, values[0] as Client, values[1] as Request);
          return acquire.apply(this, values);
        };
      }),
      wrapMethod(prototype, '_release', (release) => {
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
    const series = this.#seriesOf(pool);
    const request = pool._pendingQueue.at(-1);
    if (series === undefined || request === undefined || request[SINCE_MILLIS] !== undefined) return;
    request[SINCE_MILLIS] = sinceMillis;
    request[SERIES] = series;
    this.#watchTimeouts(Object.getPrototypeOf(request) as object);
  }

  /** A request for which a client is opened, at once or after it has waited. */
  #open(request: Request, sinceMillis: number): void {
    if (followed.has(request)) return;
    followed.add(request);
    request[SINCE_MILLIS] ??= sinceMillis;
    const { callback } = request;
    const note = this.#attachment.guard((error: Error | null | undefined) => this.#noteOpened(request, error));
    request.callback = function (this: unknown, ...values) {
      note(values[0] as Error | null | undefined);
      return callback.apply(this, values);
    };
  }

  #noteOpening(pool: Pool, request: Request, sinceMillis: number): void {
    const client = pool._clients.at(-1);
    const series = this.#seriesOf(pool);
    if (client === undefined || series === undefined || client[OPENED_MILLIS] !== undefined) return;
    client[OPENED_MILLIS] = sinceMillis;
    request[SERIES] = series;
    // No listener in the sense of the event: an error that the application listens to nowhere still ends the process.
    const noteBroken = this.#attachment.guard((error: unknown) => this.#noteBroken(client, series, error));
    client.on(errorMonitor, noteBroken);
  }

  #noteOpened(request: Request, error: Error | null | undefined): void {
    const series = request[SERIES];
    if (!error || series === undefined || this.#isDetached) return;
    if (error.message === OPENED_TOO_LATE) countTimeout(request);
    this.#countError(series, error);
  }

  /** A connection that was cut tells so twice: by what the server says and by its end. */
  #noteBroken(client: Client, series: Series, error: unknown): void {
    if (client[IS_BROKEN] || this.#isDetached) return;
    client[IS_BROKEN] = true;
    this.#countError(series, error);
  }

  #countError({ attributes }: Series, error: unknown): void {
    this.#errors.add(1, { ...attributes, 'error.type': pgErrorType(error) });
  }

  /** Also called for one that timed out, or to do away with a client: these have nobody who waits. */
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

/** A pool that has ended is there until it is collected, but may open nothing. */
function stateOf({ totalCount, idleCount, waitingCount, options, ended }: Pool): PoolState {
  return { used: totalCount - idleCount, idle: idleCount, max: ended ? 0 : options.max, pending: waitingCount };
}
