// MySQL and MariaDB with mysql2: statements as mysql2 publishes them, and pools and connections that fail, which are patched.
import {
  dbClientConnectionCount,
  dbClientConnectionCreateTime,
  dbClientConnectionErrors,
  dbClientConnectionLimit,
  dbClientConnectionPendingRequests,
  dbClientConnectionTimeouts,
  dbClientConnectionUseTime,
  dbClientConnectionWaitTime,
  dbClientOperationDuration,
  dbClientResponseReturnedRows,
  dbClientSlowOperations,
} from '../catalog/db.ts';
import type { Attachment, Instrumentation, Undo } from '../core/instrumentation.ts';
import type { Traced } from '../core/trace.ts';
import { wrap } from '../core/wrap.ts';
import { type DbOperation, DbOperations } from '../domains/db-operations.ts';
import { mysql2ErrorType } from '../domains/mysql2-error-type.ts';
import { type Mysql2Place, Mysql2Pools } from '../domains/mysql2-pools.ts';
import { type SqlTarget, SqlTargets } from '../domains/sql-target.ts';

export const mysql2: Instrumentation = {
  name: 'mysql2',
  target: { package: 'mysql2', versions: '>=3.20 <4' },
  metrics: [
    dbClientOperationDuration,
    dbClientResponseReturnedRows,
    dbClientSlowOperations,
    dbClientConnectionCount,
    dbClientConnectionLimit,
    dbClientConnectionPendingRequests,
    dbClientConnectionTimeouts,
    dbClientConnectionWaitTime,
    dbClientConnectionUseTime,
    dbClientConnectionCreateTime,
    dbClientConnectionErrors,
  ],
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
    attachment.patch({ file: 'lib/base/pool.js' }, ({ prototype }: Class) => pools.followRequests(prototype));
    attachment.patch({ file: 'lib/pool_connection.js' }, ({ prototype }: Class) => pools.followReturns(prototype));
    attachment.patch({ file: 'lib/base/connection.js' }, ({ prototype }: Class) => {
      const undo = [pools.followFailures(prototype), leaveUnheard(prototype, attachment)];
      return () => undo.forEach((one) => one());
    });
  },
};

interface Class {
  readonly prototype: object;
}

interface Statement {
  readonly query: string;
  /** Empty if none is selected. */
  readonly database: string;
  /** A path where it is a Unix socket. */
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
}

interface Connection {
  /** Told by the server's greeting. */
  readonly _isMariaDB?: boolean;
  readonly config: Mysql2Place;
}

const MOST_SERVERS = 1000;

class Statements {
  readonly #operations: DbOperations;
  readonly #attachment: Attachment;
  readonly #targets = new SqlTargets();
  readonly #mariadb = new Set<string>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#operations = new DbOperations(attachment.registry, attachment.settings.slowDbSeconds);
  }

  /** Learns from each greeting whether the server is MariaDB, which what is published does not tell. */
  watch(prototype: object): Undo {
    const note = this.#attachment.guard(({ _isMariaDB, config }: Connection): void => {
      if (_isMariaDB !== true || this.#mariadb.size >= MOST_SERVERS) return;
      this.#mariadb.add(config.socketPath ?? `${config.host}:${config.port}`);
    });
    return wrap(prototype, 'handshakeInit', (handshakeInit) => {
      return function (this: unknown, ...values) {
        const result = handshakeInit.apply(this, values);
        note(values[1] as Connection);
        return result;
      };
    });
  }

  targetOf({ database, serverAddress, serverPort }: Statement): SqlTarget {
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
}

/**
 * Where a statement without a callback is followed, mysql2 listens for its error, and one that nobody else listens for would no
 * longer end the process. This throws such an error as if nobody had listened.
 */
function leaveUnheard(prototype: object, { guard }: Attachment): Undo {
  const leave = guard((command: Command): void => {
    if (command.onResult || command.listenerCount('error') !== 1) return;
    let isHeard = false;
    command.on('error', (error) => {
      if (!isHeard) throw error;
    });
    command.on('newListener', (event) => {
      isHeard ||= event === 'error';
    });
  });
  const undo = ['query', 'execute'].map((name) =>
    wrap(prototype, name, (original) => {
      return function (...values) {
        const command = original.apply(this, values);
        leave(command as Command);
        return command;
      };
    }),
  );
  return () => undo.forEach((one) => one());
}
