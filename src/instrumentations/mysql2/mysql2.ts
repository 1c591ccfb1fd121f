// MySQL and MariaDB with mysql2: statements as mysql2 publishes them, and pools and connections that fail, which are patched.
import { nowMillis } from '../../core/clock.ts';
import type { Attachment, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import type { Traced } from '../../hooks/tracing-channel.ts';
import { wrapMethod } from '../../hooks/wrap-method.ts';
import { DB_OPERATION_METRICS, type DbOperation, DbOperations } from '../../recorders/db/operations.ts';
import { DB_POOL_METRICS } from '../../recorders/db/pools.ts';
import { type SqlTarget, SqlTargets } from '../../recorders/db/sql-target.ts';
import { mysql2ErrorType } from './error-type.ts';
import { type Mysql2Place, Mysql2Pools } from './pools.ts';

export const mysql2: Instrumentation = {
  name: 'mysql2',
  target: { package: 'mysql2', versions: '>=3.20 <4' },
  metrics: [...DB_OPERATION_METRICS, ...DB_POOL_METRICS],
  attach(attachment) {
    const statements = new Statements(attachment);
    const pools = new Mysql2Pools(attachment);
    // Values are written into the text of a query, but never into that of a prepared statement.
    attachment.trace<Statement>('mysql2:query', {
      end: (statement, seconds) => statements.end(statement, statements.targetOf(statement).read(statement.query), seconds),
    });
    attachment.trace<Statement>('mysql2:execute', {
      end: (statement, seconds) =>
        statements.end(statement, statements.targetOf(statement).operationOf(statement.query), seconds),
    });
    attachment.patch({ file: 'lib/commands/client_handshake.js' }, ({ prototype }: Class) => statements.watch(prototype));
    attachment.patch({ file: 'lib/commands/execute.js' }, ({ prototype }: Class) => statements.followPrepared(prototype));
    attachment.patch({ file: 'lib/base/pool.js' }, ({ prototype }: Class) => pools.followRequests(prototype));
    attachment.patch({ file: 'lib/pool_connection.js' }, ({ prototype }: Class) => pools.followReturns(prototype));
    attachment.patch({ file: 'lib/base/connection.js' }, ({ prototype }: Class) => {
      const undo = [pools.followFailures(prototype), preserveUnhandledError(prototype, attachment)];
      return () => undo.forEach((one) => one());
    });
  },
};

interface Class {
  readonly prototype: object;
}

interface Target {
  /** Empty if none is selected. */
  readonly database: string;
  /** A path where it is a Unix socket. */
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
}

interface Statement extends Target {
  readonly query: string;
}

type OnResult = (error: unknown, result: unknown, ...rest: unknown[]) => unknown;

/** The execution of a statement. */
interface Execution {
  /** Undefined where the application has prepared the statement itself. */
  readonly sql?: string;
  readonly statement?: { readonly query: string };
  onResult?: OnResult;
}

interface Handshake {
  /** The server's greeting. */
  readonly handshake: { readonly serverVersion: string };
}

interface Connection {
  readonly config: Mysql2Place;
}

const MOST_SERVERS = 1000;

/** The callbacks that are timed: attached twice, the first counts. */
const followed = new WeakSet<OnResult>();

class Statements {
  readonly #operations: DbOperations;
  readonly #attachment: Attachment;
  readonly #targets = new SqlTargets();
  readonly #mariadb = new Set<string>();
  #isDetached = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    attachment.onDetach(() => (this.#isDetached = true));
    this.#operations = new DbOperations(attachment.registry, attachment.settings.slowDbSeconds);
  }

  /** Learns from each greeting whether the server is MariaDB, which what is published does not tell. */
  watch(prototype: object): Undo {
    const note = this.#attachment.guard(({ handshake }: Handshake, { config }: Connection): void => {
      if (!/mariadb/i.test(handshake.serverVersion) || this.#mariadb.size >= MOST_SERVERS) return;
      this.#mariadb.add(config.socketPath || `${config.host}:${config.port}`);
    });
    return wrapMethod(prototype, 'handshakeInit', (handshakeInit) => {
      return function (packet, connection, ...rest) {
        const next = handshakeInit.call(this, packet, connection, ...rest);
        note(this as Handshake, connection as Connection);
        return next;
      };
    });
  }

  /** Follows executions of what the application has prepared, of which nothing is published. */
  followPrepared(prototype: object): Undo {
    const follow = this.#attachment.guard((execution: Execution, { config }: Connection) => this.#follow(execution, config));
    return wrapMethod(prototype, 'start', (start) => {
      return function (packet, connection, ...rest) {
        follow(this as Execution, connection as Connection);
        return start.call(this, packet, connection, ...rest);
      };
    });
  }

  #follow(execution: Execution, { database = '', host = '', port, socketPath }: Mysql2Place): void {
    const { sql, statement, onResult } = execution;
    if (sql !== undefined || statement === undefined || typeof onResult !== 'function' || followed.has(onResult)) return;
    const place = socketPath ? { serverAddress: socketPath, serverPort: undefined } : { serverAddress: host, serverPort: port };
    const startMillis = nowMillis();
    let isOver = false;
    const note = this.#attachment.guard((error: unknown, result: unknown) => {
      // After it has timed out, its result may still come.
      if (isOver || this.#isDetached) return;
      isOver = true;
      const operation = this.targetOf({ database, ...place }).operationOf(statement.query);
      this.end({ result, error: error ?? undefined }, operation, (nowMillis() - startMillis) / 1000);
    });
    execution.onResult = function (this: unknown, ...values) {
      note(values[0], values[1]);
      return onResult.apply(this, values);
    };
    followed.add(execution.onResult);
  }

  targetOf({ database, serverAddress, serverPort }: Target): SqlTarget {
    const server = serverPort === undefined ? serverAddress : `${serverAddress}:${serverPort}`;
    return this.#targets.targetOf({
      system: this.#mariadb.has(server) ? 'mariadb' : 'mysql',
      quote: '`',
      namespace: database === '' ? undefined : database,
      address: serverAddress,
      port: serverPort,
    });
  }

  end({ result, error }: Traced, operation: DbOperation, durationSeconds: number): void {
    const errorType = error === undefined ? undefined : mysql2ErrorType(error);
    this.#operations.record(operation, { durationSeconds, errorType, returnedRows: returnedRowsOf(result) });
  }
}

/** Writes are answered with a header, several statements with an array of answers, which rows that are arrays look like. */
function returnedRowsOf(result: unknown): number | undefined {
  if (!Array.isArray(result)) return undefined;
  const first = result[0] as { readonly constructor?: { readonly name?: unknown } | null } | undefined;
  return Array.isArray(first) || first?.constructor?.name === 'ResultSetHeader' ? undefined : result.length;
}

interface Command {
  readonly onResult?: unknown;
  listenerCount(event: string): number;
  on(event: string, listener: (value: unknown) => void): void;
  off(event: string, listener: (value: unknown) => void): void;
  emit(event: string, value: unknown): void;
}

/**
 * Where a statement without a callback is followed, mysql2 listens for its error, and one that nobody else listens for would no
 * longer end the process. Such an error is emitted again, when nobody listens.
 */
function preserveUnhandledError(prototype: object, { guard }: Attachment): Undo {
  const leave = guard((command: Command): void => {
    if (command.onResult || command.listenerCount('error') !== 1) return;
    let isHeard = false;
    const emitAgain = (error: unknown): void => {
      command.off('error', emitAgain);
      if (!isHeard) command.emit('error', error);
    };
    command.on('error', emitAgain);
    command.on('newListener', (event) => {
      isHeard ||= event === 'error';
    });
  });
  const undo = ['query', 'execute'].map((name) =>
    wrapMethod(prototype, name, (original) => {
      return function (...values) {
        const command = original.apply(this, values);
        leave(command as Command);
        return command;
      };
    }),
  );
  return () => undo.forEach((one) => one());
}
