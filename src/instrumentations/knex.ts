// Connection pools of knex, which it makes with tarn. Its statements are measured by the instrumentations of pg and mysql2.
import { dbClientConnectionErrors } from '../catalog/db.ts';
import { nowMillis } from '../core/clock.ts';
import { errorTypeOf } from '../core/operation.ts';
import type { Counter } from '../core/recording/instrument.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';
import { observeCalls } from '../hooks/observe-calls.ts';
import { WeakList } from '../hooks/weak-list.ts';
import { DB_POOL_METRICS, DbPools, type PoolState } from '../recorders/db/pools.ts';

export const knex: Instrumentation = {
  name: 'knex',
  target: { package: 'knex', versions: '>=1 <4' },
  metrics: DB_POOL_METRICS,
  attach(attachment) {
    const pools = new Pools(attachment);
    attachment.patch({ file: 'lib/client.js' }, ({ prototype }: { readonly prototype: object }) =>
      observeCalls(prototype, 'initializePool', attachment.guard, { after: (client: Client) => pools.observe(client) }),
    );
  },
};

interface Client {
  readonly pool?: Partial<Pool>;
  readonly dialect?: string;
  /** Undefined if the application gave a function that returns them. */
  readonly connectionSettings?: {
    readonly host?: string;
    readonly port?: number | string;
    readonly database?: string;
    readonly socketPath?: string;
    /** Of pg; it takes precedence over the others. */
    readonly connectionString?: string;
  };
}

interface Pool {
  readonly max: number;
  readonly destroyed: boolean;
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
  on(event: string, listener: Listener): void;
  removeListener(event: string, listener: Listener): void;
}

type Listener = (value: unknown, outcome?: unknown) => void;

type Listeners = Readonly<Record<string, Listener>>;

/** When each connection was lent out: drivers have no field for it in common. */
type LentMillis = WeakMap<object, number>;

class Pools {
  readonly #attachment: Attachment;
  readonly #pools: DbPools<Pool>;
  readonly #errors: Counter<typeof dbClientConnectionErrors>;
  readonly #observed = new WeakList<Pool, Listeners>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#pools = new DbPools(attachment);
    this.#errors = attachment.registry.instrument(dbClientConnectionErrors);
    attachment.onDetach(() => {
      for (const [pool, listeners] of this.#observed) removeListeners(pool, listeners);
    });
  }

  /** A driver's own pool, such as one of pg-pool that the application gave to knex, is none of tarn's. */
  observe(client: Client): void {
    const { pool } = client;
    if (!isTarnPool(pool)) return;
    const name = nameOf(client);
    const listeners = this.#listenersFor({ 'db.client.connection.pool.name': name });
    // An application may have a pool initialized twice.
    if (!this.#observed.add(pool, listeners)) return;
    this.#pools.watch(pool, name, stateOf);
    for (const [event, listener] of Object.entries(listeners)) pool.on(event, listener);
  }

  /** tarn's events carry a number of the request, the same at its begin and at its end. */
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

function removeListeners(pool: Pool, listeners: Listeners): void {
  for (const [event, listener] of Object.entries(listeners)) pool.removeListener(event, listener);
}

function isTarnPool(pool: Partial<Pool> | undefined): pool is Pool {
  return typeof pool?.numUsed === 'function' && typeof pool.on === 'function' && typeof pool.removeListener === 'function';
}

/** An error of tarn, which has neither a code nor a name of its own. */
function isTimeout(error: unknown): boolean {
  return (error as Error | null)?.constructor.name === 'TimeoutError';
}

function nameOf({ connectionSettings = {}, dialect = 'knex' }: Client): string {
  const { connectionString, ...settings } = connectionSettings;
  const { host, port, database, socketPath } = { ...settings, ...partsOf(connectionString) };
  const place = socketPath ?? host ?? dialect;
  return `${place}${port === undefined ? '' : `:${port}`}${database === undefined ? '' : `/${database}`}`;
}

/** The host, port and database of a URL, without its credentials. */
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

/** A pool that was destroyed stays until it is garbage-collected, but opens no connection. */
function stateOf(pool: Pool): PoolState {
  const max = pool.destroyed ? 0 : pool.max;
  return { used: pool.numUsed(), idle: pool.numFree(), max, pending: pool.numPendingAcquires() };
}
