// Programs with mysql2 under promtel: ES modules and CommonJS are measured, and they end as they do without promtel.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type Ending, runToEnd } from '../kit/apps/run-to-end.ts';
import { freePort } from '../kit/free-port.ts';
import { startMariadb } from '../kit/servers/mariadb-process.ts';
import { testsWithServer } from '../kit/with-program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'promtel-mysql2-'));
mkdirSync(join(folder, 'node_modules'));
for (const name of ['mysql2', 'promtel']) link(name, folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function link(name: string, into: string): void {
  symlinkSync(name === 'promtel' ? root : join(root, 'node_modules', name), join(into, 'node_modules', name));
}

const testWithServer = testsWithServer('mariadbd', (program) => startMariadb(program));

const UNDER_PROMTEL = ['--import', join(root, 'register.js')];

/** Runs a program of the folder, whose place to connect to is in `URL`. */
function run(file: string, program: string, url: string, preload: readonly string[] = UNDER_PROMTEL): Promise<Ending> {
  writeFileSync(join(folder, file), program);
  return runToEnd([...preload, join(folder, file)], { URL: url, OTEL_EXPORTER_PROMETHEUS_PORT: '0' });
}

const PRINT = `
const { collect } = await import('promtel/testing');
const samples = (await collect()).filter(({ name }) => name.startsWith('db.'));
for (const { name, value, attributes } of samples.filter(({ value }) => value > 0))
  console.log(name.replace('db.client.', ''), value, attributes['db.operation.name'] ?? attributes['db.client.connection.state'] ?? '');`;

const USE = `
  const pool = mysql.createPool(process.env.URL);
  await pool.query('SELECT 1');
  await pool.execute('SELECT 1');
  ${PRINT}
  await pool.end();`;

const USED = [
  'connection.count 1 idle',
  'connection.create_time 1',
  'connection.limit 10',
  'connection.use_time 2',
  'connection.wait_time 2',
  'operation.duration 2 SELECT',
  'response.returned_rows 2 SELECT',
];

function linesOf({ stdout }: Ending): string[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .toSorted();
}

describe('a program with a pool', () => {
  const programs = {
    'promise.mjs': `import mysql from 'mysql2/promise';${USE}`,
    'named.mjs': `import { createPool } from 'mysql2/promise'; const mysql = { createPool };${USE}`,
    'callbacks.mjs': `import { createPool } from 'mysql2'; const mysql = { createPool: (url) => createPool(url).promise() };${USE}`,
    'promise.cjs': `const mysql = require('mysql2/promise'); (async () => {${USE}})();`,
  };
  for (const [file, program] of Object.entries(programs)) {
    testWithServer(`a pool of mysql2 is measured, and the program ends: ${file}`, async ({ url }) => {
      const ending = await run(file, program, url);
      expect(ending).toMatchObject({ code: 0, signal: null, stderr: expect.stringMatching(/^promtel: .*\n$/) });
      expect(linesOf(ending)).toEqual(USED);
    });
  }
});

describe('an unhandled error', () => {
  /** Without the frames, which differ, and the start-up line. */
  const comparable = ({ stderr, ...rest }: Ending) => ({ ...rest, stderr: stderr.replace(/^( +at .*|promtel: .*)\n/gm, '') });

  const programs = {
    'of a query': `connection.query('SELECT * FROM missing');`,
    'of a prepared statement': `connection.execute('SELECT * FROM missing');`,
    'of a connection that is refused': '',
    'of a query that somebody listens for': `connection.query('SELECT * FROM missing').on('error', ({ code }) => { console.log(code); connection.end(); });`,
    'of a query in a pool': `const pool = mysql.createPool(process.env.URL); pool.query('SELECT * FROM missing').once('end', () => pool.end()); connection.end();`,
  };
  for (const [title, statement] of Object.entries(programs)) {
    testWithServer(`an unhandled error of mysql2 ends the program as without promtel: ${title}`, async ({ url }) => {
      const program = `const mysql = require('mysql2'); const connection = mysql.createConnection(process.env.URL);${statement}`;
      const place = statement === '' ? `mysql://127.0.0.1:${await freePort()}` : url;
      const [bare, measured] = await Promise.all([run('bare.cjs', program, place, []), run('measured.cjs', program, place)]);
      const named = { ...bare, stderr: bare.stderr.replaceAll('bare.cjs', 'measured.cjs') };
      expect(comparable(measured)).toEqual(comparable(named));
      expect(bare.signal).toBeNull();
    });
  }
});

it('an unsupported version of mysql2 is reported and not patched', async () => {
  const old = join(folder, 'old');
  const copy = join(old, 'node_modules/mysql2');
  mkdirSync(join(old, 'node_modules'), { recursive: true });
  link('promtel', old);
  cpSync(join(root, 'node_modules/mysql2'), copy, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of Object.keys(manifest.dependencies)) link(name, old);
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, version: '3.19.1' }));
  writeFileSync(
    join(copy, 'lib/tracing.js'),
    'exports.shouldTrace = () => false; exports.traceCallback = (_, run, _1, _2, self, ...values) => run.apply(self, values);',
  );
  const program = `const mysql = require('mysql2/promise'); (async () => {
    await mysql.createPool(process.env.URL).query('SELECT 1').catch(({ code }) => console.log(code));
    ${PRINT}
    process.exit();
  })();`;
  const { stdout, stderr } = await run('old/app.cjs', program, `mysql://127.0.0.1:${await freePort()}`);
  expect(stdout).toBe('ECONNREFUSED\n');
  expect(stderr.match(/mysql2 3.19.1.*/g)).toEqual(['mysql2 3.19.1 alone: it knows >=3.20 <4']);
});
