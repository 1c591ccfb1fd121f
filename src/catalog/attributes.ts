// Attributes of HTTP, jobs, caches, databases, pipelines and promtel itself, each with the bound on its values.
import { OTHER } from '../core/attribute.ts';

/** The methods of RFC 9110, PATCH and QUERY, as semantic conventions 1.45 list them. Anything else is `_OTHER`. */
export const httpRequestMethod = {
  key: 'http.request.method',
  type: 'string',
  brief: 'HTTP request method.',
  values: ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE', OTHER],
} as const;

/** A method as it is recorded: one that is not listed becomes `_OTHER`. */
export type HttpRequestMethod = (typeof httpRequestMethod.values)[number];

export const httpRoute = {
  key: 'http.route',
  type: 'string',
  brief: 'The matched route template for the request.',
  note: 'For example /users/:id; absent where no route matched.',
} as const;

export const httpResponseStatusCode = {
  key: 'http.response.status_code',
  type: 'int',
  brief: 'HTTP response status code.',
} as const;

export const urlScheme = {
  key: 'url.scheme',
  type: 'string',
  brief: 'The URI scheme component identifying the used protocol.',
  values: ['http', 'https', OTHER],
} as const;

export const networkProtocolVersion = {
  key: 'network.protocol.version',
  type: 'string',
  brief: 'The actual version of the protocol used for network communication.',
  cap: 10,
} as const;

export const errorType = {
  key: 'error.type',
  type: 'string',
  brief: 'Describes a class of error the operation ended with.',
  note: 'It is an error status, an error code or name, or aborted; absent on success.',
  cap: 100,
} as const;

export const serverAddress = {
  key: 'server.address',
  type: 'string',
  brief: 'Server domain name if available without reverse DNS lookup; otherwise, IP address or UNIX domain socket name.',
} as const;

export const serverPort = { key: 'server.port', type: 'int', brief: 'Server port number.' } as const;

export const queueName = { key: 'queue.name', type: 'string', brief: 'Name of the queue.', cap: 200 } as const;

export const jobName = {
  key: 'job.name',
  type: 'string',
  brief: 'Name of the job, the same for all jobs of a kind.',
  cap: 200,
} as const;

export const jobOutcome = {
  key: 'job.outcome',
  type: 'string',
  brief: 'Outcome of the attempt; failed is final, retried and postponed jobs run again.',
  values: ['completed', 'failed', 'retried', 'postponed'],
} as const;

export type JobOutcome = (typeof jobOutcome.values)[number];

export const queueState = {
  key: 'queue.state',
  type: 'string',
  brief: 'State of the jobs.',
  values: ['waiting', 'active', 'completed', 'failed', 'delayed', 'prioritized', 'paused', 'waiting-children'],
} as const;

export const cacheName = { key: 'cache.name', type: 'string', brief: 'Name of the cache.', cap: 100 } as const;

export const cacheSystem = {
  key: 'cache.system',
  type: 'string',
  brief: 'Library or server of the cache, such as lru-cache or redis.',
  cap: 20,
} as const;

export const cacheResult = {
  key: 'cache.result',
  type: 'string',
  brief: 'Result of the look-up; stale if the item was present but out of date.',
  values: ['hit', 'miss', 'stale'],
} as const;

export const cacheOperation = {
  key: 'cache.operation',
  type: 'string',
  brief: 'Operation on the cache, such as get, set or load.',
  cap: 20,
} as const;

export const cacheEvictionReason = {
  key: 'cache.eviction.reason',
  type: 'string',
  brief: 'Why the item was evicted: no capacity left, expired, or invalidated.',
  values: ['capacity', 'expired', 'invalidated'],
} as const;

export const dbSystemName = {
  key: 'db.system.name',
  type: 'string',
  brief: 'The database management system (DBMS) product as identified by the client instrumentation.',
  note: 'For example postgresql or redis.',
  cap: 20,
} as const;

export const dbOperationName = {
  key: 'db.operation.name',
  type: 'string',
  brief: 'The name of the operation or command being executed.',
  note: 'For example SELECT, findOne or GET.',
  cap: 200,
} as const;

export const dbCollectionName = {
  key: 'db.collection.name',
  type: 'string',
  brief: 'The name of a collection (table, container) within the database.',
  note: 'Absent where the library gives none.',
  cap: 200,
} as const;

export const dbNamespace = {
  key: 'db.namespace',
  type: 'string',
  brief: 'The name of the database, fully qualified within the server address and port.',
  cap: 100,
} as const;

export const dbClientConnectionPoolName = {
  key: 'db.client.connection.pool.name',
  type: 'string',
  brief: 'The name of the connection pool.',
  note: 'The default is host:port/namespace.',
  cap: 100,
} as const;

export const dbClientConnectionState = {
  key: 'db.client.connection.state',
  type: 'string',
  brief: 'The state of a connection in the pool.',
  values: ['idle', 'used'],
} as const;

export const pipelineName = { key: 'pipeline.name', type: 'string', brief: 'Name of the pipeline.', cap: 100 } as const;

export const pipelineStage = { key: 'pipeline.stage', type: 'string', brief: 'Name of the stage.', cap: 200 } as const;

export const pipelineOutcome = {
  key: 'pipeline.outcome',
  type: 'string',
  brief: 'Outcome of the stage.',
  values: ['success', 'error'],
} as const;

export const pipelineItemOutcome = {
  key: 'pipeline.item.outcome',
  type: 'string',
  brief: 'Outcome of the item.',
  values: ['success', 'skipped', 'error'],
} as const;

export const sourceType = {
  key: 'source.type',
  type: 'string',
  brief: 'Kind of source that the item came from, such as rss.',
  cap: 100,
} as const;

export const telemetryDistroVersion = {
  key: 'telemetry.distro.version',
  type: 'string',
  brief: 'The version string of the auto instrumentation agent or distribution, if used.',
  note: 'It is the version of promtel.',
} as const;

export const processRuntimeVersion = {
  key: 'process.runtime.version',
  type: 'string',
  brief: 'The version of the runtime of this process, as returned by the runtime without modification.',
  note: 'It is the version of Node.js.',
} as const;

export const metricName = { key: 'metric.name', type: 'string', brief: 'OpenTelemetry name of the metric.' } as const;

export const instrumentationName = {
  key: 'instrumentation.name',
  type: 'string',
  brief: 'Name of the instrumentation, as in OTEL_NODE_ENABLED_INSTRUMENTATIONS.',
} as const;

export const collectionSubject = {
  key: 'collection.subject',
  type: 'string',
  brief: 'What was read, such as an instrumentation or a callback of the application.',
  cap: 100,
} as const;

export const exporterName = {
  key: 'exporter.name',
  type: 'string',
  brief: 'Name of the exporter, as in OTEL_METRICS_EXPORTER.',
  cap: 20,
} as const;
