// ioredis 5.11 and later: the duration of commands, what look-ups found and how connecting went, as ioredis tells of them, and its
// open connections, which it does not tell of.
import { cacheRequests } from '../catalog/cache.ts';
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionErrors,
  dbClientOperationDuration,
  dbClientSlowOperations,
} from '../catalog/db.ts';
import type { UpDownCounter } from '../core/instrument.ts';
import type { Attachment, Instrumentation } from '../core/instrumentation.ts';
import { isOwnCommand } from '../core/own-commands.ts';
import type { Traced } from '../core/trace.ts';
import { wrap } from '../core/wrap.ts';
import { isQueuedReply, redisErrorType } from '../domains/redis-commands.ts';
import { poolNameOf, type RedisMessage, RedisOperations, type RedisTarget } from '../domains/redis-operations.ts';

interface Message extends RedisMessage {
  [PART]?: 'own' | 'transaction';
}

/** What a command is part of, if it does not count by itself. */
const PART = Symbol('promtel.ioredis.part');

export const ioredis: Instrumentation = {
  name: 'ioredis',
  target: { package: 'ioredis', versions: '>=5.11' },
  metrics: [
    dbClientOperationDuration,
    dbClientSlowOperations,
    dbClientConnectionCount,
    dbClientConnectionCreateTime,
    dbClientConnectionErrors,
    cacheRequests,
  ],
  attach(attachment) {
    // There is nothing to patch here: this is how a version that publishes nothing is seen, and reported.
    attachment.patch({ file: 'built/index.js' }, () => () => {});
    followConnections(attachment);
    const operations = new RedisOperations(attachment);
    const transactions = new Transactions();
    attachment.trace<Message>('ioredis:command', {
      start(message) {
        const part = isOwnCommand() ? 'own' : transactions.partOf(message.command);
        if (part !== undefined) message[PART] = part;
      },
      end(message, durationSeconds) {
        const errorType = message.error === undefined ? undefined : errorTypeOf(message.error);
        const part = message[PART];
        if (part === 'own') return;
        // Its transaction is counted when it is executed, and fails with it.
        if (part === 'transaction' && (errorType !== undefined || isQueuedReply(message.result))) return;
        operations.record(message, durationSeconds, errorType);
      },
    });
    const createTime = attachment.registry.instrument(dbClientConnectionCreateTime);
    const errors = attachment.registry.instrument(dbClientConnectionErrors);
    attachment.trace<RedisTarget>('ioredis:connect', {
      end({ serverAddress, serverPort, error }: RedisTarget & Traced, durationSeconds) {
        if (error instanceof Error && error.message === ALREADY_CONNECTED) return;
        const pool = { 'db.client.connection.pool.name': poolNameOf(serverAddress, serverPort) };
        if (error === undefined) createTime.record(durationSeconds, pool);
        else errors.add(1, { ...pool, 'error.type': errorTypeOf(error) });
      },
    });
  },
};

/** A client, which has one connection at a time. */
interface Client {
  readonly options: { readonly path?: string | null; readonly host?: string; readonly port?: number };
}

interface RedisModule {
  readonly default: { readonly prototype: object };
}

function followConnections(attachment: Attachment): void {
  const connections = new OpenConnections(attachment.registry.instrument(dbClientConnectionCount));
  const note = attachment.guard((client: Client, status: string) => connections.note(client, status));
  attachment.patch({ file: 'built/Redis.js' }, ({ default: { prototype } }: RedisModule) => {
    // It is not for applications to call; without it, a later version would have no count of connections, but all the rest.
    if (!('setStatus' in prototype)) return () => {};
    return wrap(
      prototype,
      'setStatus',
      (setStatus) =>
        function (status, ...rest) {
          note(this as Client, status as string);
          return setStatus.call(this, status, ...rest);
        },
    );
  });
  attachment.onDetach(() => connections.stop());
}

class OpenConnections {
  /** Of two that are attached, the first counts a client. */
  static readonly #counts = new WeakMap<Client, { readonly pool: string; readonly by: OpenConnections }>();
  readonly #count: UpDownCounter<typeof dbClientConnectionCount>;
  readonly #open = new Map<string, number>();
  #isStopped = false;

  constructor(count: UpDownCounter<typeof dbClientConnectionCount>) {
    this.#count = count;
  }

  note(client: Client, status: string): void {
    if (this.#isStopped) return;
    const counted = OpenConnections.#counts.get(client);
    if (status === 'ready' && (counted === undefined || counted.by.#isStopped)) {
      const { path, host, port } = client.options;
      const pool = path ? path : poolNameOf(host || 'localhost', port || 6379);
      OpenConnections.#counts.set(client, { pool, by: this });
      this.#change(pool, 1);
    } else if ((status === 'close' || status === 'end') && counted?.by === this) {
      OpenConnections.#counts.delete(client);
      this.#change(counted.pool, -1);
    }
  }

  stop(): void {
    for (const [pool, open] of this.#open) this.#change(pool, -open);
    this.#isStopped = true;
  }

  #change(pool: string, change: number): void {
    const open = (this.#open.get(pool) ?? 0) + change;
    if (open === 0) this.#open.delete(pool);
    else this.#open.set(pool, open);
    this.#count.add(change, { 'db.client.connection.pool.name': pool, 'db.client.connection.state': 'used' });
  }
}

/**
 * Tells which commands are part of a transaction. ioredis sends one as it sends a pipeline, without a pause: MULTI, the commands,
 * EXEC, each of them published. Its `ioredis:batch` would tell of the transaction too, but not where it goes to a cluster.
 */
class Transactions {
  #isOpen = false;

  partOf(command: string): 'transaction' | undefined {
    if (command === 'multi') this.#open();
    else if (command === 'exec' || command === 'discard') this.#isOpen = false;
    else if (this.#isOpen) return 'transaction';
    return undefined;
  }

  /** What is sent later may come from anywhere. */
  #open(): void {
    this.#isOpen = true;
    queueMicrotask(() => (this.#isOpen = false));
  }
}

/** What is said to an application that connects twice; nothing is wrong with the connection. */
const ALREADY_CONNECTED = 'Redis is already connecting/connected';

/** Errors of ioredis that have neither a code nor a name. */
const NAMELESS: Readonly<Record<string, string>> = {
  'Command timed out': 'timeout',
  'Connection is closed.': 'closed',
};

function errorTypeOf(error: unknown): string {
  const type = redisErrorType(error);
  return type === 'Error' ? (NAMELESS[(error as Error).message] ?? type) : type;
}
