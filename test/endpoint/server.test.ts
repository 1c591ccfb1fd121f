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
  const endpoint = new Endpoint({ page: page(), host: '127.0.0.1', port: 0, path: '/metrics', ...options });
  undo.push(() => endpoint.close());
  return endpoint.listen();
}

async function origin(options?: Partial<EndpointOptions>): Promise<string> {
  return new URL(((await listen(options)) as Listening).url).origin;
}

describe('the endpoint', () => {
  it('listens on a free port and returns its address', async () => {
    const listening = (await listen()) as Listening;
    expect(listening).toEqual({ host: '127.0.0.1', port: expect.any(Number), url: `http://127.0.0.1:${listening.port}/metrics` });
    expect(await (await fetch(listening.url)).text()).toContain('shop_orders_total 1\n');
  });

  it('returns a URL with localhost where it listens on every address', async () => {
    const listening = (await listen({ host: '0.0.0.0' })) as Listening;
    expect(listening).toMatchObject({ host: '0.0.0.0', url: `http://localhost:${listening.port}/metrics` });
  });

  it('the endpoint serves the page at another path only', async () => {
    const { url } = (await listen({ path: '/internal/m' })) as Listening;
    expect(url).toMatch(/\d\/internal\/m$/);
    expect((await fetch(`${url}?x=1`)).status).toBe(200);
    expect((await fetch(new URL('/metrics', url))).status).toBe(404);
  });

  it('the endpoint answers 404 with the paths that there are', async () => {
    const response = await fetch(`${await origin()}/<script>`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('Not found. Metrics are at /metrics, health checks at /healthz and /readyz.\n');
  });

  it('the endpoint answers /healthz while a collection hangs', async () => {
    const never = page(() => new Promise(() => {}));
    const response = await fetch(`${await origin({ page: never })}/healthz`);
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
  });

  it('the endpoint answers /readyz with 503 and the reasons when a check fails', async () => {
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

  it('the endpoint accepts GET and HEAD only', async () => {
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

  it('the endpoint is marked as an internal server', async () => {
    const seen: object[] = [];
    const { subscribe, unsubscribe } = process.getBuiltinModule('node:diagnostics_channel');
    const look = (message: unknown): void => void seen.push((message as { server: object }).server);
    subscribe('http.server.request.start', look);
    await fetch(`${await origin()}/healthz`);
    unsubscribe('http.server.request.start', look);
    expect(seen.map(isInternalServer)).toEqual([true]);
  });

  it('the endpoint can be closed, also when it was never open, and its port is free again', async () => {
    const endpoint = new Endpoint({ page: page(), host: '127.0.0.1', port: 0, path: '/metrics' });
    await endpoint.close();
    const { port, url } = (await endpoint.listen()) as Listening;
    await fetch(url);
    await endpoint.close();
    await endpoint.close();
    expect(await listen({ port })).toMatchObject({ port });
  });
});

describe('an endpoint that cannot listen', () => {
  it('an endpoint that cannot listen says that the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    undo.push(() => other.close());
    await new Promise((resolve) => void other.on('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const message = `port ${port} on 127.0.0.1 is in use by another program; set another port, or 0 for any free one. The metrics page is not served`;
    expect(await listen({ port })).toEqual({ option: 'port', message });
  });

  it.each([
    [{ port: 65_536 }, 'port', /^port 65536 on 127\.0\.0\.1 is not a port; set one from 0 to 65535\./],
    [{ port: -1 }, 'port', /is not a port/],
    [{ port: 1.5 }, 'port', /is not a port/],
    [
      { host: '203.0.113.7' },
      'host',
      /^203\.0\.113\.7 is not an address of this machine; set one of its own, or 0\.0\.0\.0 for all\./,
    ],
    [{ host: 'no.such.host.invalid' }, 'host', /^no\.such\.host\.invalid cannot be resolved;/],
  ])('an endpoint that cannot listen says what is wrong with %o', async (options, option, message) => {
    expect(await listen(options)).toEqual({ option, message: expect.stringMatching(message) });
  });
});

describe('a process with an endpoint', () => {
  const script = fileURLToPath(new URL('fixtures/serve.ts', import.meta.url));

  it.each([
    ['without requests', []],
    ['with an open keep-alive connection', ['request']],
  ])('the endpoint does not keep its process alive %s', async (_, args) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
    expect(stdout).toMatch(/^done http:\/\/127\.0\.0\.1:\d+\/metrics\n$/);
  });
});
