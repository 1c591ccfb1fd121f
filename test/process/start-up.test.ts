// What a process loads of promtel's files: few when it starts, those of a library when it uses the library, and no others.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../kit/apps/run-to-end.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const register = new URL('../../dist/register.js', import.meta.url).href;
const dist = new URL('../../dist/', import.meta.url);

/** Prints what was loaded, as the process ends. */
const COUNTING = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  process.on('exit', () => console.log(JSON.stringify(loaded)));
`)}`;

const AT_START = ['register.js', 'shared.js'];

let folder = '';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'promtel-start-up-')));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of ['express', 'express4', 'fastify', 'hono', 'keyv', 'koa', 'mysql2', 'pg'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(join(root, 'node_modules/pg'), join(folder, 'node_modules/postgres-client'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): string {
  writeFileSync(join(folder, file), text);
  return join(folder, file);
}

/** The files of the package that a program loads. */
async function filesOf(program: string, { preload = true } = {}): Promise<string[]> {
  const args = ['--import', COUNTING, ...(preload ? ['--import', register] : []), program];
  const { code, stdout, stderr } = await runToEnd(args, { OTEL_EXPORTER_PROMETHEUS_PORT: '0' });
  expect({ code, stderr }, stderr).toEqual({ code: 0, stderr: expect.stringMatching(/^promtel: [^\n]*\n$/) });
  const loaded = JSON.parse(stdout.trim().split('\n').at(-1)!) as string[];
  expect(loaded.filter((url) => url.includes('/node_modules/@opentelemetry/sdk'))).toEqual([]);
  return loaded
    .filter((url) => url.startsWith(dist.href))
    .map((url) => url.slice(dist.href.length))
    .toSorted();
}

const NOTHING = `import 'node:http';`;

describe('start-up', () => {
  it('a process loads the entry and what entries share when it starts', async () => {
    expect(await filesOf(write('nothing.mjs', NOTHING))).toEqual(AT_START);
    expect(await filesOf(write('nothing.cjs', `require('node:http');`))).toEqual(AT_START);
  });

  it('a program that imports promtel itself loads the same files at its start', async () => {
    expect(await filesOf(write('own-import.mjs', `import '${register}'; ${NOTHING}`), { preload: false })).toEqual(AT_START);
  });

  it('worker threads, in which promtel does nothing, load no further files', async () => {
    const program = `const { Worker } = require('node:worker_threads'); new Worker('0', { eval: true });`;
    expect(await filesOf(write('worker.cjs', program))).toEqual(AT_START);
  });

  it('the files of the start hold nothing but ASCII, which V8 keeps in half the memory and compiles faster', () => {
    expect(readFileSync(new URL('shared.js', dist)).findIndex((byte) => byte > 0x7f)).toBe(-1);
  });

  it('the files of the start are small, as they are compiled each time', () => {
    expect(statSync(new URL('shared.js', dist)).size).toBeLessThan(220 * 1024);
  });
});

describe('the use of a library', () => {
  it.each([
    ['express', ['express.js']],
    ['express4', ['express.js']],
    ['koa', ['koa.js']],
    ['pg', ['db.js', 'pg/pg-pool.js', 'pg/pg.js']],
    ['postgres-client', ['db.js', 'pg/pg-pool.js', 'pg/pg.js']],
    ['mysql2', ['db.js', 'mysql2/mysql2.js']],
    ['fastify', []],
  ])('%s, required or imported, adds its own files and those of its area', async (name, files) => {
    const expected = [...AT_START, ...files].toSorted();
    expect(await filesOf(write(`${name}.cjs`, `require('${name}'); setTimeout(() => process.exit(), 50);`))).toEqual(expected);
    expect(await filesOf(write(`${name}.mjs`, `import '${name}'; setTimeout(() => process.exit(), 50);`))).toEqual(expected);
  });

  it('keyv and hono, which have ES modules, add the same files to both kinds of programs', async () => {
    const keyv = [...AT_START, 'cache.js', 'keyv.js'];
    expect(await filesOf(write('keyv.mjs', `import 'keyv';`))).toEqual(expect.arrayContaining(keyv));
    expect(await filesOf(write('keyv.cjs', `require('keyv');`))).toEqual(expect.arrayContaining(keyv));
    expect(await filesOf(write('hono.mjs', `import 'hono';`))).toEqual([...AT_START, 'hono.js'].toSorted());
    expect(await filesOf(write('hono.cjs', `require('hono');`))).toEqual([...AT_START, 'hono.js'].toSorted());
  });

  it('the files of fastify are loaded when a server is made, also by one that is bundled into the program', async () => {
    expect(await filesOf(write('use-fastify.cjs', `require('fastify')();`))).toEqual(['fastify.js', ...AT_START]);
    const bundled = `require('node:diagnostics_channel').channel('fastify.initialization').publish({ fastify: { version: '5.0.0', addHook() {} } });`;
    expect(await filesOf(write('bundled.cjs', bundled))).toEqual(['fastify.js', ...AT_START]);
  });

  it('the files of fetch are loaded with its first request', async () => {
    const program = `fetch('http://127.0.0.1:65535').catch(() => {});`;
    expect(await filesOf(write('fetch.mjs', program))).toEqual(['llm.js', 'llm/llm.js', ...AT_START, 'undici.js']);
  });
});
