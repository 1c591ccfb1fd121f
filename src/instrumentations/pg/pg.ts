// PostgreSQL with pg, which publishes nothing: queries, from being asked for to their end.
//
// A query of pg's is an object that is told of its end by methods. These are patched, so that what an application hands over and
// is given stays the very same: no callback is wrapped, and no promise followed. pg-native is left alone.
import { nowMillis } from '../../core/clock.ts';
import type { Attachment, Instrumentation, Undo } from '../../hooks/instrumentation.ts';
import { type Method, wrapMethod } from '../../hooks/wrap-method.ts';
import { DB_OPERATION_METRICS, DbOperations } from '../../recorders/db/operations.ts';
import { type SqlTarget, SqlTargets } from '../../recorders/db/sql-target.ts';
import { pgErrorType } from './error-type.ts';

export const pg: Instrumentation = {
  name: 'pg',
  target: { package: 'pg', versions: '>=8 <9' },
  metrics: DB_OPERATION_METRICS,
  attach(attachment) {
    const queries = new Queries(attachment);
    // The ES module passes on the CommonJS one.
    attachment.patch({ file: 'lib/client.js' }, (client: ClientClass) => queries.watch(client));
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
  /** The queries that were not submitted yet. */
  readonly _queryQueue?: readonly Query[];
  /** The same, before 8.17; since then it warns that it is deprecated. */
  readonly queryQueue: readonly Query[];
}

interface Connection {
  /** The texts of prepared statements by name. */
  readonly parsedStatements?: Readonly<Record<string, string>>;
  [TARGET]?: SqlTarget;
}

/** A query of pg's own, or what others submit in place of one, such as a cursor. */
interface Query {
  readonly text?: unknown;
  /** What a stream, such as pg-query-stream, reads from. */
  readonly cursor?: { readonly text?: unknown };
  readonly name?: string;
  readonly submit?: unknown;
  /** Of pg's own. */
  readonly _results?: Result | readonly Result[];
  /** Why it will fail though the server was done with it. */
  readonly _canceledDueToError?: unknown;
  [STARTED_MILLIS]?: number;
}

interface Result {
  readonly rowCount: number | null;
  readonly rows: readonly unknown[];
  /** The columns that it returned; none of a write. */
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

  watch({ prototype, Query }: ClientClass): Undo {
    const { guard } = this.#attachment;
    const begin = guard((query: Query) => this.#begin(query));
    const succeed = guard((query: Query, connection: Connection) => this.#succeed(query, connection));
    const fail = guard((query: Query, connection: Connection, error: unknown) =>
      this.#end(query, connection, pgErrorType(error)),
    );
    const enter = guard((client: Client, query: Query | null | undefined) => this.#enter(client, query, Query.prototype));
    const noteQueued = guard((client: Client) => this.#noteQueued(client));
    const undo = [
      wrapMethod(prototype, 'query', (query) => {
        return function (this: unknown, ...values) {
          enter(this as Client, values[0] as Query);
          const result = query.apply(this, values);
          noteQueued(this as Client);
          return result;
        };
      }),
      wrapMethod(Query.prototype, 'submit', (submit) => {
        return function (this: unknown, ...values) {
          begin(this as Query);
          return submit.apply(this, values);
        };
      }),
      wrapMethod(Query.prototype, 'handleReadyForQuery', (handle) => {
        return function (this: unknown, ...values) {
          succeed(this as Query, values[0] as Connection);
          return handle.apply(this, values);
        };
      }),
      wrapMethod(Query.prototype, 'handleError', (handle) => {
        return function (this: unknown, ...values) {
          fail(this as Query, values[1] as Connection, values[0]);
          return handle.apply(this, values);
        };
      }),
    ];
    return () => undo.forEach((one) => one());
  }

  /** What is submitted in place of pg's own query is watched one by one. */
  #enter({ connection, host, port, database }: Client, query: Query | null | undefined, ownQueries: object): void {
    connection[TARGET] ??= this.#targets.targetOf({
      system: 'postgresql',
      quote: '"',
      namespace: database,
      address: host,
      port: host?.startsWith('/') ? undefined : port,
    });
    if (typeof query?.submit !== 'function' || Object.prototype.isPrototypeOf.call(ownQueries, query)) return;
    if (query[STARTED_MILLIS] !== undefined) return;
    this.#begin(query);
    this.#watchOne(query, 'handleReadyForQuery', () => this.#end(query, connection, undefined));
    this.#watchOne(query, 'handleError', (error) => this.#end(query, connection, pgErrorType(error)));
  }

  #watchOne(query: object, name: string, note: (value: unknown) => void): void {
    const original = (query as Record<string, Method>)[name];
    if (typeof original !== 'function') return;
    const guarded = this.#attachment.guard(note);
    const value: Method = function (...values) {
      guarded(values[0]);
      return original.apply(this, values);
    };
    Object.defineProperty(query, name, { value, configurable: true, writable: true });
  }

  #begin(query: Query): void {
    query[STARTED_MILLIS] ??= nowMillis();
  }

  /** A query has begun when it was asked for, though the client may be busy with another yet. */
  #noteQueued(client: Client): void {
    const last = (client._queryQueue ?? client.queryQueue).at(-1);
    if (last !== undefined) this.#begin(last);
  }

  #succeed(query: Query, connection: Connection): void {
    if (!query._canceledDueToError) this.#end(query, connection, undefined, returnedRowsOf(query._results));
  }

  #end(query: Query, connection: Connection, errorType: string | undefined, returnedRows?: number): void {
    const now = nowMillis();
    // What a closed client refuses was never submitted.
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
