// Records Redis commands, whichever client reports them: duration by command, and hits and misses of look-ups.
import { cacheRequests } from '../../catalog/cache.ts';
import type { CounterCell } from '../../core/recording/cell.ts';
import type { Counter } from '../../core/recording/instrument.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import { DbOperations, type RecordDbOperation } from './operations.ts';
import { isQueuedReply, type RedisCommand, redisCommandOf } from './redis-commands.ts';

/** Where a command was sent, as ioredis and node-redis publish it. */
export interface RedisTarget {
  /** Host, or path of a Unix socket. */
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  /** Number of the database. */
  readonly database: number;
}

/** A command, as ioredis and node-redis publish it. */
export interface RedisMessage extends RedisTarget {
  /** In any case. */
  readonly command: string;
  /** With or without the command's name; values are left out. */
  readonly args: readonly string[];
  readonly result?: unknown;
}

/** A command with its series. */
export interface KnownCommand extends RedisCommand {
  /** As it was sent. */
  readonly name: string;
  readonly record: RecordDbOperation;
}

/** More servers than an application has: beyond them all are forgotten and looked up again. */
const MOST_SERVERS = 1000;
/** More commands than Redis and its modules have; further ones are not cached. */
const MOST_COMMANDS = 1000;

export class RedisOperations {
  readonly #operations: DbOperations;
  readonly #requests: Counter<typeof cacheRequests>;
  readonly #servers = new Map<string, RedisServer>();
  /** Most commands are sent to the server of the one before. */
  #last: RedisServer | undefined;

  constructor({ registry, settings }: Attachment) {
    this.#operations = new DbOperations(registry, settings.slowDbSeconds);
    this.#requests = registry.instrument(cacheRequests);
  }

  /** Records a command; the error type says why it failed. */
  record(message: RedisMessage, durationSeconds: number, errorType?: string): void {
    const server = this.serverOf(message);
    const command = server.commandOf(message.command);
    if (!command.isMeasured(message.args)) return;
    command.record(durationSeconds, errorType);
    if (command.isLookUp && errorType === undefined) server.lookedUp(message.result);
  }

  /** Records a transaction whose EXEC is not published. */
  recordTransaction(target: RedisTarget, durationSeconds: number, errorType?: string): void {
    this.serverOf(target).commandOf('EXEC').record(durationSeconds, errorType);
  }

  serverOf({ serverAddress, serverPort, database }: RedisTarget): RedisServer {
    const last = this.#last;
    if (last?.isAt(serverAddress, serverPort, database)) return last;
    const name = `${poolNameOf(serverAddress, serverPort)}/${database}`;
    let server = this.#servers.get(name);
    if (server === undefined) {
      if (this.#servers.size >= MOST_SERVERS) this.#servers.clear();
      server = new RedisServer(serverAddress, serverPort, database, this.#operations, this.#requests);
      this.#servers.set(name, server);
    }
    this.#last = server;
    return server;
  }
}

/** The name of the pool of all connections to a server; without the database, which a SELECT changes. */
export function poolNameOf(address: string, port: number | undefined): string {
  return port === undefined ? address : `${address}:${port}`;
}

/** A database of a server, with the series of its commands. */
export class RedisServer {
  readonly #address: string;
  readonly #port: number | undefined;
  readonly #database: number;
  readonly #operations: DbOperations;
  readonly #requests: Counter<typeof cacheRequests>;
  readonly #commands = new Map<string, KnownCommand>();
  /** Many commands are the same as the one before. */
  #last: KnownCommand | undefined;
  #found: { readonly hits: CounterCell; readonly misses: CounterCell } | undefined;

  constructor(
    address: string,
    port: number | undefined,
    database: number,
    operations: DbOperations,
    requests: Counter<typeof cacheRequests>,
  ) {
    this.#address = address;
    this.#port = port;
    this.#database = database;
    this.#operations = operations;
    this.#requests = requests;
  }

  isAt(address: string, port: number | undefined, database: number): boolean {
    return this.#address === address && this.#port === port && this.#database === database;
  }

  /** Looked up by the name as it was sent, so that it is converted to upper case once. */
  commandOf(name: string): KnownCommand {
    const last = this.#last;
    if (last?.name === name) return last;
    let known = this.#commands.get(name);
    if (known === undefined) {
      known = this.#addCommand(name);
      if (this.#commands.size < MOST_COMMANDS) this.#commands.set(name, known);
    }
    return (this.#last = known);
  }

  /** Counts the hits and misses of a look-up's reply, but not of a reply within a transaction's. */
  lookedUp(reply: unknown): void {
    if (reply === undefined || isQueuedReply(reply)) return;
    const { hits, misses } = (this.#found ??= this.#bindFound());
    if (!Array.isArray(reply)) return (reply === null ? misses : hits).add(1);
    let missed = 0;
    for (const item of reply) if (item === null) missed += 1;
    hits.add(reply.length - missed);
    misses.add(missed);
  }

  #addCommand(name: string): KnownCommand {
    const command = redisCommandOf(name);
    const record = this.#operations.bind({
      'db.system.name': 'redis',
      'db.operation.name': command.operation,
      'db.namespace': String(this.#database),
      'server.address': this.#address,
      'server.port': this.#port,
    });
    return { ...command, name, record };
  }

  /** Both, so that a cache without a miss shows 0 of them. */
  #bindFound(): { readonly hits: CounterCell; readonly misses: CounterCell } {
    const cache = { 'cache.name': `${poolNameOf(this.#address, this.#port)}/${this.#database}`, 'cache.system': 'redis' };
    return {
      hits: this.#requests.bind({ ...cache, 'cache.result': 'hit' }),
      misses: this.#requests.bind({ ...cache, 'cache.result': 'miss' }),
    };
  }
}
