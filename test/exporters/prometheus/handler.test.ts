// The page on servers that somebody else runs: node:http, Express, Fastify, Koa, and the Fetch API.
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { onProblem } from '../../../src/core/problem.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { type HandlerOptions, metricsHandler, metricsResponse } from '../../../src/exporters/prometheus/handler.ts';
import { Page } from '../../../src/exporters/prometheus/page.ts';
import { metric } from './sources.ts';

interface KoaApplication {
  use(middleware: (context: { respond: boolean; req: IncomingMessage; res: ServerResponse }) => void): void;
  callback(): RequestListener;
}

// Koa comes without types.
const Koa = createRequire(import.meta.url)('koa') as new () => KoaApplication;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of undo.splice(0)) await close();
});

function pageWith(series: number): Page {
  const registry = new Registry();
  const counter = registry.instrument(metric('shop.orders', 'counter', ['kind'], { limit: 100_000 }));
  for (let index = 0; index < series; index += 1) counter.add(1, { kind: `${index}` });
  return new Page({ registry });
}

const failing = (): Page => new Page({ registry: new Registry(), collectOtel: () => Promise.reject(new Error('no\nreader')) });

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  undo.push(() => server.close());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function ask(port: number, headers: Record<string, string> = {}, method = 'GET', path = '/'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, headers, method, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    request.on('error', reject);
    request.end();
  });
}

const GZIP = { 'Accept-Encoding': 'gzip' };

/** The same questions to node:http and to the Fetch API. */
const KINDS: [
  kind: string,
  ask: (page: Page, headers?: Record<string, string>, method?: string, options?: HandlerOptions) => Promise<Reply>,
][] = [
  [
    'node:http',
    async (page, headers, method, options = { gzip: true }) => ask(await serve(metricsHandler(page, options)), headers, method),
  ],
  [
    'the Fetch API',
    async (page, headers = {}, method = 'GET', options = { gzip: true }) => {
      const response = await metricsResponse(page, new Request('http://localhost/x', { headers, method }), options);
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      };
    },
  ],
];

describe.each(KINDS)('the handler for %s', (_, answer) => {
  it('gives the page', async () => {
    const { status, headers, body } = await answer(pageWith(1));
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['vary']).toBe('Accept, Accept-Encoding');
    expect(body.toString()).toContain('shop_orders_total{kind="0"} 1\n');
  });

  it('gives OpenMetrics to whoever asks for it', async () => {
    const { headers, body } = await answer(pageWith(1), { Accept: 'application/openmetrics-text;version=1.0.0' });
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body.toString()).toMatch(/# EOF\n$/);
  });

  it('compresses pages that are worth it', async () => {
    const page = pageWith(3000);
    const plain = await answer(page);
    const compressed = await answer(page, GZIP);
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(compressed.body.length).toBeLessThan(plain.body.length / 5);
    expect(gunzipSync(compressed.body).equals(plain.body)).toBe(true);
    expect((await answer(pageWith(1), GZIP)).headers['content-encoding']).toBeUndefined();
    expect((await answer(page, GZIP, 'GET', { gzip: false })).headers['content-encoding']).toBeUndefined();
  });

  it('has the headers alone for HEAD, without a collection', async () => {
    const { status, headers, body } = await answer(failing(), {}, 'HEAD');
    expect([status, headers['content-type'], body.length]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8', 0]);
  });

  it('takes nothing but GET and HEAD', async () => {
    const { status, headers, body } = await answer(pageWith(1), {}, 'POST');
    expect([status, headers['allow'], body.toString()]).toEqual([
      405,
      'GET, HEAD',
      'The metrics page takes GET and HEAD, not POST.\n',
    ]);
  });

  it('fails with the reason when the collection did', async () => {
    const { status, headers, body } = await answer(failing(), GZIP);
    expect([status, headers['content-type']]).toEqual([500, 'text/plain; charset=utf-8']);
    expect(body.toString()).toBe('The metrics could not be collected: no reader\n');
  });
});

describe('the handler', () => {
  it('says how long the page is, where that is known', async () => {
    const port = await serve(metricsHandler(pageWith(3000), { gzip: true }));
    const [plain, compressed] = [await ask(port), await ask(port, GZIP)];
    expect(plain.headers['content-length']).toBe(`${plain.body.length}`);
    expect(Number(compressed.headers['content-length'])).toBeLessThan(plain.body.length / 2);
    const large = await serve(metricsHandler(pageWith(50_000), { gzip: true }));
    expect((await ask(large, GZIP)).headers['content-length']).toBeUndefined();
  });

  it('minds no reader that goes away', async () => {
    const page = pageWith(50_000);
    const port = await serve(metricsHandler(page, { gzip: true }));
    for (const headers of [GZIP, {}]) {
      await new Promise<void>((resolve) => {
        const request = httpRequest({ host: '127.0.0.1', port, headers }, (response) => {
          response.destroy();
          resolve();
        });
        request.on('error', () => {});
        request.end();
      });
    }
    expect((await ask(port)).status).toBe(200);
  });

  it('tells of a framework that hands it something else, and ends nothing', async () => {
    const told: string[] = [];
    onProblem(({ subject, message }) => told.push(`${subject} ${message}`));
    undo.push(() => onProblem(undefined));
    metricsHandler(pageWith(1))({ raw: {} } as never, { raw: {} } as never);
    await new Promise(setImmediate);
    expect(told).toEqual([expect.stringContaining('metricsHandler takes the request and response of node:http')]);
  });

  it('can be mounted in Express', async () => {
    const app = express();
    app.get('/internal/metrics', metricsHandler(pageWith(1)));
    const { status, body } = await ask(await serve(app), {}, 'GET', '/internal/metrics');
    expect([status, body.toString()]).toEqual([200, expect.stringContaining('shop_orders_total')]);
  });

  it('can be mounted in Fastify', async () => {
    const app = fastify();
    const handler = metricsHandler(pageWith(1));
    app.get('/metrics', (request, reply) => {
      reply.hijack();
      handler(request.raw, reply.raw);
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    undo.push(() => app.close());
    const { status, body } = await ask((app.server.address() as AddressInfo).port, {}, 'GET', '/metrics');
    expect([status, body.toString()]).toEqual([200, expect.stringContaining('shop_orders_total')]);
  });

  it('can be mounted in Koa', async () => {
    const app = new Koa();
    const handler = metricsHandler(pageWith(1));
    app.use((context) => {
      context.respond = false;
      handler(context.req, context.res);
    });
    const { status, body } = await ask(await serve(app.callback()));
    expect([status, body.toString()]).toEqual([200, expect.stringContaining('shop_orders_total')]);
  });

  it('can be mounted in Hono', async () => {
    const page = pageWith(1);
    const app = new Hono();
    app.get('/metrics', (context) => metricsResponse(page, context.req.raw));
    const response = await app.request('/metrics');
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('shop_orders_total')]);
  });
});
