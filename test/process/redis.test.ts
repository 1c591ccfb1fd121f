// Programs that use Redis, unchanged: their commands are counted in every module system, and they end when their work is done.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { countsOf } from '../kit/samples/samples.ts';
import { openOtlpSink, type OtlpSink } from '../kit/servers/otlp-sink.ts';
import { startRedis } from '../kit/servers/redis-process.ts';
import { commandsOf, lookUpsOf } from '../kit/servers/redis-tests.ts';
import { testsWithServer } from '../kit/with-program.ts';

const FIXTURES = './test/process/fixtures';

describe('a program that uses Redis', () => {
  let sink: OtlpSink;

  const test = testsWithServer('redis-server', (program) => startRedis(program));
  beforeEach(async () => {
    sink = await openOtlpSink();
  });
  afterEach(() => sink.close());

  for (const [option, file, library] of [
    ['--import', 'redis.mjs', 'ioredis'],
    ['--import', 'redis.cjs', 'ioredis'],
    ['--require', 'redis.cjs', 'ioredis'],
    ['--import', 'redis.mjs', 'ioredis5'],
    ['--require', 'redis.cjs', 'ioredis5'],
    ['--import', 'redis.mjs', 'redis'],
    ['--import', 'redis.cjs', 'redis'],
    ['--require', 'redis.cjs', 'redis'],
  ] as const)
    test(`each Redis command is counted once, and the program ends: ${option} ${file} with ${library}`, async (server) => {
      const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
      const ending = await runToEnd([option, './register.js', `${FIXTURES}/${file}`, server.url, library], env);
      expect(ending, ending.stderr).toMatchObject({ code: 0, signal: null, stdout: '' });
      expect(ending.stderr).not.toMatch(/instrumentation/);
      const points = sink.requests.at(-1)!.points;
      expect(commandsOf(points)).toEqual({ SET: 1, GET: 3, MULTI: 1, 'LPUSH WRONGTYPE': 1 });
      expect(lookUpsOf(points)).toEqual({ hit: 1, miss: 2 });
      expect(countsOf(points, 'db.client.connection.create_time', [])).toEqual({ '': 2 });
      expect(countsOf(points, 'db.client.connection.count', [])).toEqual({ '': 0 });
      expect(countsOf(points, 'db.client.connection.errors', ['error.type'])).toEqual({});
    });

  test('a program that uses Redis ends by itself while its metrics can be scraped', async (server) => {
    const env = { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    const args = ['--import', './register.js', `${FIXTURES}/redis.mjs`, server.url, 'ioredis', 'ioredis5', 'redis'];
    expect(await runToEnd(args, env)).toMatchObject({ code: 0, signal: null });
  });
});

describe('a client library that publishes nothing', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'promtel-redis-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Puts a package of that name and version where a program can load it, and gives the program. */
  function programWith(name: string, version: string, main: string): string {
    const home = join(folder, `${name.replace('/', '-')}-${version}`);
    const packed = join(home, 'node_modules', name);
    mkdirSync(dirname(join(packed, main)), { recursive: true });
    writeFileSync(join(packed, 'package.json'), JSON.stringify({ name, version, main }));
    writeFileSync(join(packed, main), 'exports.createClient = () => {};\n');
    const program = join(home, 'program.cjs');
    writeFileSync(program, `require('${name}');\nrequire('${name}');\n`);
    return program;
  }

  it.each([
    ['ioredis', '4.27.11', 'built/redis/index.js', 'instrumentation ioredis: leaves ioredis 4.27.11 alone: it knows >=4.28'],
    ['@redis/client', '5.11.0', 'dist/index.js', 'instrumentation redis: leaves @redis/client 5.11.0 alone: it knows >=5.12'],
    ['@redis/client', '1.6.1', 'dist/index.js', 'instrumentation redis: leaves @redis/client 1.6.1 alone: it knows >=5.12'],
    ['redis', '3.1.2', 'index.js', 'instrumentation redis: leaves redis 3.1.2 alone: it knows >=5.12'],
  ])('an unsupported Redis client is reported in one line: %s %s', async (name, version, main, line) => {
    const { code, stderr } = await runToEnd(['--import', './register.js', programWith(name, version, main)], {
      OTEL_METRICS_EXPORTER: 'none',
    });
    expect(code, stderr).toBe(0);
    expect(stderr.split('\n').filter((said) => said.includes('alone'))).toEqual([expect.stringContaining(line)]);
  });
});
