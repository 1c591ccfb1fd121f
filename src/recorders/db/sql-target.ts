// The attributes of SQL statements by the database that they are sent to, cached for statements that are sent again.
import type { DbOperation } from './operations.ts';
import { type NameQuote, sqlOperationOf } from './sql-operation.ts';

export interface SqlServer {
  readonly system: string;
  readonly quote: NameQuote;
  readonly namespace: string | undefined;
  readonly address: string | undefined;
  /** Undefined where the address is a Unix socket. */
  readonly port: number | undefined;
}

const MOST_STATEMENTS = 500;
const MOST_CHARACTERS = 2000;

export class SqlTarget {
  readonly #server: SqlServer;
  #known = new Map<string, DbOperation>();

  constructor(server: SqlServer) {
    this.#server = server;
  }

  /** For statements whose values are sent apart, as parameters: the same object for the same text. */
  operationOf(statement: string): DbOperation {
    const known = this.#known.get(statement);
    if (known !== undefined) return known;
    const operation = this.read(statement);
    if (statement.length > MOST_CHARACTERS) return operation;
    if (this.#known.size >= MOST_STATEMENTS) this.#known = new Map();
    this.#known.set(statement, operation);
    return operation;
  }

  /** For statements that may have values in them: nothing is cached. */
  read(statement: string): DbOperation {
    const { system, quote, namespace, address, port } = this.#server;
    const { keyword, table } = sqlOperationOf(statement, quote);
    return {
      'db.system.name': system,
      'db.operation.name': keyword,
      'db.collection.name': table,
      'db.namespace': namespace,
      'server.address': address,
      'server.port': port,
    };
  }
}

const MOST_TARGETS = 100;

/** The targets of all connections: one for each database. */
export class SqlTargets {
  readonly #targets = new Map<string, SqlTarget>();

  targetOf(server: SqlServer): SqlTarget {
    const key = `${server.system} ${server.address}:${server.port}/${server.namespace}`;
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const target = new SqlTarget(server);
    if (this.#targets.size < MOST_TARGETS) this.#targets.set(key, target);
    return target;
  }
}
