// Every copy of @opentelemetry/api, old or new, packaged or bundled, can read and register through the global object.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import type * as Api from '@opentelemetry/api';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onProblem, type Problem } from '../../src/core/problem.ts';
import { type ApiName, GlobalApi } from '../../src/sdk/global-api.ts';

type Copy = typeof Api;

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
const KEY = Symbol.for('opentelemetry.js.api.1');
const folder = mkdtempSync(join(tmpdir(), 'promtel-api-'));
let bundles = 0;

/** A copy as bundlers leave it, between modules that hold versions of other things. */
async function bundled(name: string, format: 'cjs' | 'esm', minify: boolean): Promise<Copy> {
  const outfile = join(folder, `bundle-${(bundles += 1)}.${format === 'cjs' ? 'cjs' : 'mjs'}`);
  for (const around of ['before', 'after']) writeFileSync(join(folder, `${around}.js`), `export const ${around} = "1.77.0";`);
  const modules = [join(folder, 'before.js'), name, join(folder, 'after.js')];
  const contents = modules.map((module) => `export * from ${JSON.stringify(module)};`).join('\n');
  const mainFields = format === 'esm' ? ['module', 'main'] : ['main'];
  await build({
    stdin: { contents, resolveDir: root },
    outfile,
    format,
    minify,
    mainFields,
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
  });
  return format === 'cjs' ? require(outfile) : import(pathToFileURL(outfile).href);
}

/** Loaded anew each time, since a copy keeps state in its modules. */
function packaged(name: string): Copy {
  for (const file of Object.keys(require.cache)) if (/\/(api1\d|@opentelemetry\/api)\//.test(file)) delete require.cache[file];
  return require(name);
}

const copies: readonly [name: string, load: () => Copy | Promise<Copy>][] = [
  ['1.0, CommonJS', () => packaged('api10')],
  ['1.4, CommonJS', () => packaged('api14')],
  ['1.9, CommonJS', () => packaged('api19')],
  ['1.10, CommonJS', () => packaged('@opentelemetry/api')],
  ['1.10, ES module', () => import('@opentelemetry/api')],
  ['1.9, bundled as CommonJS', () => bundled('api19', 'cjs', false)],
  ['1.9, bundled and minified as an ES module', () => bundled('api19', 'esm', true)],
  ['1.4, bundled and minified as CommonJS', () => bundled('api14', 'cjs', true)],
  ['1.0, bundled as an ES module', () => bundled('api10', 'esm', false)],
  ['1.10, bundled and minified as an ES module', () => bundled('@opentelemetry/api', 'esm', true)],
];

const provider = (name: string): Api.TracerProvider & Api.MeterProvider =>
  ({ name, getTracer: () => ({ name }), getMeter: () => ({ name }) }) as never;

let notified: ApiName[];
let problems: Problem[];
let api: GlobalApi;

beforeEach(() => {
  delete (globalThis as never)[KEY];
  notified = [];
  problems = [];
  onProblem((problem) => problems.push(problem));
  api = new GlobalApi((name) => notified.push(name));
});

afterEach(() => onProblem(undefined));

describe.each(copies)('a copy of API %s', (_, load) => {
  it('registers a provider of its own and reads it back', async () => {
    api.install();
    const copy = await load();
    const manager = { active: () => copy.ROOT_CONTEXT, disable() {} } as unknown as Api.ContextManager;
    expect(copy.context.setGlobalContextManager(manager)).toBe(true);
    expect(copy.trace.setGlobalTracerProvider(provider('theirs'))).toBe(true);
    expect(copy.trace.getTracer('x')).toEqual({ name: 'theirs' });
    expect(api.registered.context).toBe(manager);
    expect(notified).toEqual(['context', 'trace']);
    expect(problems).toEqual([]);
    copy.trace.disable();
    copy.context.disable();
  });

  it('cannot register a second provider, as without promtel', async () => {
    api.install();
    const copy = await load();
    expect(copy.trace.setGlobalTracerProvider(provider('first'))).toBe(true);
    expect(copy.trace.setGlobalTracerProvider(provider('second'))).toBe(false);
    expect(copy.trace.getTracer('x')).toEqual({ name: 'first' });
    expect(notified).toEqual(['trace']);
    copy.trace.disable();
  });

  it('finds the offered provider, and may replace it by its own', async () => {
    api.install();
    const copy = await load();
    api.offer('trace', provider('offered'));
    expect(copy.trace.getTracer('x')).toEqual({ name: 'offered' });
    expect(copy.propagation.setGlobalPropagator({ fields: () => [] } as never)).toBe(true);
    expect(copy.trace.getTracer('x')).toEqual({ name: 'offered' });
    expect(copy.trace.setGlobalTracerProvider(provider('theirs'))).toBe(true);
    expect(copy.trace.getTracer('x')).toEqual({ name: 'theirs' });
    api.withdraw('trace');
    expect(copy.trace.getTracer('x')).toEqual({ name: 'theirs' });
    expect(notified).toEqual(['propagation', 'trace']);
    copy.trace.disable();
  });

  it('keeps what it had registered before promtel started', async () => {
    const copy = await load();
    expect(copy.trace.setGlobalTracerProvider(provider('early'))).toBe(true);
    api.install();
    expect(copy.trace.getTracer('x')).toEqual({ name: 'early' });
    expect(api.offer('trace', provider('late'))).toBe(false);
    expect(copy.propagation.setGlobalPropagator({ fields: () => [] } as never)).toBe(true);
    copy.trace.disable();
    expect(api.registered.trace).toBeUndefined();
  });

  it('sets and replaces its own diagnostic logger', async () => {
    api.install();
    const copy = await load();
    const lines: string[] = [];
    const logger = { error: (text: string) => lines.push(text), warn() {}, info() {}, debug() {}, verbose() {} };
    copy.diag.setLogger(logger, copy.DiagLogLevel.ERROR);
    copy.diag.error('logged');
    expect(lines).toEqual(['logged']);
    expect(api.registered.diag).toBeDefined();
    copy.diag.disable();
    expect(api.registered.diag).toBeUndefined();
  });
});

describe.each(copies.filter(([name]) => !name.startsWith('1.0')))('a copy of API %s, which has metrics,', (_, load) => {
  it('records metrics with the offered provider until it registers another', async () => {
    api.install();
    const copy = await load();
    api.offer('metrics', provider('offered'));
    expect(copy.metrics.getMeter('x')).toEqual({ name: 'offered' });
    expect(copy.metrics.setGlobalMeterProvider(provider('theirs'))).toBe(true);
    expect(copy.metrics.setGlobalMeterProvider(provider('third'))).toBe(false);
    expect(copy.metrics.getMeter('x')).toEqual({ name: 'theirs' });
    expect(notified).toEqual(['metrics']);
  });
});

describe('the global object', () => {
  it('the global object serves copies of the API of different versions side by side', () => {
    api.install();
    const [oldest, older, newest] = [packaged('api10'), packaged('api19'), packaged('@opentelemetry/api')];
    older.trace.setGlobalTracerProvider(provider('of 1.9'));
    oldest.propagation.setGlobalPropagator({ fields: () => ['of 1.0'] } as never);
    newest.metrics.setGlobalMeterProvider(provider('of 1.10'));
    for (const copy of [oldest, older, newest]) {
      expect(copy.trace.getTracer('x')).toEqual({ name: 'of 1.9' });
      expect(copy.propagation.fields()).toEqual(['of 1.0']);
    }
    expect(older.metrics.getMeter('x')).toEqual({ name: 'of 1.10' });
    for (const copy of [oldest, older, newest]) copy.trace.disable();
  });

  it('the global object reports a copy of the API whose version is not found', () => {
    api.install();
    const api1 = (globalThis as any)[KEY];
    runInThisContext('(key, api) => { globalThis[key] = api; }')(KEY, api1);
    expect(api1.version).toBe('1.9.0');
    expect((globalThis as any)[KEY].version).toBe('1.999.0');
    expect(problems).toMatchObject([{ subject: '@opentelemetry/api', message: expect.stringContaining('version') }]);
  });

  it('the global object gives way to another global object that is assigned', () => {
    api.install();
    const other = { version: '1.9.0' };
    (globalThis as any)[KEY] = other;
    expect((globalThis as any)[KEY]).toBe(other);
  });

  it('the global object leaves a global object alone that cannot be replaced, and reports it', () => {
    const realm = { version: '1.9.0' };
    Object.defineProperty(globalThis, KEY, { configurable: false, writable: true, value: realm });
    expect(api.install()).toBe(false);
    expect(problems).toHaveLength(1);
  });
});
