// Database clients: operations, returned rows and connection pools. Names follow OpenTelemetry semantic conventions 1.45.
import { defineMetric } from '../core/metric.ts';
import {
  dbClientConnectionPoolName,
  dbClientConnectionState,
  dbCollectionName,
  dbNamespace,
  dbOperationName,
  dbSystemName,
  errorType,
  serverAddress,
  serverPort,
} from './attributes.ts';
import { ROWS, SECONDS_DB } from './buckets.ts';

const operation = [dbSystemName, dbOperationName, dbCollectionName, dbNamespace, serverAddress, serverPort] as const;
const pool = [dbClientConnectionPoolName] as const;

export const dbClientOperationDuration = defineMetric({
  name: 'db.client.operation.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of database client operations.',
  stability: 'stable',
  buckets: SECONDS_DB,
  attributes: [...operation, errorType],
});

export const dbClientResponseReturnedRows = defineMetric({
  name: 'db.client.response.returned_rows',
  instrument: 'histogram',
  unit: '{row}',
  brief: 'The actual number of records returned by the database operation.',
  stability: 'development',
  buckets: ROWS,
  attributes: operation,
});

/** Not in the conventions: histogram bounds are fixed, and this threshold is a setting. */
export const dbClientSlowOperations = defineMetric({
  name: 'db.client.slow_operations',
  instrument: 'counter',
  unit: '{operation}',
  brief: 'Database operations slower than PROMTEL_SLOW_DB_SECONDS.',
  stability: 'development',
  attributes: operation,
});

export const dbClientConnectionCount = defineMetric({
  name: 'db.client.connection.count',
  instrument: 'updowncounter',
  unit: '{connection}',
  brief: 'The number of connections that are currently in state described by the `state` attribute.',
  stability: 'development',
  attributes: [...pool, dbClientConnectionState],
});

export const dbClientConnectionLimit = defineMetric({
  name: 'db.client.connection.limit',
  instrument: 'updowncounter',
  unit: '{connection}',
  brief: 'The maximum number of open connections allowed.',
  stability: 'development',
  attributes: pool,
});

export const dbClientConnectionPendingRequests = defineMetric({
  name: 'db.client.connection.pending_requests',
  instrument: 'updowncounter',
  unit: '{request}',
  brief: 'The number of current pending requests for an open connection.',
  stability: 'development',
  attributes: pool,
});

export const dbClientConnectionTimeouts = defineMetric({
  name: 'db.client.connection.timeouts',
  instrument: 'counter',
  unit: '{timeout}',
  brief: 'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
  stability: 'development',
  attributes: pool,
});

export const dbClientConnectionCreateTime = defineMetric({
  name: 'db.client.connection.create_time',
  instrument: 'histogram',
  unit: 's',
  brief: 'The time it took to create a new connection.',
  stability: 'development',
  buckets: SECONDS_DB,
  attributes: pool,
});

export const dbClientConnectionWaitTime = defineMetric({
  name: 'db.client.connection.wait_time',
  instrument: 'histogram',
  unit: 's',
  brief: 'The time it took to obtain an open connection from the pool.',
  stability: 'development',
  buckets: SECONDS_DB,
  attributes: pool,
});

export const dbClientConnectionUseTime = defineMetric({
  name: 'db.client.connection.use_time',
  instrument: 'histogram',
  unit: 's',
  brief: 'The time between borrowing a connection and returning it to the pool.',
  stability: 'development',
  buckets: SECONDS_DB,
  attributes: pool,
});

/** Not in the conventions, which count only the errors of operations: a connection can fail while none runs. */
export const dbClientConnectionErrors = defineMetric({
  name: 'db.client.connection.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Connections that failed to open or broke.',
  stability: 'development',
  attributes: [...pool, errorType],
});
