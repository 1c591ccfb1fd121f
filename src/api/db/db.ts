// `db`: the API for databases whose client is not instrumented, in the same series as those whose client is.
import {
  dbCollectionName,
  dbNamespace,
  dbOperationName,
  dbSystemName,
  serverAddress,
  serverPort,
} from '../../catalog/attributes.ts';
import { dbClientOperationDuration, dbClientResponseReturnedRows } from '../../catalog/db.ts';
import { sharedRegistry } from '../../core/recording/shared-registry.ts';
import { type DbOperation, DbOperations } from '../../recorders/db/operations.ts';
import { attributesFrom } from '../named-attributes.ts';
import { callSafely, timeFor, wrapFor } from '../record.ts';
import { dbPools } from './pools.ts';

/** An operation, and where it runs. Never a statement, a key or a value: each would create a series. */
export interface DbCall {
  /** Database, such as `postgresql` or `cassandra`. */
  readonly system: string;
  /** Operation or command, such as `SELECT` or `findOne`. */
  readonly operation?: string | undefined;
  /** Table, collection or model. */
  readonly collection?: string | undefined;
  /** Database within the server. */
  readonly namespace?: string | undefined;
  /** Host of the server. */
  readonly host?: string | undefined;
  /** Port of the server. */
  readonly port?: number | undefined;
}

export interface DbCallOptions<Value> {
  /** The number of rows or documents of a result. */
  readonly rows?: ((value: Value) => number) | undefined;
}

/** `db` for one operation. */
export type BoundDb = ReturnType<Db['bind']>;

export type Db = ReturnType<typeof operationsOf> & typeof dbPools;

const attributesOf = attributesFrom(
  {
    system: dbSystemName,
    operation: dbOperationName,
    collection: dbCollectionName,
    namespace: dbNamespace,
    host: serverAddress,
    port: serverPort,
  },
  { required: ['system'], example: "{ system: 'cassandra', operation: 'SELECT', collection: 'users' }" },
);

/** Makes `db`. `slowSeconds` is called once, when the first operation ends: an operation is slow if it takes so long. */
export function createDb(slowSeconds: () => number): Db {
  return { ...operationsOf(slowSeconds), ...dbPools };
}

function operationsOf(slowSeconds: () => number) {
  let operations: DbOperations | undefined;
  const recorder = (): DbOperations => (operations ??= new DbOperations(sharedRegistry(), slowSeconds()));

  function trackCall<Result>(call: DbOperation, run: () => Result, options: DbCallOptions<Awaited<Result>> | undefined): Result {
    return timeFor(dbClientOperationDuration, run, ({ durationSeconds, errorType }, value) => {
      const returnedRows = errorType === undefined ? callSafely(dbClientResponseReturnedRows, options?.rows, value) : undefined;
      recorder().record(call, { durationSeconds, errorType, returnedRows });
    });
  }

  function wrapCall<Arguments extends unknown[], Result, This>(
    call: DbOperation,
    run: (this: This, ...values: Arguments) => Result,
    options: DbCallOptions<Awaited<Result>> | undefined,
  ): (this: This, ...values: Arguments) => Result {
    return wrapFor(dbClientOperationDuration, run, (runOnce) => trackCall(call, runOnce, options));
  }

  return {
    /**
     * Runs an operation, synchronous or not, and returns its result. Records its duration in seconds in
     * `db.client.operation.duration` with `error.type`, and the number of rows in `db.client.response.returned_rows` if `rows`
     * gives it. Counts it in `db.client.slow_operations` if it takes PROMTEL_SLOW_DB_SECONDS or longer.
     *
     * @throws the error of the function
     * @example
     * ```js
     * const select = { system: 'cassandra', operation: 'SELECT', collection: 'users', namespace: 'shop' };
     * const users = await db.track(select, () => client.execute(), { rows: (result) => result.length });
     * // db.client.operation.duration{db.system.name="cassandra", db.operation.name="SELECT", db.namespace="shop"} 1
     * // db.client.response.returned_rows{db.system.name="cassandra", db.collection.name="users"} 1
     * ```
     */
    track<Result>(call: DbCall, run: () => Result, options?: DbCallOptions<Awaited<Result>>): Result {
      return trackCall(attributesOf(call, dbClientOperationDuration), run, options);
    },

    /**
     * Wraps a function to track every call. The wrapper keeps its name and length, and passes `this` on.
     *
     * @example
     * ```js
     * const insert = db.wrap({ system: 'cassandra', operation: 'INSERT' }, () => client.execute());
     * await insert();
     * // db.client.operation.duration{db.system.name="cassandra", db.operation.name="INSERT"} 1
     * ```
     */
    wrap<Arguments extends unknown[], Result, This>(
      call: DbCall,
      run: (this: This, ...values: Arguments) => Result,
      options?: DbCallOptions<Awaited<Result>>,
    ): (this: This, ...values: Arguments) => Result {
      return wrapCall(attributesOf(call, dbClientOperationDuration), run, options);
    },

    /**
     * The same methods for one operation; the attributes are made once, for hot paths.
     *
     * @example
     * ```js
     * const remove = db.bind({ system: 'cassandra', operation: 'DELETE' });
     * await remove.track(() => client.execute());
     * // db.client.operation.duration{db.system.name="cassandra", db.operation.name="DELETE"} 1
     * ```
     */
    bind(call: DbCall) {
      const attributes = attributesOf(call, dbClientOperationDuration);
      return {
        track: <Result>(run: () => Result, options?: DbCallOptions<Awaited<Result>>): Result =>
          trackCall(attributes, run, options),
        wrap: <Arguments extends unknown[], Result, This>(
          run: (this: This, ...values: Arguments) => Result,
          options?: DbCallOptions<Awaited<Result>>,
        ): ((this: This, ...values: Arguments) => Result) => wrapCall(attributes, run, options),
      };
    },
  } as const;
}
