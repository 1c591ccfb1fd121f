// Every attribute that metrics share, once: key, type, and what bounds its values.
import { OTHER } from '../core/attribute.ts';

/** The methods of RFC 9110, PATCH and QUERY, as semantic conventions 1.45 list them. Anything else is `_OTHER`. */
export const httpRequestMethod = {
  key: 'http.request.method',
  type: 'string',
  brief: 'Request method.',
  values: ['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE', OTHER],
} as const;

/** What a method is taken for when it is recorded; one that is not listed becomes `_OTHER` there. */
export type HttpRequestMethod = (typeof httpRequestMethod.values)[number];

export const httpRoute = {
  key: 'http.route',
  type: 'string',
  brief: 'Template of the route that matched, such as /users/:id; absent where none did.',
} as const;

export const httpResponseStatusCode = {
  key: 'http.response.status_code',
  type: 'int',
  brief: 'Response status.',
} as const;

export const urlScheme = {
  key: 'url.scheme',
  type: 'string',
  brief: 'Scheme of the request.',
  values: ['http', 'https', OTHER],
} as const;

export const networkProtocolVersion = {
  key: 'network.protocol.version',
  type: 'string',
  brief: 'Version of HTTP spoken.',
  cap: 10,
} as const;

export const errorType = {
  key: 'error.type',
  type: 'string',
  brief: 'Why it failed: a status that is an error, an error code or name, or aborted; absent where it did not.',
  cap: 100,
} as const;

export const serverAddress = { key: 'server.address', type: 'string', brief: 'Host that was called.' } as const;

export const serverPort = { key: 'server.port', type: 'int', brief: 'Port that was called.' } as const;

export const nodejsEventloopState = {
  key: 'nodejs.eventloop.state',
  type: 'string',
  brief: 'Whether the event loop ran code or waited.',
  values: ['active', 'idle'],
} as const;

export const v8jsGcType = {
  key: 'v8js.gc.type',
  type: 'string',
  brief: 'Kind of garbage collection.',
  values: ['minor', 'major', 'incremental', 'weakcb'],
} as const;

export const v8jsHeapSpaceName = { key: 'v8js.heap.space.name', type: 'string', brief: 'Part of the heap.', cap: 20 } as const;

export const v8jsResourceType = {
  key: 'v8js.resource.type',
  type: 'string',
  brief: 'What keeps the process alive, such as Timeout or TCPSocketWrap.',
  cap: 40,
} as const;

export const cpuMode = {
  key: 'cpu.mode',
  type: 'string',
  brief: 'What the CPU did; a process knows of user and system only.',
  values: ['user', 'system', 'nice', 'idle', 'iowait', 'interrupt', 'steal'],
} as const;

export const processContextSwitchType = {
  key: 'process.context_switch.type',
  type: 'string',
  brief: 'Whether the process gave the CPU up or was put off it.',
  values: ['voluntary', 'involuntary'],
} as const;

export const systemPagingFaultType = {
  key: 'system.paging.fault.type',
  type: 'string',
  brief: 'Whether the page had to be read from disk.',
  values: ['major', 'minor'],
} as const;

export const systemMemoryState = {
  key: 'system.memory.state',
  type: 'string',
  brief: 'Whether memory is in use or can be had without swapping.',
  values: ['used', 'available'],
} as const;

export const systemDevice = {
  key: 'system.device',
  type: 'string',
  brief: 'Device, such as sda or /dev/sda1.',
  cap: 50,
} as const;

export const systemFilesystemMountpoint = {
  key: 'system.filesystem.mountpoint',
  type: 'string',
  brief: 'Where the file system is mounted.',
  cap: 50,
} as const;

export const systemFilesystemType = {
  key: 'system.filesystem.type',
  type: 'string',
  brief: 'Type, such as ext4.',
  cap: 20,
} as const;

export const systemFilesystemState = {
  key: 'system.filesystem.state',
  type: 'string',
  brief: 'Whether space is used, free, or free for the superuser only.',
  values: ['used', 'free', 'reserved'],
} as const;

export const diskIoDirection = {
  key: 'disk.io.direction',
  type: 'string',
  brief: 'Direction.',
  values: ['read', 'write'],
} as const;

export const networkInterfaceName = {
  key: 'network.interface.name',
  type: 'string',
  brief: 'Interface, such as eth0.',
  cap: 50,
} as const;

export const networkIoDirection = {
  key: 'network.io.direction',
  type: 'string',
  brief: 'Direction.',
  values: ['receive', 'transmit'],
} as const;

export const queueName = { key: 'queue.name', type: 'string', brief: 'Name of the queue.', cap: 200 } as const;

export const jobName = { key: 'job.name', type: 'string', brief: 'Name of the kind of job.', cap: 200 } as const;

export const jobOutcome = {
  key: 'job.outcome',
  type: 'string',
  brief: 'How an attempt ended: completed, failed for good, failed and to be retried, or put off by the job itself.',
  values: ['completed', 'failed', 'retried', 'postponed'],
} as const;

export type JobOutcome = (typeof jobOutcome.values)[number];

export const queueState = {
  key: 'queue.state',
  type: 'string',
  brief: 'What the jobs of a queue wait for.',
  values: ['waiting', 'active', 'completed', 'failed', 'delayed', 'prioritized', 'paused', 'waiting-children'],
} as const;

export const cacheName = { key: 'cache.name', type: 'string', brief: 'Name of the cache.', cap: 100 } as const;

export const cacheSystem = {
  key: 'cache.system',
  type: 'string',
  brief: 'What the cache is made with, such as lru-cache or redis.',
  cap: 20,
} as const;

export const cacheResult = {
  key: 'cache.result',
  type: 'string',
  brief: 'Whether what was asked for was there; stale if it was there and out of date.',
  values: ['hit', 'miss', 'stale'],
} as const;

export const cacheOperation = {
  key: 'cache.operation',
  type: 'string',
  brief: 'What the cache did, such as get, set or load.',
  cap: 20,
} as const;

export const cacheEvictionReason = {
  key: 'cache.eviction.reason',
  type: 'string',
  brief: 'Why an item was taken out: no room, its time was over, or it was invalidated.',
  values: ['capacity', 'expired', 'invalidated'],
} as const;

export const dbSystemName = {
  key: 'db.system.name',
  type: 'string',
  brief: 'Database, such as postgresql or redis.',
  cap: 20,
} as const;

export const dbOperationName = {
  key: 'db.operation.name',
  type: 'string',
  brief: 'Operation or command, such as SELECT, findOne or GET.',
  cap: 200,
} as const;

export const dbCollectionName = {
  key: 'db.collection.name',
  type: 'string',
  brief: 'Table, collection or model, where the library tells it.',
  cap: 200,
} as const;

export const dbNamespace = { key: 'db.namespace', type: 'string', brief: 'Database within the server.', cap: 100 } as const;

export const dbClientConnectionPoolName = {
  key: 'db.client.connection.pool.name',
  type: 'string',
  brief: 'Pool, as host:port/namespace unless the application names it.',
  cap: 100,
} as const;

export const dbClientConnectionState = {
  key: 'db.client.connection.state',
  type: 'string',
  brief: 'Whether a connection is lent out.',
  values: ['idle', 'used'],
} as const;

export const pipelineName = { key: 'pipeline.name', type: 'string', brief: 'Name of the pipeline.', cap: 100 } as const;

export const pipelineStage = { key: 'pipeline.stage', type: 'string', brief: 'Stage of a pipeline.', cap: 200 } as const;

export const pipelineOutcome = {
  key: 'pipeline.outcome',
  type: 'string',
  brief: 'How a stage ended.',
  values: ['success', 'error'],
} as const;

export const pipelineItemOutcome = {
  key: 'pipeline.item.outcome',
  type: 'string',
  brief: 'What became of an item.',
  values: ['success', 'skipped', 'error'],
} as const;

export const sourceType = {
  key: 'source.type',
  type: 'string',
  brief: 'Where an item came from, such as rss.',
  cap: 100,
} as const;

export const telemetryDistroVersion = { key: 'telemetry.distro.version', type: 'string', brief: 'Version of promtel.' } as const;

export const processRuntimeVersion = { key: 'process.runtime.version', type: 'string', brief: 'Version of Node.js.' } as const;

export const metricName = { key: 'metric.name', type: 'string', brief: 'OpenTelemetry name of the metric.' } as const;

export const instrumentationName = {
  key: 'instrumentation.name',
  type: 'string',
  brief: 'Instrumentation, as in OTEL_NODE_ENABLED_INSTRUMENTATIONS.',
} as const;

export const collectionSubject = { key: 'collection.subject', type: 'string', brief: 'What was to be read.', cap: 100 } as const;

export const exporterName = {
  key: 'exporter.name',
  type: 'string',
  brief: 'Exporter, as in OTEL_METRICS_EXPORTER.',
  cap: 20,
} as const;
