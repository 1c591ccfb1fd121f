// ioredis 5.11 and later: the duration of commands, what look-ups found, and how connecting went, as ioredis tells of them.
import { cacheRequests } from '../catalog/cache.ts';
import {
  dbClientConnectionCreateTime,
  dbClientConnectionErrors,
  dbClientOperationDuration,
  dbClientSlowOperations,
} from '../catalog/db.ts';
import type { Instrumentation } from '../core/instrumentation.ts';
import { isOwnCommand } from '../core/own-commands.ts';
import type { Traced } from '../core/trace.ts';
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
    dbClientConnectionCreateTime,
    dbClientConnectionErrors,
    cacheRequests,
  ],
  attach(attachment) {
    // There is nothing to patch: this is how a version that publishes nothing is seen, and reported.
    attachment.patch({ file: 'built/index.js' }, () => () => {});
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
