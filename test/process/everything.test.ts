// A program that uses every library of jobs, caches and databases at once: each is measured, and it ends when its work is done.
import { afterAll, expect } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { countsOf } from '../kit/samples/samples.ts';
import { startMariadb } from '../kit/servers/mariadb-process.ts';
import { startMongo } from '../kit/servers/mongo-process.ts';
import { openOtlpSink } from '../kit/servers/otlp-sink.ts';
import { startPostgres } from '../kit/servers/postgres-process.ts';
import { startRedis } from '../kit/servers/redis-process.ts';
import { type Programs, testWithAll } from '../kit/with-program.ts';

const servers = new AsyncDisposableStack();
afterAll(() => servers.disposeAsync());

const SERVERS = ['redis-server', 'postgres', 'mariadbd', 'mongo-java-server'] as const;

/** Starts a server of each kind, and gives their addresses. */
async function startAll(programs: Programs<(typeof SERVERS)[number]>): Promise<Record<string, string>> {
  const redis = servers.use(await startRedis(programs['redis-server']));
  const postgres = servers.use(await startPostgres(programs.postgres));
  const mariadb = servers.use(await startMariadb(programs.mariadbd));
  const mongo = servers.use(await startMongo(programs['mongo-java-server']));
  return { redis: redis.url, postgres: postgres.url, mariadb: mariadb.url, mongo: mongo.url };
}

testWithAll(SERVERS, 'a program that uses every library at once has each measured, and ends by itself', async (programs) => {
  const urls = await startAll(programs);
  const sink = await openOtlpSink();
  const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
  const args = ['--import', './register.js', './test/process/fixtures/everything.mjs', JSON.stringify(urls)];
  const ending = await runToEnd(args, env);
  expect(ending.stderr).toMatch(/^promtel: .*\n$/);
  expect(ending.code).toBe(0);
  const { points } = sink.requests.at(-1)!;
  await sink.close();
  const systems = Object.keys(countsOf(points, 'db.client.operation.duration', ['db.system.name'])).toSorted();
  expect(systems).toEqual(['mariadb', 'mongodb', 'postgresql', 'redis']);
  expect(countsOf(points, 'job.duration', ['queue.name', 'job.outcome'])).toEqual({ 'everything completed': 1 });
  const caches = Object.keys(countsOf(points, 'cache.requests', ['cache.system'])).toSorted();
  expect(caches).toEqual(['keyv', 'lru-cache', 'redis']);
  expect(Object.keys(countsOf(points, 'cache.operation.duration', ['cache.system']))).toEqual(['cache-manager']);
});
