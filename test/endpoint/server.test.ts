// The endpoint: its paths, what it says when it cannot listen, and that it neither holds up nor keeps alive a process.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { isInternalServer } from '../../src/core/internal-traffic.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { registerReadiness } from '../../src/endpoint/health.ts';
import { Endpoint, type EndpointOptions, type Listening } from '../../src/endpoint/server.ts';
import { Page } from '../../src/exporters/prometheus/page.ts';
import { metric } from '../exporters/prometheus/sources.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of undo.splice(0).toReversed()) await close();
});

function page(collectOtel?: () => Promise<undefined>): Page {
  const registry = new Registry();
  registry.instrument(metric('shop.orders', 'counter')).add(1);
  return new Page({ registry, collectOtel });
}

async function listen(options: Partial<EndpointOptions> = {}): Promise<ReturnType<Endpoint['listen']>> {
  const endpoint = new Endpoint({ page: page(), host: '127.0.0.1', port: 0, ...options });
  undo.push(() => endpoint.close());
  return endpoint.listen();
}

async function origin(options?: Partial<EndpointOptions>): Promise<string> {
  return new URL(((await listen(options)) as Listening).url).origin;
}

describe('the endpoint', () => {
  it('listens on any free port and says where', async () => {
    const listening = (await listen()) as Listening;
    expect(listening).toEqual({ host: '127.0.0.1', port: expect.any(Number), url: `http://127.0.0.1:${listening.port}/metrics` });
    expect(await (await fetch(listening.url)).text()).toContain('shop_orders_total 1\n');
  });

  it('gives an address that can be opened where it listens on all', async () => {
    const listening = (await listen({ host: '0.0.0.0' })) as Listening;
    expect(listening).toMatchObject({ host: '0.0.0.0', url: `http://localhost:${listening.port}/metrics` });
  });

  it('has the page on another path, with or without a slash in front', async () => {
    for (const path of ['/internal/m', 'internal/m']) {
      const { url } = (await listen({ path })) as Listening;
      expect(url).toMatch(/\d\/internal\/m$/);
      expect((await fetch(`${url}?x=1`)).status).toBe(200);
      expect((await fetch(new URL('/metrics', url))).status).toBe(404);
    }
  });

  it('says where things are to whoever looks elsewhere', async () => {
    const response = await fetch(`${await origin()}/<script>`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('Nothing is here. The metrics are at /metrics, health at /healthz and /readyz.\n');
  });

  it('is alive whatever the collection does', async () => {
    const never = page(() => new Promise(() => {}));
    const response = await fetch(`${await origin({ page: never })}/healthz`);
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
  });

  it('is ready when every check says so, and tells why not otherwise', async () => {
    const base = await origin({ readinessTimeoutMillis: 20 });
    const ask = async (): Promise<[number, string | null, unknown]> => {
      const response = await fetch(`${base}/readyz`);
      return [response.status, response.headers.get('content-type'), await response.json()];
    };
    expect(await ask()).toEqual([200, 'application/json', { ready: true, checks: {} }]);
    undo.push(registerReadiness('redis', () => Promise.reject(new Error('connect ECONNREFUSED'))));
    undo.push(registerReadiness('db', () => new Promise(() => {})));
    expect(await ask()).toEqual([
      503,
      'application/json',
      {
        ready: false,
        checks: {
          redis: { ready: false, reason: 'connect ECONNREFUSED' },
          db: { ready: false, reason: 'no answer within 20 ms' },
        },
      },
    ]);
  });

  it('takes HEAD everywhere and no other method anywhere', async () => {
    const base = await origin();
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      const head = await fetch(base + path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      const post = await fetch(base + path, { method: 'POST', body: 'x'.repeat(100_000) });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('survives whatever is sent to its port', async () => {
    const { port, url } = (await listen()) as Listening;
    for (const bytes of [
      '\0\0\0',
      'GET  HTTP/9\r\n\r\n',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
      'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n',
      '',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
    expect((await fetch(url)).status).toBe(200);
  });

  it('is known as no server of the application', async () => {
    const seen: object[] = [];
    const { subscribe, unsubscribe } = process.getBuiltinModule('node:diagnostics_channel');
    const look = (message: unknown): void => void seen.push((message as { server: object }).server);
    subscribe('http.server.request.start', look);
    await fetch(`${await origin()}/healthz`);
    unsubscribe('http.server.request.start', look);
    expect(seen.map(isInternalServer)).toEqual([true]);
  });

  it('can be closed, also when it was never open, and its port is free again', async () => {
    const endpoint = new Endpoint({ page: page(), host: '127.0.0.1', port: 0 });
    await endpoint.close();
    const { port, url } = (await endpoint.listen()) as Listening;
    await fetch(url);
    await endpoint.close();
    await endpoint.close();
    expect(await listen({ port })).toMatchObject({ port });
  });
});

describe('an endpoint that cannot listen', () => {
  const HOST = 'OTEL_EXPORTER_PROMETHEUS_HOST';
  const PORT = 'OTEL_EXPORTER_PROMETHEUS_PORT';

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    undo.push(() => other.close());
    await new Promise((resolve) => void other.on('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const message = `port ${port} on 127.0.0.1 is taken by another program; set another one, or 0 for any that is free. The metrics page is not served`;
    expect(await listen({ port })).toEqual({ subject: PORT, message });
  });

  it.each([
    [{ port: 65_536 }, PORT, /^port 65536 on 127\.0\.0\.1 is no port; set one from 0 to 65535\./],
    [{ port: -1 }, PORT, /is no port/],
    [{ port: 1.5 }, PORT, /is no port/],
    [{ host: '203.0.113.7' }, HOST, /^203\.0\.113\.7 is no address of this machine; set one of its own, or 0\.0\.0\.0 for all\./],
    [{ host: 'no.such.host.invalid' }, HOST, /^no\.such\.host\.invalid is no name that is known here;/],
  ])('says what is wrong with %o', async (options, subject, message) => {
    expect(await listen(options)).toEqual({ subject, message: expect.stringMatching(message) });
  });
});

describe('a process with an endpoint', () => {
  const script = fileURLToPath(new URL('fixtures/serve.ts', import.meta.url));

  it.each([
    ['that nobody asked', []],
    ['with a connection that is kept', ['request']],
  ])('ends by itself, %s', async (_, args) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
    expect(stdout).toMatch(/^done http:\/\/127\.0\.0\.1:\d+\/metrics\n$/);
  });
});
