// PostgreSQL with pg: the duration of queries, from the call of `query` to their end.
//
// pg publishes nothing. A query of pg's is an object whose methods are called when it ends. These are patched, so that what an
// application passes and gets stays the same: no callback is wrapped, and no promise replaced. pg-native is not measured.
import { nowMillis } from '../../core/clock.ts';
import type { Attachment, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { observeCalls, observeOwnCalls } from '../../hooks/observe-calls.ts';
import { undoAll } from '../../hooks/undo-all.ts';
import { DB_OPERATION_METRICS, DbOperations } from '../../recorders/db/operations.ts';
import { type SqlTarget, SqlTargets } from '../../recorders/db/sql-target.ts';
import { pgErrorType } from './error-type.ts';

export const pg: Instrumentation = {
  name: 'pg',
  target: { package: 'pg', versions: '>=8 <9' },
  metrics: DB_OPERATION_METRICS,
  attach(attachment) {
    const queries = new Queries(attachment);
    // The ES module re-exports the CommonJS one.
    attachment.patch({ file: 'lib/client.js' }, (client: ClientClass) => queries.patch(client));
  },
};

interface ClientClass {
  readonly prototype: object;
  readonly Query: { readonly prototype: object };
}

interface Client {
  readonly connection: Connection;
  readonly host: string | undefined;
  readonly port: number;
  readonly database: string;
  /** The queries that are not submitted yet. */
  readonly _queryQueue?: readonly Query[];
  /** The same before 8.17; later it warns that it is deprecated. */
  readonly queryQueue: readonly Query[];
}

interface Connection {
  /** The texts of prepared statements by name. */
  readonly parsedStatements?: Readonly<Record<string, string>>;
  [TARGET]?: SqlTarget;
}

/** A query of pg's own, or a submittable of another package, such as a cursor. */
interface Query {
  readonly text?: unknown;
  /** Of a stream, such as one of pg-query-stream. */
  readonly cursor?: { readonly text?: unknown };
  readonly name?: string;
  readonly submit?: unknown;
  /** Of pg's own. */
  readonly _results?: Result | readonly Result[];
  /** Why it will fail although the server has finished it. */
  readonly _canceledDueToError?: unknown;
  [STARTED_MILLIS]?: number;
}

interface Result {
  readonly rowCount: number | null;
  readonly rows: readonly unknown[];
  /** The columns; none for a write. */
  readonly fields: readonly unknown[];
}

const TARGET = Symbol('promtel.pg.target');
const STARTED_MILLIS = Symbol('promtel.pg.startedMillis');
/** In place of the time, once a query has ended. */
const ENDED = -1;

class Queries {
  readonly #attachment: Attachment;
  readonly #operations: DbOperations;
  readonly #targets = new SqlTargets();
  #isDetached = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#operations = new DbOperations(attachment.registry, attachment.settings.slowDbSeconds);
    attachment.onDetach(() => (this.#isDetached = true));
  }

  patch({ prototype, Query }: ClientClass): Undo {
    const { guard } = this.#attachment;
    return undoAll([
      observeCalls(prototype, 'query', guard, {
        before: (client: Client, [query]: [Query | null | undefined]) => this.#enter(client, query, Query.prototype),
        after: (client) => this.#beginQueued(client),
      }),
      observeCalls(Query.prototype, 'submit', guard, { before: (query: Query) => this.#begin(query) }),
      observeCalls(Query.prototype, 'handleReadyForQuery', guard, {
        before: (query: Query, [connection]: [Connection]) => this.#succeed(query, connection),
      }),
      observeCalls(Query.prototype, 'handleError', guard, {
        before: (query: Query, [error, connection]: [unknown, Connection]) => this.#end(query, connection, pgErrorType(error)),
      }),
    ]);
  }

  /** A submittable of another package is observed by itself. */
  #enter({ connection, host, port, database }: Client, query: Query | null | undefined, pgQueries: object): void {
    connection[TARGET] ??= this.#targets.targetOf({
      system: 'postgresql',
      quote: '"',
      namespace: database,
      address: host,
      port: host?.startsWith('/') ? undefined : port,
    });
    if (typeof query?.submit !== 'function' || Object.prototype.isPrototypeOf.call(pgQueries, query)) return;
    const { guard } = this.#attachment;
    this.#begin(query);
    observeOwnCalls(query, 'handleReadyForQuery', guard, { before: () => this.#end(query, connection, undefined) });
    observeOwnCalls(query, 'handleError', guard, {
      before: (_, [error]: [unknown]) => this.#end(query, connection, pgErrorType(error)),
    });
  }

  #begin(query: Query): void {
    query[STARTED_MILLIS] ??= nowMillis();
  }

  /** A query begins with the call of `query`, even if the client is still busy with another. */
  #beginQueued(client: Client): void {
    const last = (client._queryQueue ?? client.queryQueue).at(-1);
    if (last !== undefined) this.#begin(last);
  }

  #succeed(query: Query, connection: Connection): void {
    if (!query._canceledDueToError) this.#end(query, connection, undefined, returnedRowsOf(query._results));
  }

  #end(query: Query, connection: Connection, errorType: string | undefined, returnedRows?: number): void {
    const now = nowMillis();
    // A query that a closed client refuses was never submitted.
    const startedMillis = query[STARTED_MILLIS] ?? now;
    const target = connection[TARGET];
    if (this.#isDetached || startedMillis === ENDED || target === undefined) return;
    query[STARTED_MILLIS] = ENDED;
    const text = query.text ?? query.cursor?.text ?? connection.parsedStatements?.[query.name ?? ''];
    const operation = target.operationOf(typeof text === 'string' ? text : '');
    this.#operations.record(operation, { durationSeconds: (now - startedMillis) / 1000, errorType, returnedRows });
  }
}

/** Of several statements in one query, all rows together; undefined where none returned any columns. */
function returnedRowsOf(results: Query['_results']): number | undefined {
  if (results === undefined) return undefined;
  if (!('length' in results)) return rowsOf(results);
  const counts = results.map(rowsOf).filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** Rows that were handed out one by one are in no array. */
function rowsOf({ fields, rows, rowCount }: Result): number | undefined {
  return fields.length === 0 ? undefined : rows.length || (rowCount ?? 0);
}
