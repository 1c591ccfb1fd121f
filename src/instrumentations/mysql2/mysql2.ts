// MySQL and MariaDB with mysql2: statements, which mysql2 publishes, and pools and failed connections, whose methods are patched.
import { nowMillis } from '../../core/clock.ts';
import type { Attachment, Guard, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls } from '../../hooks/observe-calls.ts';
import type { Traced } from '../../hooks/tracing-channel.ts';
import { undoAll } from '../../hooks/undo-all.ts';
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
    // The text of a query may contain values, that of a prepared statement never does.
    attachment.trace<Statement>('mysql2:query', {
      end: (statement, seconds) => statements.end(statement, statements.targetOf(statement).read(statement.query), seconds),
    });
    attachment.trace<Statement>('mysql2:execute', {
      end: (statement, seconds) =>
        statements.end(statement, statements.targetOf(statement).operationOf(statement.query), seconds),
    });
    attachment.patch({ file: 'lib/commands/client_handshake.js' }, ({ prototype }: Class) =>
      statements.observeHandshakes(prototype),
    );
    attachment.patch({ file: 'lib/commands/execute.js' }, ({ prototype }: Class) => statements.observePrepared(prototype));
    attachment.patch({ file: 'lib/base/pool.js' }, ({ prototype }: Class) => pools.observeRequests(prototype));
    attachment.patch({ file: 'lib/pool_connection.js' }, ({ prototype }: Class) => pools.observeReturns(prototype));
    attachment.patch({ file: 'lib/base/connection.js' }, ({ prototype }: Class) =>
      undoAll([pools.observeFailures(prototype), preserveUnhandledError(prototype, attachment.guard)]),
    );
  },
};

interface Class {
  readonly prototype: object;
}

interface Target {
  /** Empty if no database is selected. */
  readonly database: string;
  /** A path if it is a Unix socket. */
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
}

interface Statement extends Target {
  readonly query: string;
}

type OnResult = (error: unknown, result: unknown, ...rest: unknown[]) => unknown;

/** The execution of a statement. */
interface Execution {
  /** Undefined if the application prepared the statement itself. */
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

  /** Reads from each greeting whether the server is MariaDB, which mysql2 does not publish. */
  observeHandshakes(prototype: object): Undo {
    return observeCalls(prototype, 'handshakeInit', this.#attachment.guard, {
      after: ({ handshake }: Handshake, [, { config }]: [unknown, Connection]) => {
        if (!/mariadb/i.test(handshake.serverVersion) || this.#mariadb.size >= MOST_SERVERS) return;
        this.#mariadb.add(config.socketPath || `${config.host}:${config.port}`);
      },
    });
  }

  /** Observes executions of statements that the application prepared itself, which mysql2 does not publish. */
  observePrepared(prototype: object): Undo {
    return observeCalls(prototype, 'start', this.#attachment.guard, {
      before: (execution: Execution, [, { config }]: [unknown, Connection]) => this.#observe(execution, config),
    });
  }

  #observe(execution: Execution, { database = '', host = '', port, socketPath }: Mysql2Place): void {
    const { sql, statement, onResult } = execution;
    if (sql !== undefined || statement === undefined || typeof onResult !== 'function') return;
    const place = socketPath ? { serverAddress: socketPath, serverPort: undefined } : { serverAddress: host, serverPort: port };
    const startMillis = nowMillis();
    let isOver = false;
    const record = this.#attachment.guard((error: unknown, result: unknown) => {
      // After a timeout, the result may still arrive.
      if (isOver || this.#isDetached) return;
      isOver = true;
      const operation = this.targetOf({ database, ...place }).operationOf(statement.query);
      this.end({ result, error: error ?? undefined }, operation, (nowMillis() - startMillis) / 1000);
    });
    execution.onResult = function (this: unknown, ...values) {
      record(values[0], values[1]);
      return onResult.apply(this, values);
    };
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

/** The result of a write is a header, that of several statements an array of results, which looks like rows that are arrays. */
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
 * Where a statement without a callback is published, mysql2 listens to its error, and one that has no other listener would no
 * longer end the process. Such an error is emitted again when it has no listener.
 */
function preserveUnhandledError(prototype: object, guard: Guard): Undo {
  const after = (_: unknown, __: unknown[], command: unknown): void => emitUnhandledError(command as Command);
  return undoAll(['query', 'execute'].map((name) => observeCalls(prototype, name, guard, { after })));
}

function emitUnhandledError(command: Command): void {
  if (command.onResult || command.listenerCount('error') !== 1) return;
  let isHandled = false;
  const emitAgain = (error: unknown): void => {
    command.off('error', emitAgain);
    if (!isHandled) command.emit('error', error);
  };
  command.on('error', emitAgain);
  command.on('newListener', (event) => {
    isHandled ||= event === 'error';
  });
}
