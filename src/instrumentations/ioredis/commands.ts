// Commands of ioredis: each is timed from being written to its connection until it settles, however often it is sent again.
import { nowMillis } from '../../core/clock.ts';
import { isInternalCommand } from '../../core/internal-traffic.ts';
import { isQueuedReply, redisErrorType } from '../../recorders/db/redis-commands.ts';
import type { KnownCommand, RedisOperations, RedisServer } from '../../recorders/db/redis-operations.ts';

/** A command, of which ioredis makes one for each call. */
export interface IoredisCommand {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Whether it was put between a MULTI and its EXEC. */
  readonly inTransaction: boolean;
  reject: (error: unknown) => unknown;
  /** Undefined before it is written; null if it has settled or is promtel's own. */
  [SENT]?: Sent | null | undefined;
}

/** Has one connection at a time. */
export interface IoredisClient {
  readonly options: {
    readonly path?: string | null;
    readonly host?: string | null;
    readonly port?: number | null;
    readonly db?: number;
  };
  /** A new object for each connection; missing before the first. */
  readonly condition?: Condition | null;
  /** The commands that were written and have no reply yet. */
  readonly commandQueue: { peekBack(): { readonly command: IoredisCommand } | undefined };
  [SERVER]?: KnownServer;
}

interface Condition {
  readonly select?: number;
}

interface Sent {
  readonly server: RedisServer;
  readonly known: KnownCommand;
  readonly startMillis: number;
}

/** The server of a client, while that is connected. */
interface KnownServer {
  /** What an earlier attachment kept is of no use. */
  readonly owner: IoredisCommands;
  readonly condition: Condition | null | undefined;
  readonly select: number | undefined;
  readonly server: RedisServer;
}

// On the objects themselves: a WeakMap of commands would cost more than all the rest.
const SENT = Symbol('promtel.ioredis.sent');
const SERVER = Symbol('promtel.ioredis.server');

export class IoredisCommands {
  readonly #operations: RedisOperations;
  #isStopped = false;

  constructor(operations: RedisOperations) {
    this.#operations = operations;
  }

  /** A command got a new promise, as one that the pipeline of a cluster sends again, to another node. */
  begin(command: IoredisCommand): void {
    command[SENT] = undefined;
  }

  /** A client was passed a command: it has written it, or keeps it until it is passed it again. */
  send(client: IoredisClient, command: IoredisCommand): void {
    if (this.#isStopped || command[SENT] !== undefined || client.commandQueue.peekBack()?.command !== command) return;
    const server = this.#serverOf(client);
    const known = server.commandOf(command.name);
    if (!known.isMeasured(command.args)) return;
    command[SENT] = isInternalCommand() ? null : { server, known, startMillis: nowMillis() };
  }

  succeed(command: IoredisCommand, result: unknown): void {
    const sent = this.#settle(command);
    // A transaction counts when it is executed.
    if (sent === undefined || (command.inTransaction && isQueuedReply(result))) return;
    sent.known.record(secondsSince(sent));
    if (sent.known.isLookUp) sent.server.lookedUp(result);
  }

  fail(command: IoredisCommand, error: unknown): void {
    const sent = this.#settle(command);
    // Its transaction fails with it.
    if (sent === undefined || (command.inTransaction && sent.known.operation !== 'MULTI')) return;
    sent.known.record(secondsSince(sent), ioredisErrorType(error));
  }

  stop(): void {
    this.#isStopped = true;
  }

  #settle(command: IoredisCommand): Sent | undefined {
    const sent = command[SENT];
    if (!sent || this.#isStopped) return undefined;
    command[SENT] = null;
    return sent;
  }

  #serverOf(client: IoredisClient): RedisServer {
    const { condition, [SERVER]: known } = client;
    const select = condition?.select;
    if (known !== undefined && known.owner === this && known.condition === condition && known.select === select)
      return known.server;
    const { path, host, port, db } = client.options;
    const server = this.#operations.serverOf({
      serverAddress: path || host || 'localhost',
      serverPort: path ? undefined : port || 6379,
      database: select ?? db ?? 0,
    });
    client[SERVER] = { owner: this, condition, select, server };
    return server;
  }
}

function secondsSince({ startMillis }: Sent): number {
  return (nowMillis() - startMillis) / 1000;
}

/** Errors of ioredis that have neither a code nor a name. */
const NAMELESS: Readonly<Record<string, string>> = {
  'Command timed out': 'timeout',
  'Connection is closed.': 'closed',
};

/** The `error.type` of a command or connection that failed. */
export function ioredisErrorType(error: unknown): string {
  const type = redisErrorType(error);
  return type === 'Error' ? (NAMELESS[(error as Error).message] ?? type) : type;
}
