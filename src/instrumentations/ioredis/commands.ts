// Commands of ioredis: each is timed from being written to its connection until it is settled, however often it is sent again.
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
  /** None before it is written; null where it is settled, or promtel's own. */
  [SENT]?: Sent | null | undefined;
}

/** A client, which has one connection at a time. */
export interface IoredisClient {
  readonly options: {
    readonly path?: string | null;
    readonly host?: string | null;
    readonly port?: number | null;
    readonly db?: number;
  };
  /** Another one for each connection; missing before the first. */
  readonly condition?: Condition | null;
  /** What was written and has no reply yet. */
  readonly commandQueue: { peekBack(): { readonly command: IoredisCommand } | undefined };
  [SERVER]?: KnownServer;
}

interface Condition {
  readonly select?: number;
}

interface Sent {
  /** Of two that are attached, the first records it. */
  readonly by: IoredisCommands;
  readonly server: RedisServer;
  readonly known: KnownCommand;
  readonly startMillis: number;
}

/** Where a client is connected to, as long as it is. */
interface KnownServer {
  readonly by: IoredisCommands;
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

  /** A command was given a new promise: a pipeline of a cluster does that to one that it sends again, to another node. */
  begin(command: IoredisCommand): void {
    command[SENT] = undefined;
  }

  /** A client was given a command: to be written, or to be kept until it is given it again. */
  send(client: IoredisClient, command: IoredisCommand): void {
    if (this.#isStopped || command[SENT] !== undefined || client.commandQueue.peekBack()?.command !== command) return;
    const server = this.#serverOf(client);
    const known = server.commandOf(command.name);
    if (!known.isMeasured(command.args)) return;
    command[SENT] = isInternalCommand() ? null : { by: this, server, known, startMillis: nowMillis() };
  }

  succeed(command: IoredisCommand, result: unknown): void {
    const sent = this.#settle(command);
    // A transaction is counted when it is executed.
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
    if (sent?.by !== this || this.#isStopped) return undefined;
    command[SENT] = null;
    return sent;
  }

  #serverOf(client: IoredisClient): RedisServer {
    const { condition, [SERVER]: known } = client;
    const select = condition?.select;
    if (known !== undefined && known.by === this && known.condition === condition && known.select === select) return known.server;
    const { path, host, port, db } = client.options;
    const server = this.#operations.serverOf({
      serverAddress: path || host || 'localhost',
      serverPort: path ? undefined : port || 6379,
      database: select ?? db ?? 0,
    });
    client[SERVER] = { by: this, condition, select, server };
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
