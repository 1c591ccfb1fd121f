// node-redis 5.12 and later: commands, look-ups, connections, the pool and the client-side cache, from what its client publishes.
import { cacheEvictions, cacheItems, cacheMaxItems, cacheRequests } from '../catalog/cache.ts';
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionErrors,
  dbClientConnectionWaitTime,
  dbClientOperationDuration,
  dbClientSlowOperations,
} from '../catalog/db.ts';
import { nowMillis } from '../core/clock.ts';
import { isInternalCommand } from '../core/internal-traffic.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';
import { observeCalls } from '../hooks/observe-calls.ts';
import { Caches } from '../recorders/cache/caches.ts';
import { redisErrorType } from '../recorders/db/redis-commands.ts';
import { poolNameOf, type RedisMessage, RedisOperations, type RedisTarget } from '../recorders/db/redis-operations.ts';

export const redis: Instrumentation = {
  name: 'redis',
  target: { package: '@redis/client', versions: '>=5.12' },
  metrics: [
    dbClientOperationDuration,
    dbClientSlowOperations,
    dbClientConnectionCount,
    dbClientConnectionCreateTime,
    dbClientConnectionErrors,
    dbClientConnectionWaitTime,
    cacheRequests,
    cacheItems,
    cacheMaxItems,
    cacheEvictions,
  ],
  attach(attachment) {
    // Nothing is patched: this only reports a version that publishes nothing. Up to version 3 there was no @redis/client.
    attachment.patch({ file: 'dist/index.js' }, () => () => {});
    attachment.patch({ package: 'redis', file: 'index.js' }, () => () => {});
    const clients = new Clients();
    observeCommands(attachment);
    observeConnections(attachment, clients);
    observeClientSideCaches(attachment, clients);
  },
};

interface Command extends RedisMessage {
  [INTERNAL]?: true;
}

/** On the message of a command of promtel's. */
const INTERNAL = Symbol('promtel.redis.internal');

interface Batch extends RedisTarget {
  readonly batchMode: 'MULTI' | 'PIPELINE';
}

function observeCommands(attachment: Attachment): void {
  const operations = new RedisOperations(attachment);
  attachment.trace<Command>('node-redis:command', {
    start(message) {
      if (isInternalCommand()) message[INTERNAL] = true;
    },
    end(message, durationSeconds) {
      if (message[INTERNAL] !== true) operations.record(message, durationSeconds, errorTypeOfMessage(message.error));
    },
  });
  // A transaction is published as a whole only. Of a pipeline each command is published as well, and counts.
  attachment.trace<Batch & { [INTERNAL]?: true }>('node-redis:batch', {
    start(message) {
      if (isInternalCommand()) message[INTERNAL] = true;
    },
    end(message, durationSeconds) {
      if (message.batchMode !== 'MULTI' || message[INTERNAL] === true) return;
      operations.recordTransaction(message, durationSeconds, errorTypeOfMessage(message.error));
    },
  });
}

function errorTypeOfMessage(error: unknown): string | undefined {
  return error === undefined ? undefined : redisErrorType(error);
}

/** The fields of all messages about a client's connection; none has all of them. */
interface ConnectionMessage extends Pick<RedisTarget, 'serverAddress' | 'serverPort'> {
  readonly clientId: string;
  /** From the start of the attempt that succeeded. */
  readonly createTimeMs: number;
  /** Why a connection was closed: an `error`, after which the client tries again, or `application_close`. */
  readonly reason: string;
  /** Of an error: `client` for one of its connection, `cluster` for one of a command. */
  readonly origin: string;
  readonly error: unknown;
  /** When the wait for a connection of the pool began. */
  readonly waitStartTimestamp: number;
}

/** On the message of a client that was unknown when it began to connect. */
const FIRST = Symbol('promtel.redis.first');

function observeConnections(attachment: Attachment, clients: Clients): void {
  const { registry } = attachment;
  const count = registry.instrument(dbClientConnectionCount);
  const createTime = registry.instrument(dbClientConnectionCreateTime);
  const waitTime = registry.instrument(dbClientConnectionWaitTime);
  const errors = registry.instrument(dbClientConnectionErrors);
  // Commands share a connection: it is lent out only by a pool, which does not publish all that it has.
  const open = ({ pool }: Client, change: 1 | -1): void =>
    count.add(change, { 'db.client.connection.pool.name': pool, 'db.client.connection.state': 'used' });

  attachment.trace<ConnectionMessage & { [FIRST]?: boolean }>('node-redis:connect', {
    start(message) {
      message[FIRST] = clients.add(message);
    },
    end(message) {
      // One that is connecting or connected refuses to connect again, and stays as it is.
      if (message.error !== undefined && message[FIRST] === true) clients.forget(message.clientId);
    },
  });
  attachment.subscribe('node-redis:connection:ready', ({ clientId, createTimeMs }: ConnectionMessage) => {
    const client = clients.of(clientId);
    createTime.record(createTimeMs / 1000, { 'db.client.connection.pool.name': client.pool });
    if (client.isOpen || !clients.has(clientId)) return;
    client.isOpen = true;
    open(client, 1);
  });
  attachment.subscribe('node-redis:connection:closed', ({ clientId, reason }: ConnectionMessage) => {
    const client = clients.of(clientId);
    if (client.isOpen) open(client, -1);
    client.isOpen = false;
    if (reason === 'application_close') clients.forget(clientId);
  });
  attachment.subscribe('node-redis:error', ({ clientId, origin, error }: ConnectionMessage) => {
    if (origin !== 'client') return;
    errors.add(1, { 'db.client.connection.pool.name': clients.of(clientId).pool, 'error.type': redisErrorType(error) });
  });
  attachment.subscribe('node-redis:pool:connection-wait', ({ clientId, waitStartTimestamp }: ConnectionMessage) => {
    const waitedSeconds = (nowMillis() - waitStartTimestamp) / 1000;
    waitTime.record(waitedSeconds, { 'db.client.connection.pool.name': clients.of(clientId).pool });
  });
  attachment.onDetach(() => {
    for (const client of clients) if (client.isOpen) open(client, -1);
  });
}

const CACHE_SYSTEM = 'node-redis-csc';

interface CacheMessage {
  readonly clientId: string;
  readonly result: 'hit' | 'miss';
  readonly reason: keyof typeof EVICTION_REASONS;
  readonly count: number;
}

const EVICTION_REASONS = { full: 'capacity', ttl: 'expired', invalidation: 'invalidated' } as const;

interface ClientSideCache {
  readonly maxEntries: number;
  size(): number;
}

interface CacheModule {
  readonly BasicClientSideCache: { readonly prototype: object };
}

function observeClientSideCaches(attachment: Attachment, clients: Clients): void {
  const caches = new Caches<ClientSideCache>(attachment);
  attachment.onDetach(() => caches.stop());
  const identityOf = (clientId: string) => ({ 'cache.name': clients.of(clientId).cache, 'cache.system': CACHE_SYSTEM });
  attachment.subscribe('node-redis:cache:request', ({ clientId, result }: CacheMessage) => {
    caches.requests.add(1, { ...identityOf(clientId), 'cache.result': result });
  });
  // Which client's cache it is, is not published.
  attachment.subscribe('node-redis:cache:eviction', ({ reason, count }: CacheMessage) => {
    caches.evictions.add(count, { 'cache.system': CACHE_SYSTEM, 'cache.eviction.reason': EVICTION_REASONS[reason] });
  });
  // Nor is its size published, so a cache is read from its first request on.
  const known = new WeakSet<object>();
  const observe = (cache: ClientSideCache, [{ _clientId }]: [{ readonly _clientId: string }]): void => {
    if (known.has(cache)) return;
    known.add(cache);
    caches.watch(cache, identityOf(_clientId), stateOf);
  };
  attachment.patch({ file: 'dist/lib/client/cache.js' }, ({ BasicClientSideCache }: CacheModule) =>
    observeCalls(BasicClientSideCache.prototype, 'handleCache', attachment.guard, { before: observe }),
  );
}

function stateOf(cache: ClientSideCache): { readonly items: number; readonly maxItems: number | undefined } {
  return { items: cache.size(), maxItems: cache.maxEntries > 0 ? cache.maxEntries : undefined };
}

interface Client {
  readonly pool: string;
  /** The name of its cache: the pool, and the database that the client began with. */
  readonly cache: string;
  isOpen: boolean;
}

/** The clients that are connected or connecting, by the id that node-redis gives each, such as `localhost:6379/0-1f2e3d4c`. */
class Clients {
  readonly #clients = new Map<string, Client>();

  of(clientId: string): Client {
    const known = this.#clients.get(clientId);
    if (known !== undefined) return known;
    const [, host = clientId, port] = ADDRESS.exec(clientId) ?? [];
    // An address that the application left out is `unknown`.
    const pool = poolNameOf(host === 'unknown' ? 'localhost' : host, port === 'unknown' ? 6379 : Number(port));
    return this.#remember(clientId, pool);
  }

  /** Returns whether the client was unknown. */
  add({ clientId, serverAddress, serverPort }: ConnectionMessage): boolean {
    const isUnknown = !this.#clients.has(clientId);
    if (isUnknown) this.#remember(clientId, poolNameOf(serverAddress, serverPort));
    return isUnknown;
  }

  has(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  forget(clientId: string): void {
    this.#clients.delete(clientId);
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#clients.values();
  }

  #remember(clientId: string, pool: string): Client {
    const database = ADDRESS.exec(clientId)?.[3] ?? '0';
    const client: Client = { pool, cache: `${pool}/${database}`, isOpen: false };
    if (this.#clients.size < MOST_CLIENTS) this.#clients.set(clientId, client);
    return client;
  }
}

const ADDRESS = /^(.*):(\d+|unknown)\/(\d+)-[0-9a-f]+$/;

/** More connections than a process has; of those beyond, nothing is remembered. */
const MOST_CLIENTS = 10_000;
