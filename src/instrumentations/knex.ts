// Connection pools of knex, which makes its own with tarn; its statements are seen where they are sent, at pg and mysql2.
import { dbClientConnectionErrors } from '../catalog/db.ts';
import { nowMillis } from '../core/clock.ts';
import { errorTypeOf } from '../core/operation.ts';
import type { Counter } from '../core/recording/instrument.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';
import { WeakList } from '../hooks/weak-list.ts';
import { wrapMethod } from '../hooks/wrap-method.ts';
import { DB_POOL_METRICS, DbPools, type PoolState } from '../recorders/db/pools.ts';

export const knex: Instrumentation = {
  name: 'knex',
  target: { package: 'knex', versions: '>=1 <4' },
  metrics: DB_POOL_METRICS,
  attach(attachment) {
    const pools = new Pools(attachment);
    attachment.patch({ file: 'lib/client.js' }, ({ prototype }: { readonly prototype: object }) => {
      const watch = attachment.guard((client: Client) => pools.watch(client));
      return wrapMethod(prototype, 'initializePool', (initializePool) => {
        return function (this: unknown, ...values) {
          const result = initializePool.apply(this, values);
          watch(this as Client);
          return result;
        };
      });
    });
  },
};

interface Client {
  readonly pool?: Partial<Pool>;
  readonly dialect?: string;
  /** Undefined where the application gives them by a function. */
  readonly connectionSettings?: {
    readonly host?: string;
    readonly port?: number | string;
    readonly database?: string;
    readonly socketPath?: string;
    /** What pg may be given, which then holds before the others. */
    readonly connectionString?: string;
  };
}

interface Pool {
  readonly max: number;
  readonly destroyed: boolean;
  [WATCHED]?: true;
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
  on(event: string, listener: Listener): void;
  removeListener(event: string, listener: Listener): void;
}

/** Attached twice, the first one listens. */
const WATCHED = Symbol('promtel.knex.watched');

type Listener = (value: unknown, outcome?: unknown) => void;

type Listeners = Readonly<Record<string, Listener>>;

/** When a connection was lent out, by itself: drivers share no field that could tell. */
type LentMillis = WeakMap<object, number>;

class Pools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors: Counter<typeof dbClientConnectionErrors>;
  readonly #watched = new WeakList<Pool, Listeners>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#pools = new DbPools(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
    attachment.onDetach(() => {
      for (const [pool, listeners] of this.#watched) this.#leave(pool, listeners);
    });
  }

  /** A pool of a driver's own, such as pg-pool, that the application has handed to knex is not one of tarn's. */
  watch(client: Client): void {
    const { pool } = client;
    if (!isTarnPool(pool) || pool[WATCHED]) return;
    pool[WATCHED] = true;
    const name = nameOf(client);
    const listeners = this.#listenersFor({ 'db.client.connection.pool.name': name });
    this.#pools.watch(pool, name, stateOf);
    this.#watched.add(pool, listeners);
    for (const [event, listener] of Object.entries(listeners)) pool.on(event, listener);
  }

  #leave(pool: Pool, listeners: Listeners): void {
    for (const [event, listener] of Object.entries(listeners)) pool.removeListener(event, listener);
    delete pool[WATCHED];
  }

  /** tarn tells of each request with a number of its own, which comes again when it ends. */
  #listenersFor(pool: { readonly 'db.client.connection.pool.name': string }): Listeners {
    const since = new Map<unknown, number>();
    const lent: LentMillis = new WeakMap();
    const { waitTime, useTime, createTime, timeouts } = this.#pools;
    const secondsOf = (request: unknown): number | undefined => {
      const sinceMillis = since.get(request);
      since.delete(request);
      return sinceMillis === undefined ? undefined : (nowMillis() - sinceMillis) / 1000;
    };
    const begin: Listener = (request) => void since.set(request, nowMillis());
    const listeners: Listeners = {
      acquireRequest: begin,
      acquireSuccess(request, connection) {
        const seconds = secondsOf(request);
        if (seconds !== undefined) waitTime.record(seconds, pool);
        lent.set(connection as object, nowMillis());
      },
      acquireFail(request, error) {
        secondsOf(request);
        if (isTimeout(error)) timeouts.add(1, pool);
      },
      release(connection) {
        const lentMillis = lent.get(connection as object);
        if (lentMillis !== undefined) useTime.record((nowMillis() - lentMillis) / 1000, pool);
        lent.delete(connection as object);
      },
      createRequest: begin,
      createSuccess(request) {
        const seconds = secondsOf(request);
        if (seconds !== undefined) createTime.record(seconds, pool);
      },
      createFail: (request, error) => {
        secondsOf(request);
        this.#errors.add(1, { ...pool, 'error.type': isTimeout(error) ? 'timeout' : errorTypeOf(error) });
      },
    };
    const { guard } = this.#attachment;
    return Object.fromEntries(Object.entries(listeners).map(([event, listener]) => [event, guard(listener)]));
  }
}

function isTarnPool(pool: Partial<Pool> | undefined): pool is Pool {
  return typeof pool?.numUsed === 'function' && typeof pool.on === 'function' && typeof pool.removeListener === 'function';
}

/** tarn's own, which has neither a code nor a name. */
function isTimeout(error: unknown): boolean {
  return (error as Error | null)?.constructor.name === 'TimeoutError';
}

function nameOf({ connectionSettings = {}, dialect = 'knex' }: Client): string {
  const { connectionString, ...settings } = connectionSettings;
  const { host, port, database, socketPath } = { ...settings, ...partsOf(connectionString) };
  const place = socketPath ?? host ?? dialect;
  return `${place}${port === undefined ? '' : `:${port}`}${database === undefined ? '' : `/${database}`}`;
}

/** Where a URL leads to, and nothing of who goes there. */
function partsOf(url: string | undefined): NonNullable<Client['connectionSettings']> {
  if (url === undefined || !URL.canParse(url)) return {};
  const { hostname, port, pathname } = new URL(url);
  const database = pathname.slice(1);
  return {
    ...(hostname !== '' && { host: hostname }),
    ...(port !== '' && { port }),
    ...(database !== '' && { database }),
  };
}

/** A pool that was destroyed is there until it is collected, but may open nothing. */
function stateOf(pool: Pool): PoolState {
  const max = pool.destroyed ? 0 : pool.max;
  return { used: pool.numUsed(), idle: pool.numFree(), max, pending: pool.numPendingAcquires() };
}
