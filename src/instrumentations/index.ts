// Every instrumentation there is, one line each.
import type { Instrumentation } from '../hooks/instrumentation.ts';
import { ai } from './ai/ai.ts';
import { bedrock } from './bedrock/bedrock.ts';
import { bullmqQueues } from './bullmq/bullmq-queues.ts';
import { bullmq } from './bullmq/bullmq.ts';
import { cacheManager } from './cache-manager.ts';
import { express } from './express.ts';
import { fastify } from './fastify.ts';
import { hono } from './hono.ts';
import { httpClient } from './http/http-client.ts';
import { httpConnections } from './http/http-connections.ts';
import { httpServer } from './http/http-server.ts';
import { http2Server } from './http/http2-server.ts';
import { ioredis } from './ioredis/ioredis.ts';
import { keyv } from './keyv.ts';
import { knex } from './knex.ts';
import { koa } from './koa.ts';
import { langchain } from './langchain/langchain.ts';
import { llm } from './llm/llm.ts';
import { lruCache } from './lru-cache.ts';
import { mcp } from './mcp/mcp.ts';
import { mongodb } from './mongodb/mongodb.ts';
import { mysql2 } from './mysql2/mysql2.ts';
import { pgPool } from './pg/pg-pool.ts';
import { pg } from './pg/pg.ts';
import { processUsage } from './process.ts';
import { redis } from './redis.ts';
import { runtimeNode } from './runtime.ts';
import { self } from './self.ts';
import { hostMetrics } from './system.ts';
import { undici } from './undici.ts';

export const instrumentations: readonly Instrumentation[] = [
  ai,
  bedrock,
  bullmqQueues,
  bullmq,
  cacheManager,
  express,
  fastify,
  hono,
  http2Server,
  httpClient,
  httpConnections,
  httpServer,
  ioredis,
  keyv,
  knex,
  koa,
  langchain,
  llm,
  lruCache,
  mcp,
  mongodb,
  mysql2,
  pgPool,
  pg,
  processUsage,
  redis,
  runtimeNode,
  self,
  hostMetrics,
  undici,
];
