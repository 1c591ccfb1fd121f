// Programs that use MongoDB by its driver and by Mongoose, unchanged: all is counted once, and they end when their work is done.
//
// Mongoose 9 goes through a driver of its own, of another version and nested in its folder, as npm installs it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { countsOf } from '../kit/samples/samples.ts';
import { startMongo } from '../kit/servers/mongo-process.ts';
import { commandsOf, emptyMongo } from '../kit/servers/mongo-tests.ts';
import { openOtlpSink, type OtlpSink } from '../kit/servers/otlp-sink.ts';
import { testsWithServer } from '../kit/with-program.ts';

const require = createRequire(import.meta.url);

const FIXTURES = './test/process/fixtures';

describe('a program that uses MongoDB', () => {
  let sink: OtlpSink;

  const test = testsWithServer('mongo-java-server', (program) => startMongo(program));
  beforeEach(async () => {
    sink = await openOtlpSink();
  });
  afterEach(() => sink.close());

  it('Mongoose of the test has a different copy of the MongoDB driver', () => {
    const own = createRequire(require.resolve('mongoose')).resolve('mongodb/package.json');
    expect(own).not.toBe(require.resolve('mongodb/package.json'));
  });

  for (const [option, file, driver] of [
    ['--import', 'mongodb.mjs', 'mongodb'],
    ['--require', 'mongodb.cjs', 'mongodb'],
    ['--import', 'mongodb.mjs', 'mongodb6'],
    ['--import', 'mongodb.cjs', 'mongodb6'],
  ] as const)
    test(`each MongoDB command is counted once, and the program ends: ${option} ${file} with ${driver}`, async (server) => {
      await emptyMongo(server, ['shop', 'people']);
      const env = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
      const ending = await runToEnd([option, './register.js', `${FIXTURES}/${file}`, server.url, driver], env);
      expect(ending.stderr).toMatch(/^promtel: .*\n$/);
      expect(ending.code).toBe(0);
      const { points } = sink.requests.at(-1)!;
      expect(commandsOf(points)).toEqual(COMMANDS);
      const reported = JSON.parse(ending.stdout) as Record<string, number>;
      expect(countsOf(points, 'db.client.operation.duration', ['db.namespace', 'db.operation.name'])).toEqual(reported);
    });

  test('a program that uses MongoDB ends by itself while its metrics can be scraped', async (server) => {
    await emptyMongo(server, ['shop', 'people']);
    const env = { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    const args = ['--import', './register.js', `${FIXTURES}/mongodb.mjs`, server.url, 'mongodb'];
    const { code, stderr } = await runToEnd(args, env);
    expect(stderr).toMatch(/^promtel: .*\n$/);
    expect(code).toBe(0);
  });
});

describe('an unsupported version of the driver', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'promtel-mongodb-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Puts a package that has the driver's files where a program can load it, and gives the program. */
  function programWith(version: string): string {
    const home = join(folder, version);
    const lib = join(home, 'node_modules/mongodb/lib');
    const files = ['cmap/connection', 'cmap/connection_pool', 'operations/execute_operation'];
    for (const file of files) {
      mkdirSync(dirname(join(lib, file)), { recursive: true });
      writeFileSync(join(lib, `${file}.js`), 'exports.Connection = exports.ConnectionPool = class {};\n');
    }
    writeFileSync(join(lib, 'index.js'), files.map((file) => `require('./${file}');\n`).join(''));
    writeFileSync(join(lib, '../package.json'), JSON.stringify({ name: 'mongodb', version, main: 'lib/index.js' }));
    const program = join(home, 'program.cjs');
    writeFileSync(program, "require('mongodb');\n");
    return program;
  }

  it.each(['4.17.2', '6.4.0', '8.0.0'])(
    'an unsupported version of the MongoDB driver is reported in one line and not patched: %s',
    async (version) => {
      const env = { OTEL_METRICS_EXPORTER: 'none' };
      const { code, stderr } = await runToEnd(['--import', './register.js', programWith(version)], env);
      expect(code).toBe(0);
      const said = stderr.split('\n').filter((line) => line.includes('mongodb:'));
      expect(said).toEqual([expect.stringContaining(`leaves mongodb ${version} alone: it knows >=6.5 <8`)]);
    },
  );
});

/** What the program does by the driver (`items`) and by Mongoose (`users`). */
const COMMANDS = {
  'insert items': 1,
  'insert items 11000': 1,
  'find items': 1,
  'getMore items': 1,
  'create users': 1,
  'createIndexes users': 1,
  'insert users': 3,
  'insert users 11000': 1,
  'delete users': 1,
  'find users': 2,
  'getMore users': 1,
  'update users': 1,
  'aggregate users': 2,
};
