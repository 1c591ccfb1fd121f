// MongoDB's driver: each command that an application has a server run, how it ended, and the pools that lend the connections.
//
// The driver publishes nothing, and tells of its commands only by an option and listeners, which an application would see and
// for which it builds events with the whole reply in them. So methods below `MongoClient` are patched, where every command comes
// by however a client was made. Only connections that a pool has lent out run commands of the application: heartbeats,
// handshakes and logins are out of sight by themselves. Up to 6.4 these methods take callbacks.
//
// Mongoose has no file of its own: it does everything through this driver, and what its channels tell would be counted twice.
import { nowMillis } from '../../core/clock.ts';
import type { Instrumentation } from '../../hooks/instrumentation.ts';
import { observePromiseMethod, type PromisedCall } from '../../hooks/promise-method.ts';
import { DB_OPERATION_METRICS, type DbOperation, DbOperations } from '../../recorders/db/operations.ts';
import { DB_POOL_METRICS } from '../../recorders/db/pools.ts';
import {
  isNotSent,
  type MongoCommand,
  type MongoNamespace,
  type MongoOperation,
  mongoErrorType,
  noteSent,
  refusalOf,
  returnedDocuments,
  targetOf,
  targetOfOperation,
} from './commands.ts';
import { MongoPools, serverOfLent } from './pools.ts';

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
      observePromiseMethod(prototype, 'command', guard, (connection: object, namespace: MongoNamespace, command: MongoCommand) =>
        startCommand(operations, connection, namespace, command),
      ),
    );
    attachment.patch({ file: 'lib/operations/execute_operation.js' }, (exports: object) =>
      observePromiseMethod(exports, 'executeOperation', guard, (_, __, operation: MongoOperation) =>
        startOperation(operations, operation),
      ),
    );
    attachment.patch({ file: 'lib/cmap/connection_pool.js' }, ({ ConnectionPool: { prototype } }: { ConnectionPool: Class }) =>
      pools.patch(prototype),
    );
  },
};

function startCommand(
  operations: DbOperations,
  connection: object,
  namespace: MongoNamespace,
  command: MongoCommand,
): PromisedCall | undefined {
  const server = serverOfLent(connection);
  const target = server && targetOf(command, namespace);
  if (target === undefined) return undefined;
  const operation: DbOperation = {
    'db.system.name': 'mongodb',
    'db.operation.name': target.name,
    'db.collection.name': target.collection,
    'db.namespace': namespace.db,
    'server.address': server?.host ?? server?.socketPath,
    'server.port': server?.port,
  };
  const startMillis = nowMillis();
  const record = (errorType: string | undefined, returnedRows?: number): void =>
    operations.record(operation, { durationSeconds: (nowMillis() - startMillis) / 1000, errorType, returnedRows });
  return {
    done: (reply) => record(refusalOf(reply), returnedDocuments(reply)),
    failed(error) {
      noteSent(error);
      record(mongoErrorType(error));
    },
  };
}

/** An operation is told by its commands, unless it fails before it has one, as with no server in reach. */
function startOperation(operations: DbOperations, operation: MongoOperation): PromisedCall {
  const startMillis = nowMillis();
  return {
    failed(error) {
      const target = isNotSent(error) ? targetOfOperation(operation) : undefined;
      if (target === undefined) return;
      operations.record(
        {
          'db.system.name': 'mongodb',
          'db.operation.name': target.name,
          'db.collection.name': target.collection,
          'db.namespace': operation.ns.db,
        },
        { durationSeconds: (nowMillis() - startMillis) / 1000, errorType: mongoErrorType(error) },
      );
    },
  };
}
