// Ordinary applications, one for each framework and module system, unchanged: exact route templates and counts on /metrics.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { libraries, loadInstrumentation } from '../../src/instrumentations/index.ts';
import { eventually } from '../kit/apps/http-traffic.ts';
import { type App, killApps, runApp } from '../kit/apps/run-app.ts';
import { parseExposition } from '../kit/samples/parse-exposition.ts';

/** A request, with the body for a POST; the status that the application answers; the template, unless no route matched. */
type Exchange = readonly [request: string, status: number, route?: string];

const EXPRESS: readonly Exchange[] = [
  ['GET /', 200, '/'],
  ['GET /?page=2', 200, '/'],
  ['GET /health', 200, '/health'],
  ['GET /health/', 200, '/health'],
  ['GET /HEALTH', 200, '/health'],
  ['GET /about', 200, '/about/'],
  ['GET /api/acme/users', 200, '/api/:tenant/users'],
  ['GET /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['GET /api/other/users/8', 200, '/api/:tenant/users/:id'],
  ['HEAD /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['POST /api/acme/users/7/orders', 200, '/api/:tenant/users/:id/orders'],
  ['GET /shop/items/3', 200, '/shop/items/:sku'],
  ['GET /v1/things', 200, '/v1,/v2/things'],
  ['GET /v2/things', 200, '/v1,/v2/things'],
  ['GET /red', 200, '/red,/blue/:shade'],
  ['GET /blue/dark', 200, '/red,/blue/:shade'],
  ['GET /item-12', 200, String.raw`/^\/item-(\d+)$/`],
  ['DELETE /any', 200, '/any'],
  ['GET /skipped/me', 200, '/skipped/me'],
  ['GET /answered', 200, '/answered'],
  ['GET /fail', 500, '/fail'],
  ['GET /reject', 503, '/reject'],
  ['POST /orders {}', 400, '/orders'],
  ['POST /orders {"sku":"tea"}', 201, '/orders'],
  // Nothing but middleware has answered these.
  ['OPTIONS /api/acme/users/7', 200],
  ['PUT /api/acme/users/7', 404],
  ['GET /api/acme/nothing', 404],
  ['GET /assets/hello.txt', 200],
  ['GET /assets/none.txt', 404],
  ['GET /private/1', 401],
  ['POST /orders {"sku":', 400],
  ['GET /nothing', 404],
  // Every handler of the route has passed these on.
  ['GET /passed', 404],
  ['GET /skipped/1', 404],
];

const EXPRESS_5: readonly Exchange[] = [
  ...EXPRESS,
  ['GET /files/a/b.txt', 200, '/files/*path'],
  ['GET /opt', 200, '/opt{/:maybe}'],
  ['GET /opt/1', 200, '/opt{/:maybe}'],
];

const EXPRESS_4: readonly Exchange[] = [
  ...EXPRESS,
  ['GET /files/a/b.txt', 200, '/files/*'],
  ['GET /opt', 200, '/opt/:maybe?'],
  ['GET /opt/1', 200, '/opt/:maybe?'],
];

const FASTIFY: readonly Exchange[] = [
  ['GET /', 200, '/'],
  ['GET /health', 200, '/health'],
  ['GET /about/', 200, '/about/'],
  ['GET /api/acme/users', 200, '/api/:tenant/users'],
  ['GET /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['HEAD /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['GET /api/acme/users/7/orders', 200, '/api/:tenant/users/:id/orders'],
  ['GET /item-12', 200, String.raw`/item-:number(^\d+$)`],
  ['GET /files/a/b.txt', 200, '/files/*'],
  ['POST /any', 200, '/any'],
  ['GET /v1/things', 200, '/v1/things'],
  ['GET /fail', 500, '/fail'],
  // A hook refuses it, its body is not valid, its body is no JSON: no handler is called.
  ['GET /private/1', 401, '/private/:id'],
  ['POST /orders {}', 400, '/orders'],
  ['POST /orders {"sku":', 400, '/orders'],
  ['POST /orders {"sku":"tea"}', 201, '/orders'],
  ['GET /private', 401],
  ['GET /nothing', 404],
  ['GET /v1/nothing', 404],
  ['PUT /api/acme/users/7', 404],
  ['GET /%zz', 400],
];

const KOA: readonly Exchange[] = [
  ['GET /', 200, '/'],
  ['GET /health', 200, '/health'],
  ['GET /api/acme/users', 200, '/api/:tenant/users'],
  ['GET /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['HEAD /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['GET /api/acme/users/7/orders', 200, '/api/:tenant/users/:id/orders'],
  ['GET /red', 200, '/red'],
  ['GET /blue/dark', 200, '/blue/:shade'],
  ['GET /item-12', 200, String.raw`/^\/item-(\d+)$/`],
  ['GET /files/a/b.txt', 200, '/files/*path'],
  ['DELETE /any', 200, '/any'],
  ['GET /mine/me', 200, '/mine/me'],
  ['GET /mine/7', 200, '/mine/:id'],
  ['GET /fail', 500, '/fail'],
  ['POST /orders {}', 400, '/orders'],
  // Middleware of the router refuses it.
  ['GET /private/1', 401, '/private/:id'],
  // The handler has found nothing.
  ['GET /passed', 404, '/passed'],
  ['OPTIONS /api/acme/users/7', 200],
  ['PUT /api/acme/users/7', 405],
  ['GET /nothing', 404],
];

const HONO: readonly Exchange[] = [
  ['GET /', 200, '/'],
  ['GET /health', 200, '/health'],
  ['GET /api/acme/users', 200, '/api/:tenant/users'],
  ['GET /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['HEAD /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['GET /api/acme/users/7/orders', 200, '/api/:tenant/users/:id/orders'],
  ['GET /red', 200, '/red'],
  ['GET /blue/dark', 200, '/blue/:shade'],
  ['GET /item/12', 200, '/item/:number{[0-9]+}'],
  ['GET /files/a/b.txt', 200, '/files/*'],
  ['DELETE /any', 200, '/any'],
  ['GET /mine/me', 200, '/mine/me'],
  ['GET /mine/7', 200, '/mine/:id'],
  ['GET /fail', 500, '/fail'],
  ['POST /orders {}', 400, '/orders'],
  ['POST /orders {"sku":"tea"}', 201, '/orders'],
  // Middleware refuses it.
  ['GET /private/1', 401, '/private/:id'],
  ['GET /passed', 404, '/passed'],
  ['GET /assets/hello.txt', 200],
  ['GET /assets/none.txt', 404],
  ['PUT /api/acme/users/7', 404],
  ['GET /nothing', 404],
];

const NEST: readonly Exchange[] = [
  ['GET /', 200, '/'],
  ['GET /health', 200, '/health'],
  ['GET /api/acme/users', 200, '/api/:tenant/users'],
  ['GET /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  ['HEAD /api/acme/users/7', 200, '/api/:tenant/users/:id'],
  // The handler, a pipe, a guard and an error answer.
  ['GET /api/acme/users/404', 404, '/api/:tenant/users/:id'],
  ['GET /api/acme/users/seven', 400, '/api/:tenant/users/:id'],
  ['GET /private/1', 401, '/private/:id'],
  ['GET /fail', 500, '/fail'],
  ['POST /orders {}', 400, '/orders'],
  ['POST /orders {"sku":"tea"}', 201, '/orders'],
  ['PUT /api/acme/users/7', 404],
  ['GET /nothing', 404],
];

const ENDPOINT = { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
const REQUESTS_OF_EACH = 2;

/** By how promtel is loaded, and the application's file. */
const APPLICATIONS: readonly (readonly [option: string, file: string, exchanges: readonly Exchange[]])[] = [
  ['--import', 'express5.mjs', EXPRESS_5],
  ['--import', 'express5.cjs', EXPRESS_5],
  ['--require', 'express5.cjs', EXPRESS_5],
  ['--import', 'express4.mjs', EXPRESS_4],
  ['--import', 'express4.cjs', EXPRESS_4],
  ['--require', 'express4.cjs', EXPRESS_4],
  ['--import', 'fastify.mjs', FASTIFY],
  ['--require', 'fastify.cjs', FASTIFY],
  ['--import', 'koa.mjs', KOA],
  ['--import', 'koa.cjs', KOA],
  ['--require', 'koa.cjs', KOA],
  ['--import', 'hono.mjs', HONO],
  ['--require', 'hono.mjs', HONO],
  ['--import', 'hono.cjs', HONO],
  ['--require', 'hono.cjs', HONO],
  ['--import', 'nest-express.mjs', NEST],
  ['--import', 'nest-fastify.mjs', NEST],
];

const appFiles = readdirSync(new URL('../apps', import.meta.url)).filter((file) => /\.[cm]js$/.test(file));

it('every route framework has an application in test/apps, and every application there is run', () => {
  const frameworks = libraries.filter((library) => loadInstrumentation(library).metrics.length === 0);
  const named = new Set(appFiles.map((file) => /^[a-z]+/.exec(file)![0]));
  expect(frameworks.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([]);
  expect(new Set(APPLICATIONS.map(([, file]) => file))).toEqual(new Set(appFiles));
});

describe.each(APPLICATIONS)('node %s ./register.js %s', (option, file, exchanges) => {
  it('counts every request of an application once, with its route', async () => {
    await expectCounts([option, './register.js', `test/apps/${file}`], exchanges);
  });
});

it('an application under a loader that makes CommonJS of required files, as tsx does, has its routes', async () => {
  const loader = './test/process/fixtures/require-as-commonjs.cjs';
  await expectCounts(['--require', loader, '--import', './register.js', 'test/apps/express5.cjs'], EXPRESS_5);
});

describe('a bundled application', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'promtel-routes-'));
    cpSync(fileURLToPath(new URL('../apps/public', import.meta.url)), join(folder, 'public'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['express5.cjs', EXPRESS_5],
    ['fastify.cjs', FASTIFY],
  ])('%s, bundled, has the routes that its framework publishes', async (file, exchanges) => {
    const entry = fileURLToPath(new URL(`../apps/${file}`, import.meta.url));
    const outfile = join(folder, file);
    buildSync({ entryPoints: [entry], outfile, bundle: true, minify: true, platform: 'node', logLevel: 'error' });
    await expectCounts(['--import', './register.js', outfile], exchanges);
  });
});

afterEach(() => killApps());

async function expectCounts(args: readonly string[], exchanges: readonly Exchange[]): Promise<void> {
  const app = runApp(args, { env: ENDPOINT });
  const origin = `http://127.0.0.1:${(await app.line(/"port":(\d+)/))[1]}`;
  const answered: string[] = [];
  for (const [request] of repeated(exchanges)) answered.push(`${request} ${await send(origin, request)}`);
  expect(answered).toEqual(repeated(exchanges).map(([request, status]) => `${request} ${status}`));

  const expected = countsOf(
    repeated(exchanges).map(([request, status, route]) => seriesOf(request.split(' ')[0]!, status, route)),
  );
  const page = await pageUrlOf(app);
  let counts: Record<string, number> = {};
  await eventually(async () => {
    counts = await requestCounts(page);
    expect(total(counts)).toBeGreaterThanOrEqual(total(expected));
  });
  expect(counts).toEqual(expected);
}

function repeated(exchanges: readonly Exchange[]): Exchange[] {
  return Array.from({ length: REQUESTS_OF_EACH }, () => exchanges).flat();
}

async function send(origin: string, request: string): Promise<number> {
  const [, method, path, body] = /^(\S+) (\S+)(?: (.*))?$/.exec(request)!;
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(origin + path, { method: method!, headers, body: body ?? null });
  await response.arrayBuffer();
  return response.status;
}

async function pageUrlOf(app: App): Promise<string> {
  return (await app.line(/metrics at (http:\S+)/))[1]!.replace(/,$/, '');
}

async function requestCounts(page: string): Promise<Record<string, number>> {
  const families = parseExposition(await (await fetch(page)).text());
  const samples = families.get('http_server_request_duration_seconds')?.samples ?? [];
  return Object.fromEntries(
    samples
      .filter(({ name }) => name.endsWith('_count'))
      .map(({ labels, value }) => [
        seriesOf(labels['http_request_method']!, Number(labels['http_response_status_code']), labels['http_route']),
        value,
      ]),
  );
}

function seriesOf(method: string, status: number, route: string | undefined): string {
  return `${method} ${status} ${route ?? 'without a route'}`;
}

function countsOf(series: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of series) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
