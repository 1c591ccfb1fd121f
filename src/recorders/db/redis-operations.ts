// Redis commands that ended, of whichever client: their duration by command, and what look-ups found.
import { cacheRequests } from '../../catalog/cache.ts';
import type { CounterCell } from '../../core/recording/cell.ts';
import type { Counter } from '../../core/recording/instrument.ts';
import type { Attachment } from '../../hooks/instrumentation.ts';
import { DbOperations, type RecordDbOperation } from './operations.ts';
import { isQueuedReply, type RedisCommand, redisCommandOf } from './redis-commands.ts';

/** Where a command was sent, as both clients publish it. */
export interface RedisTarget {
  /** Host, or path of a socket. */
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  /** Number of the database. */
  readonly database: number;
}

/** What both clients publish of a command. */
export interface RedisMessage extends RedisTarget {
  /** In any case. */
  readonly command: string;
  /** Without the command's name, or with it; values are left out. */
  readonly args: readonly string[];
  readonly result?: unknown;
}

/** A command, with its series. */
export interface KnownCommand extends RedisCommand {
  /** As it was sent. */
  readonly name: string;
  readonly record: RecordDbOperation;
}

/** More than any application talks to: what comes after is forgotten and learnt again. */
const MOST_SERVERS = 1000;
/** More commands than Redis and its modules have; whatever else is sent is not remembered. */
const MOST_COMMANDS = 1000;

export class RedisOperations {
  readonly #operations: DbOperations;
  readonly #requests: Counter<typeof cacheRequests>;
  readonly #servers = new Map<string, RedisServer>();
  /** Most commands go where the one before went. */
  #last: RedisServer | undefined;

  constructor({ registry, settings }: Attachment) {
    this.#operations = new DbOperations(registry, settings.slowDbSeconds);
    this.#requests = registry.instrument(cacheRequests);
  }

  /** A command that ended; `errorType` says why it failed. */
  record(message: RedisMessage, durationSeconds: number, errorType?: string): void {
    const server = this.serverOf(message);
    const command = server.commandOf(message.command);
    if (!command.isMeasured(message.args)) return;
    command.record(durationSeconds, errorType);
    if (command.isLookUp && errorType === undefined) server.lookedUp(message.result);
  }

  /** A transaction that ended, where it is not told by its EXEC. */
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

/** Connections to one server are one pool. Its name has no database, since that changes with each SELECT. */
export function poolNameOf(address: string, port: number | undefined): string {
  return port === undefined ? address : `${address}:${port}`;
}

/** One database of a server, with the series of the commands that were sent to it. */
export class RedisServer {
  readonly #address: string;
  readonly #port: number | undefined;
  readonly #database: number;
  readonly #operations: DbOperations;
  readonly #requests: Counter<typeof cacheRequests>;
  readonly #commands = new Map<string, KnownCommand>();
  /** Many commands are sent after their like. */
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

  /** By the name as it was sent, so that it is turned into upper case once. */
  commandOf(name: string): KnownCommand {
    const last = this.#last;
    if (last?.name === name) return last;
    let known = this.#commands.get(name);
    if (known === undefined) {
      known = this.#learn(name);
      if (this.#commands.size < MOST_COMMANDS) this.#commands.set(name, known);
    }
    return (this.#last = known);
  }

  /** Counts each item of a look-up's reply; a reply that is to come at the end of a transaction is not seen. */
  lookedUp(reply: unknown): void {
    if (reply === undefined || isQueuedReply(reply)) return;
    const { hits, misses } = (this.#found ??= this.#bindFound());
    if (!Array.isArray(reply)) return (reply === null ? misses : hits).add(1);
    let missed = 0;
    for (const item of reply) if (item === null) missed += 1;
    hits.add(reply.length - missed);
    misses.add(missed);
  }

  #learn(name: string): KnownCommand {
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

  /** Both at once: a cache that never missed shows so. */
  #bindFound(): { readonly hits: CounterCell; readonly misses: CounterCell } {
    const cache = { 'cache.name': `${poolNameOf(this.#address, this.#port)}/${this.#database}`, 'cache.system': 'redis' };
    return {
      hits: this.#requests.bind({ ...cache, 'cache.result': 'hit' }),
      misses: this.#requests.bind({ ...cache, 'cache.result': 'miss' }),
    };
  }
}
