// Databases as their clients see them. Names and attributes follow OpenTelemetry semantic conventions 1.44.
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
  brief: 'Duration of database operations.',
  stability: 'stable',
  buckets: SECONDS_DB,
  attributes: [...operation, errorType],
});

export const dbClientResponseReturnedRows = defineMetric({
  name: 'db.client.response.returned_rows',
  instrument: 'histogram',
  unit: '{row}',
  brief: 'Rows or documents that operations returned.',
  stability: 'development',
  buckets: ROWS,
  attributes: operation,
});

/** Not in the conventions, whose bounds have none that an operator can move. */
export const dbClientSlowOperations = defineMetric({
  name: 'db.client.slow_operations',
  instrument: 'counter',
  unit: '{operation}',
  brief: 'Database operations that took longer than PROMTEL_SLOW_DB_SECONDS.',
  stability: 'development',
  attributes: operation,
});

export const dbClientConnectionCount = defineMetric({
  name: 'db.client.connection.count',
  instrument: 'updowncounter',
  unit: '{connection}',
  brief: 'Connections of a pool.',
  stability: 'development',
  attributes: [...pool, dbClientConnectionState],
});

export const dbClientConnectionLimit = defineMetric({
  name: 'db.client.connection.limit',
  instrument: 'updowncounter',
  unit: '{connection}',
  brief: 'Connections that a pool may open.',
  stability: 'development',
  attributes: pool,
});

export const dbClientConnectionPendingRequests = defineMetric({
  name: 'db.client.connection.pending_requests',
  instrument: 'updowncounter',
  unit: '{request}',
  brief: 'Requests that wait for a connection of a pool.',
  stability: 'development',
  attributes: pool,
});

export const dbClientConnectionTimeouts = defineMetric({
  name: 'db.client.connection.timeouts',
  instrument: 'counter',
  unit: '{timeout}',
  brief: 'Requests that waited in vain for a connection of a pool.',
  stability: 'development',
  attributes: pool,
});

export const dbClientConnectionCreateTime = defineMetric({
  name: 'db.client.connection.create_time',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time that it took to open a connection.',
  stability: 'development',
  buckets: SECONDS_DB,
  attributes: pool,
});

export const dbClientConnectionWaitTime = defineMetric({
  name: 'db.client.connection.wait_time',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time that requests waited for a connection of a pool.',
  stability: 'development',
  buckets: SECONDS_DB,
  attributes: pool,
});

export const dbClientConnectionUseTime = defineMetric({
  name: 'db.client.connection.use_time',
  instrument: 'histogram',
  unit: 's',
  brief: 'Time from lending a connection out to its return.',
  stability: 'development',
  buckets: SECONDS_DB,
  attributes: pool,
});

/** Not in the conventions, which have no place for a connection that fails while nobody waits for it. */
export const dbClientConnectionErrors = defineMetric({
  name: 'db.client.connection.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Connections that could not be opened, or broke.',
  stability: 'development',
  attributes: [...pool, errorType],
});
