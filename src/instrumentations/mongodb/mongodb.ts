// MongoDB's driver 6.5 to 7: the duration of commands, and its connection pools.
//
// The driver publishes nothing, and reports its commands only by an option and listeners, which an application would notice and
// for which it builds events with the whole reply in them. So methods below `MongoClient` are patched, which every command
// passes, however a client was made. Only connections that a pool has lent out run commands of the application: heartbeats,
// handshakes and logins are not seen. Up to 6.4 these methods take callbacks.
//
// Mongoose has no instrumentation of its own: it does everything through this driver, and its channels would count it twice.
import { nowMillis } from '../../core/clock.ts';
import type { Instrumentation } from '../../hooks/instrumentation.ts';
import { observePromiseMethod } from '../../hooks/promise-method.ts';
import { DB_OPERATION_METRICS, type DbOperation, DbOperations } from '../../recorders/db/operations.ts';
import { DB_POOL_METRICS } from '../../recorders/db/pools.ts';
import {
  isNotSent,
  type MongoCommand,
  type MongoNamespace,
  type MongoOperation,
  mongoErrorType,
  type MongoTarget,
  noteSent,
  refusalOf,
  returnedDocuments,
  targetOf,
  targetOfOperation,
} from './commands.ts';
import { MongoPools, type MongoServer, serverOfLent } from './pools.ts';

interface Class {
  readonly prototype: object;
}

export const mongodb: Instrumentation = {
  name: 'mongodb',
  target: { package: 'mongodb', versions: '>=6.5 <8' },
  metrics: [...DB_OPERATION_METRICS, ...DB_POOL_METRICS],
  attach(attachment) {
    const { guard } = attachment;
    const operations = new DbOperations(attachment.registry, attachment.settings.slowDbSeconds);
    const pools = new MongoPools(attachment);
    attachment.patch({ file: 'lib/cmap/connection.js' }, ({ Connection: { prototype } }: { Connection: Class }) =>
      observePromiseMethod(prototype, 'command', guard, {
        before: (connection: object, [namespace, command]: [MongoNamespace, MongoCommand]) =>
          startCommand(connection, namespace, command),
        fulfilled: (reply, started) => record(operations, started, refusalOf(reply), returnedDocuments(reply)),
        rejected(error, started) {
          noteSent(error);
          record(operations, started, mongoErrorType(error));
        },
      }),
    );
    attachment.patch({ file: 'lib/operations/execute_operation.js' }, (exports: object) =>
      observePromiseMethod(exports, 'executeOperation', guard, {
        before: (_, [, operation]: [unknown, MongoOperation]) => ({ operation, startMillis: nowMillis() }),
        // An operation is recorded by its commands, unless it fails before it has sent one, as with no server in reach.
        rejected(error, { operation, startMillis }) {
          const target = isNotSent(error) ? targetOfOperation(operation) : undefined;
          if (target !== undefined)
            record(operations, { operation: dbOperation(target, operation.ns.db), startMillis }, mongoErrorType(error));
        },
      }),
    );
    attachment.patch({ file: 'lib/cmap/connection_pool.js' }, ({ ConnectionPool: { prototype } }: { ConnectionPool: Class }) =>
      pools.patch(prototype),
    );
  },
};

interface Started {
  readonly operation: DbOperation;
  readonly startMillis: number;
}

/** Undefined for a command that is not the application's. */
function startCommand(connection: object, namespace: MongoNamespace, command: MongoCommand): Started | undefined {
  const server = serverOfLent(connection);
  const target = server && targetOf(command, namespace);
  return target && { operation: dbOperation(target, namespace.db, server), startMillis: nowMillis() };
}

function dbOperation({ name, collection }: MongoTarget, database: string, server?: MongoServer): DbOperation {
  return {
    'db.system.name': 'mongodb',
    'db.operation.name': name,
    'db.collection.name': collection,
    'db.namespace': database,
    'server.address': server?.host ?? server?.socketPath,
    'server.port': server?.port,
  };
}

function record(operations: DbOperations, { operation, startMillis }: Started, errorType?: string, returnedRows?: number): void {
  operations.record(operation, { durationSeconds: (nowMillis() - startMillis) / 1000, errorType, returnedRows });
}
