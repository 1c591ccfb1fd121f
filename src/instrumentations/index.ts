// Every instrumentation there is: those of Node and its host, and one line for each library, whose file is loaded when it is used.
import { loadModule } from '../core/load-module.ts';
import type { Instrumentation } from '../hooks/instrumentation.ts';
import type { LibrarySigns } from '../hooks/modules/library-use.ts';
import { httpConnections } from './http/http-connections.ts';
import { httpServer } from './http/http-server.ts';
import { http2Server } from './http/http2-server.ts';
import { runtimeNode } from './runtime.ts';

/** What most processes use: followed from the start on. */
export const nodeInstrumentations: readonly Instrumentation[] = [http2Server, httpConnections, httpServer, runtimeNode];

/** An instrumentation that is not loaded yet. */
export interface InstrumentationFile {
  /** The instrumentation's name. */
  readonly name: string;
  /** The file in this folder that exports it, without the extension. */
  readonly file: string;
}

/** What is only read when metrics are collected: loaded then. */
export const readAtCollection: readonly InstrumentationFile[] = [
  { name: 'host-metrics', file: 'at-collection' },
  { name: 'process', file: 'at-collection' },
  { name: 'self', file: 'at-collection' },
];

export type Library = InstrumentationFile & LibrarySigns;

// oxfmt-ignore
export const libraries: readonly Library[] = [
  { name: 'ai', file: 'ai/ai', packages: { ai: 'dist/index.js' }, hasEsModules: true, globalList: 'AI_SDK_TELEMETRY_INTEGRATIONS' },
  { name: 'bedrock', file: 'bedrock/bedrock', packages: { '@aws-sdk/client-bedrock-runtime': 'dist-cjs/index.js' } },
  { name: 'bullmq', file: 'bullmq/bullmq-queues', packages: { bullmq: 'dist/cjs/classes/index.js' } },
  { name: 'bullmq', file: 'bullmq/bullmq', packages: { bullmq: 'dist/cjs/classes/index.js' } },
  // Before Keyv, which needs the ES module of cache-manager as well: this one has it loaded so that its functions can be replaced.
  { name: 'cache-manager', file: 'cache-manager', packages: { 'cache-manager': 'dist/index.cjs' }, hasEsModules: true },
  { name: 'express', file: 'express', packages: { express: 'lib/router/layer.js', router: 'lib/layer.js' }, channels: ['tracing:express.router.request:start'] },
  { name: 'fastify', file: 'fastify', channels: ['fastify.initialization'] },
  { name: 'hono', file: 'hono', packages: { hono: 'dist/cjs/hono-base.js' }, hasEsModules: true },
  { name: 'http', file: 'http/http-client', channels: ['http.client.request.created'] },
  { name: 'ioredis', file: 'ioredis/ioredis', packages: { ioredis: ['built/Redis.js', 'built/redis/index.js'] }, channels: ['tracing:ioredis:connect:start'] },
  { name: 'keyv', file: 'keyv', packages: { keyv: 'dist/index.cjs', 'cache-manager': 'dist/index.cjs' }, hasEsModules: true },
  { name: 'knex', file: 'knex', packages: { knex: 'lib/client.js' } },
  { name: 'koa', file: 'koa', packages: { koa: 'lib/context.js' } },
  { name: 'langchain', file: 'langchain/langchain', packages: { '@langchain/core': 'dist/utils/async_caller.cjs' }, hasEsModules: true },
  { name: 'llm', file: 'llm/llm', channels: ['undici:request:create'] },
  { name: 'lru-cache', file: 'lru-cache', channels: ['lru-cache:metrics', 'tracing:lru-cache:start'] },
  { name: 'mcp', file: 'mcp/mcp', packages: { '@modelcontextprotocol/sdk': 'dist/cjs/shared/protocol.js', '@modelcontextprotocol/client': 'dist/index.cjs', '@modelcontextprotocol/server': 'dist/index.cjs' }, hasEsModules: true },
  { name: 'mongodb', file: 'mongodb/mongodb', packages: { mongodb: 'lib/cmap/connection.js' } },
  { name: 'mysql2', file: 'mysql2/mysql2', packages: { mysql2: 'lib/base/connection.js' }, channels: ['tracing:mysql2:query:start', 'tracing:mysql2:execute:start'] },
  { name: 'pg-pool', file: 'pg/pg-pool', packages: { 'pg-pool': 'index.js' } },
  { name: 'pg', file: 'pg/pg', packages: { pg: 'lib/client.js' } },
  { name: 'redis', file: 'redis', packages: { '@redis/client': 'dist/index.js', redis: 'index.js' }, channels: ['tracing:node-redis:connect:start', 'tracing:node-redis:command:start', 'tracing:node-redis:batch:start', 'node-redis:connection:ready', 'node-redis:error', 'node-redis:pool:connection-wait', 'node-redis:cache:request'] },
  { name: 'undici', file: 'undici', channels: ['undici:request:create'] },
];

/**
 * Loads an instrumentation.
 *
 * @throws Error where the file is missing, as when promtel itself was bundled
 */
export function loadInstrumentation({ name, file }: InstrumentationFile): Instrumentation {
  const { url } = import.meta;
  const extension = url.slice(url.lastIndexOf('.'));
  const exports = loadModule(`./${file}${extension}`, url);
  return Object.values(exports).find((exported) => isInstrumentation(exported) && exported.name === name) as Instrumentation;
}

function isInstrumentation(exported: unknown): exported is Instrumentation {
  return typeof (exported as Partial<Instrumentation> | null)?.attach === 'function';
}
