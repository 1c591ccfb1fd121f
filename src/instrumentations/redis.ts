// node-redis 5.12 and later: commands, look-ups, connections, the pool and the client-side cache, as its client tells of them.
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
import { wrapMethod } from '../hooks/wrap-method.ts';
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
    // There is nothing to patch: this is how a version that publishes nothing is seen, and reported. Up to version 3 there was no
    // @redis/client.
    attachment.patch({ file: 'dist/index.js' }, () => () => {});
    attachment.patch({ package: 'redis', file: 'index.js' }, () => () => {});
    const clients = new Clients();
    followCommands(attachment);
    followConnections(attachment, clients);
    followClientSideCaches(attachment, clients);
  },
};

interface Command extends RedisMessage {
  [OWN]?: true;
}

const OWN = Symbol('promtel.redis.own');

interface Batch extends RedisTarget {
  readonly batchMode: 'MULTI' | 'PIPELINE';
}

function followCommands(attachment: Attachment): void {
  const operations = new RedisOperations(attachment);
  attachment.trace<Command>('node-redis:command', {
    start(message) {
      if (isInternalCommand()) message[OWN] = true;
    },
    end(message, durationSeconds) {
      if (message[OWN] !== true) operations.record(message, durationSeconds, failureOf(message.error));
    },
  });
  // A transaction is told as a whole only; of a pipeline each command is told as well, and each counts.
  attachment.trace<Batch & { [OWN]?: true }>('node-redis:batch', {
    start(message) {
      if (isInternalCommand()) message[OWN] = true;
    },
    end(message, durationSeconds) {
      if (message.batchMode !== 'MULTI' || message[OWN] === true) return;
      operations.recordTransaction(message, durationSeconds, failureOf(message.error));
    },
  });
}

function failureOf(error: unknown): string | undefined {
  return error === undefined ? undefined : redisErrorType(error);
}

/** What node-redis publishes of a client's connection, in one message or another. */
interface ConnectionMessage extends Pick<RedisTarget, 'serverAddress' | 'serverPort'> {
  readonly clientId: string;
  /** From the beginning of the attempt that succeeded. */
  readonly createTimeMs: number;
  /** What has happened to a connection that is closed: an `error`, after which the client tries again, or `application_close`. */
  readonly reason: string;
  /** What an error is about: a `client` and its connection, or a `cluster`, where it is a command's. */
  readonly origin: string;
  readonly error: unknown;
  /** When who waits for a connection of the pool began to. */
  readonly waitStartTimestamp: number;
}

/** On the message of a client that was unknown when it began to connect. */
const FIRST = Symbol('promtel.redis.first');

function followConnections(attachment: Attachment, clients: Clients): void {
  const { registry } = attachment;
  const count = registry.instrument(dbClientConnectionCount);
  const createTime = registry.instrument(dbClientConnectionCreateTime);
  const waitTime = registry.instrument(dbClientConnectionWaitTime);
  const errors = registry.instrument(dbClientConnectionErrors);
  // Commands share a connection, and it is never lent out but by a pool, which does not tell of all that it has.
  const open = ({ pool }: Client, change: 1 | -1): void =>
    count.add(change, { 'db.client.connection.pool.name': pool, 'db.client.connection.state': 'used' });

  attachment.trace<ConnectionMessage & { [FIRST]?: boolean }>('node-redis:connect', {
    start(message) {
      message[FIRST] = clients.learn(message);
    },
    end(message) {
      // One that is connecting or connected refuses to connect again, and stays as it is.
      if (message.error !== undefined && message[FIRST] === true) clients.forget(message.clientId);
    },
  });
  subscribe(attachment, 'node-redis:connection:ready', ({ clientId, createTimeMs }: ConnectionMessage) => {
    const client = clients.of(clientId);
    createTime.record(createTimeMs / 1000, { 'db.client.connection.pool.name': client.pool });
    if (client.isOpen || !clients.has(clientId)) return;
    client.isOpen = true;
    open(client, 1);
  });
  subscribe(attachment, 'node-redis:connection:closed', ({ clientId, reason }: ConnectionMessage) => {
    const client = clients.of(clientId);
    if (client.isOpen) open(client, -1);
    client.isOpen = false;
    if (reason === 'application_close') clients.forget(clientId);
  });
  subscribe(attachment, 'node-redis:error', ({ clientId, origin, error }: ConnectionMessage) => {
    if (origin !== 'client') return;
    errors.add(1, { 'db.client.connection.pool.name': clients.of(clientId).pool, 'error.type': redisErrorType(error) });
  });
  subscribe(attachment, 'node-redis:pool:connection-wait', ({ clientId, waitStartTimestamp }: ConnectionMessage) => {
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

function followClientSideCaches(attachment: Attachment, clients: Clients): void {
  const caches = new Caches<ClientSideCache>(attachment);
  attachment.onDetach(() => caches.stop());
  const identityOf = (clientId: string) => ({ 'cache.name': clients.of(clientId).cache, 'cache.system': CACHE_SYSTEM });
  subscribe(attachment, 'node-redis:cache:request', ({ clientId, result }: CacheMessage) => {
    caches.requests.add(1, { ...identityOf(clientId), 'cache.result': result });
  });
  // It is not told whose they are.
  subscribe(attachment, 'node-redis:cache:eviction', ({ reason, count }: CacheMessage) => {
    caches.evictions.add(count, { 'cache.system': CACHE_SYSTEM, 'cache.eviction.reason': EVICTION_REASONS[reason] });
  });
  // Nor is it published how full they are, so a cache is taken note of when it is first asked for something.
  const known = new WeakSet<object>();
  const watch = attachment.guard((cache: ClientSideCache, { _clientId }: { readonly _clientId: string }) => {
    if (known.has(cache)) return;
    known.add(cache);
    caches.watch(cache, identityOf(_clientId), stateOf);
  });
  attachment.patch({ file: 'dist/lib/client/cache.js' }, ({ BasicClientSideCache }: CacheModule) =>
    wrapMethod(
      BasicClientSideCache.prototype,
      'handleCache',
      (handleCache) =>
        function (client, ...rest) {
          watch(this as ClientSideCache, client as { readonly _clientId: string });
          return handleCache.call(this, client, ...rest);
        },
    ),
  );
}

function stateOf(cache: ClientSideCache): { readonly items: number; readonly maxItems: number | undefined } {
  return { items: cache.size(), maxItems: cache.maxEntries > 0 ? cache.maxEntries : undefined };
}

const SEEN = Symbol('promtel.redis.seen');

/** Of two that are attached, the first takes a message. */
function subscribe<Message extends object>(attachment: Attachment, channel: string, handler: (message: Message) => void): void {
  attachment.subscribe(channel, (message: Message & { [SEEN]?: true }) => {
    if (message[SEEN] === true) return;
    message[SEEN] = true;
    handler(message);
  });
}

interface Client {
  readonly pool: string;
  /** The name of its cache: the pool, and the database that the client began with. */
  readonly cache: string;
  isOpen: boolean;
}

/** The clients that are connected or connecting, by the name that node-redis gives to each, such as `localhost:6379/0-1f2e3d4c`. */
class Clients {
  readonly #clients = new Map<string, Client>();

  of(clientId: string): Client {
    const known = this.#clients.get(clientId);
    if (known !== undefined) return known;
    const [, host = clientId, port] = ADDRESS.exec(clientId) ?? [];
    // What the application left out is unknown there.
    const pool = poolNameOf(host === 'unknown' ? 'localhost' : host, port === 'unknown' ? 6379 : Number(port));
    return this.#remember(clientId, pool);
  }

  /** Whether it was unknown. */
  learn({ clientId, serverAddress, serverPort }: ConnectionMessage): boolean {
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

/** More than a process has connections; nothing is remembered of any beyond. */
const MOST_CLIENTS = 10_000;
