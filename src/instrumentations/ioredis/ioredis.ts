// ioredis 4.28 to 6: the duration of commands, hits of look-ups, open connections, and from 5.11 on the duration of connecting.
//
// ioredis publishes its commands, but any subscriber makes them slower: it copies the arguments of each as text and puts
// two more promises around it. Measured that way, a GET takes 0.8 µs longer, and a script as BullMQ runs them 1.4 µs; with its
// methods patched each takes 0.3 µs longer, and versions that publish nothing are measured as well. Open connections are not
// published; connecting, which is rare, is read from its channel.
import { cacheRequests } from '../../catalog/cache.ts';
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionErrors,
  dbClientOperationDuration,
  dbClientSlowOperations,
} from '../../catalog/db.ts';
import type { UpDownCounter } from '../../core/recording/instrument.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import type { Traced } from '../../hooks/tracing-channel.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { type Method, wrapMethod } from '../../hooks/wrap-method.ts';
import { poolNameOf, RedisOperations, type RedisTarget } from '../../recorders/db/redis-operations.ts';
import { type IoredisClient, type IoredisCommand, IoredisCommands, ioredisErrorType } from './commands.ts';

export const ioredis: Instrumentation = {
  name: 'ioredis',
  target: { package: 'ioredis', versions: '>=4.28' },
  metrics: [
    dbClientOperationDuration,
    dbClientSlowOperations,
    dbClientConnectionCount,
    dbClientConnectionCreateTime,
    dbClientConnectionErrors,
    cacheRequests,
  ],
  attach(attachment) {
    observeCommands(attachment);
    countConnections(attachment);
    const createTime = attachment.registry.instrument(dbClientConnectionCreateTime);
    const errors = attachment.registry.instrument(dbClientConnectionErrors);
    attachment.trace<RedisTarget>('ioredis:connect', {
      end({ serverAddress, serverPort, error }: RedisTarget & Traced, durationSeconds) {
        if (error instanceof Error && error.message === ALREADY_CONNECTED) return;
        const pool = { 'db.client.connection.pool.name': poolNameOf(serverAddress, serverPort) };
        if (error === undefined) createTime.record(durationSeconds, pool);
        else errors.add(1, { ...pool, 'error.type': ioredisErrorType(error) });
      },
    });
  },
};

/** A module whose default export is a class. */
interface ClassModule {
  readonly default: { readonly prototype: object };
}

/** The files of the classes, of ioredis 5 and later and of ioredis 4. */
const REDIS_FILES = ['built/Redis.js', 'built/redis/index.js'];
const COMMAND_FILES = ['built/Command.js', 'built/command.js'];

function observeCommands(attachment: Attachment): void {
  const { guard } = attachment;
  const commands = new IoredisCommands(new RedisOperations(attachment));
  patchClass(attachment, REDIS_FILES, (prototype) => observeSending(prototype, commands, guard));
  patchClass(attachment, COMMAND_FILES, (prototype) =>
    undoAll([observeReplies(prototype, commands, guard), observeRejections(prototype, commands, guard)]),
  );
  attachment.onDetach(() => commands.stop());
}

// Commands are wrapped by their parameters, not by `observeCalls`: to spread them, however few, would cost more than all that is
// measured here.

function observeSending(prototype: object, commands: IoredisCommands, guard: Guard): Undo {
  const send = guard((client: IoredisClient, command: IoredisCommand) => commands.send(client, command));
  return wrapMethod(prototype, 'sendCommand', (sendCommand): Method => {
    return function (command, stream) {
      const promise = sendCommand.call(this, command, stream);
      send(this as IoredisClient, command as IoredisCommand);
      return promise;
    };
  });
}

/** Every reply passes through here on its way to the caller. */
function observeReplies(prototype: object, commands: IoredisCommands, guard: Guard): Undo {
  const succeed = guard((command: IoredisCommand, reply: unknown) => commands.succeed(command, reply));
  return wrapMethod(prototype, 'transformReply', (transformReply): Method => {
    return function (result) {
      const reply = transformReply.call(this, result);
      succeed(this as IoredisCommand, reply);
      return reply;
    };
  });
}

/** Here a command gets its promise, before others replace its `reject`, as a cluster does to send it to another node. */
function observeRejections(prototype: object, commands: IoredisCommands, guard: Guard): Undo {
  const fail = guard((command: IoredisCommand, error: unknown) => commands.fail(command, error));
  return wrapMethod(prototype, 'initPromise', (initPromise): Method => {
    return function () {
      initPromise.call(this);
      const command = this as IoredisCommand;
      commands.begin(command);
      const { reject } = command;
      command.reject = (error) => {
        fail(command, error);
        return reject.call(command, error);
      };
    };
  });
}

function patchClass(attachment: Attachment, files: readonly string[], apply: (prototype: object) => Undo): void {
  for (const file of files) attachment.patch({ file }, ({ default: { prototype } }: ClassModule) => apply(prototype));
}

function countConnections(attachment: Attachment): void {
  const connections = new OpenConnections(attachment.registry.instrument(dbClientConnectionCount));
  patchClass(attachment, REDIS_FILES, (prototype) => {
    // A private method: a later version without it has no count of connections, but everything else.
    if (!('setStatus' in prototype)) return () => {};
    return observeCalls(prototype, 'setStatus', attachment.guard, {
      before: (client: IoredisClient, [status]: [string]) => connections.note(client, status),
    });
  });
  attachment.onDetach(() => connections.stop());
}

class OpenConnections {
  readonly #count: UpDownCounter<typeof dbClientConnectionCount>;
  readonly #pools = new WeakMap<IoredisClient, string>();
  readonly #open = new Map<string, number>();

  constructor(count: UpDownCounter<typeof dbClientConnectionCount>) {
    this.#count = count;
  }

  note(client: IoredisClient, status: string): void {
    const pool = this.#pools.get(client);
    if (status === 'ready' && pool === undefined) {
      const { path, host, port } = client.options;
      const opened = path ? path : poolNameOf(host || 'localhost', port || 6379);
      this.#pools.set(client, opened);
      this.#change(opened, 1);
    } else if ((status === 'close' || status === 'end') && pool !== undefined) {
      this.#pools.delete(client);
      this.#change(pool, -1);
    }
  }

  stop(): void {
    for (const [pool, open] of this.#open) this.#change(pool, -open);
  }

  #change(pool: string, change: number): void {
    const open = (this.#open.get(pool) ?? 0) + change;
    if (open === 0) this.#open.delete(pool);
    else this.#open.set(pool, open);
    this.#count.add(change, { 'db.client.connection.pool.name': pool, 'db.client.connection.state': 'used' });
  }
}

/** The error of an application that connects twice; nothing is wrong with the connection. */
const ALREADY_CONNECTED = 'Redis is already connecting/connected';
