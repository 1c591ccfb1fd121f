// `db`: what an application tells of databases whose client no library file of promtel knows, in the same series as those.
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
import { ask, timeFor, wrapFor } from '../record.ts';
import { dbPools } from './pools.ts';

/** What is done, and where. Never a statement, a key or a value: each would make a series of its own. */
export interface DbCall {
  /** Database, such as `postgresql` or `cassandra`. */
  readonly system: string;
  /** Operation or command, such as `SELECT` or `findOne`. */
  readonly operation?: string | undefined;
  /** Table, collection or model. */
  readonly collection?: string | undefined;
  /** Database within the server. */
  readonly namespace?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

export interface DbCallOptions<Value> {
  /** How many rows or documents a result has. */
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

/** Makes `db`; an operation is slow if it takes as long as is said when the first one ends. */
export function createDb(slowSeconds: () => number): Db {
  return { ...operationsOf(slowSeconds), ...dbPools };
}

function operationsOf(slowSeconds: () => number) {
  let operations: DbOperations | undefined;
  const recorder = (): DbOperations => (operations ??= new DbOperations(sharedRegistry(), slowSeconds()));

  function trackCall<Result>(call: DbOperation, run: () => Result, options: DbCallOptions<Awaited<Result>> | undefined): Result {
    return timeFor(dbClientOperationDuration, run, ({ durationSeconds, errorType }, value) => {
      const returnedRows = errorType === undefined ? ask(dbClientResponseReturnedRows, options?.rows, value) : undefined;
      recorder().record(call, { durationSeconds, errorType, returnedRows });
    });
  }

  function wrapCall<Arguments extends unknown[], Result, This>(
    call: DbOperation,
    run: (this: This, ...values: Arguments) => Result,
    options: DbCallOptions<Awaited<Result>> | undefined,
  ): (this: This, ...values: Arguments) => Result {
    return wrapFor(dbClientOperationDuration, run, (again) => trackCall(call, again, options));
  }

  return {
    /**
     * Runs an operation, synchronous or not, and hands on its result or error, as `createTracker` does. Records its seconds in
     * `db.client.operation.duration` with `error.type`, counts it in `db.client.slow_operations` if it took as long as
     * PROMTEL_SLOW_DB_SECONDS, and the rows in `db.client.response.returned_rows` if `rows` tells them.
     *
     * @throws what the function throws
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
     * A function that does what the given one does and looks like it, tracked at every call.
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
     * The same for one operation, its attributes made once, for hot paths.
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
