// Every way in which a request served over HTTP/1 can end: counted once, with the right status, and no longer active.
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpServerRequestBodySize, httpServerRequestDuration, httpServerResponseBodySize } from '../../../src/catalog/http.ts';
import { setRoute } from '../../../src/core/http/route.ts';
import { markInternalServer } from '../../../src/core/internal-traffic.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import type { Sample } from '../../../src/core/recording/samples.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import { httpServer } from '../../../src/instrumentations/http/http-server.ts';
import { eventually, listen, openRaw, talk } from '../../kit/apps/http-traffic.ts';
import { SETTINGS } from '../../kit/contracts/instrumentation-settings.ts';
import { activeOf, outcomesOf, samplesOf } from '../../kit/samples/http-samples.ts';

let registry: Registry;
let attached: AttachedInstrumentation;
let server: Server;
let port: number;
let ignoresPath: (path: string) => boolean;

beforeEach(() => {
  registry = new Registry();
  ignoresPath = () => false;
  attached = attach(httpServer, registry, { ...SETTINGS, ignoresPath: (path) => ignoresPath(path) });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  attached.detach();
});

async function serve(listener: RequestListener, options = {}): Promise<void> {
  server = createServer(options, listener);
  port = await listen(server);
}

const samplesFor = (metric: { readonly name: string }): Sample[] => samplesOf(registry, metric);
const outcomes = (): Record<string, number> => outcomesOf(registry);
const active = (): number => activeOf(registry);

async function expectOutcomes(expected: Record<string, number>): Promise<void> {
  await eventually(() => expect(outcomes()).toEqual(expected));
  expect(active()).toBe(0);
}

const get = (path = '/', headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const getAndClose = (path = '/'): string => get(path, 'Connection: close\r\n');

describe('requests served over HTTP/1', () => {
  it('records a served request with the attributes of the semantic conventions', async () => {
    await serve((request, response) => {
      setRoute(request, '/users/:id');
      response.end('hello');
    });
    await talk(port, getAndClose('/users/1'));
    await expectOutcomes({ 'GET 200 /users/:id': 1 });
    const [sample] = samplesFor(httpServerRequestDuration);
    expect(sample!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/users/:id',
      'network.protocol.version': '1.1',
      'url.scheme': 'http',
    });
    expect(sample!.sum).toBeGreaterThan(0);
    expect(sample!.sum).toBeLessThan(5);
  });

  it('records a served request in its own series, whatever the one before on its route was', async () => {
    await serve((request, response) => {
      setRoute(request, '/users/:id');
      response.writeHead(Number(request.url!.slice(1))).end('hello');
    });
    const send = (method: string, status: number): Promise<string> =>
      talk(port, `${method} /${status} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    for (let turn = 0; turn < 3; turn += 1) {
      await send('GET', 200);
      await send('GET', 200);
      await send('PUT', 200);
      await send('GET', 404);
      await send('GET', 500);
    }
    await expectOutcomes({
      'GET 200 /users/:id': 6,
      'PUT 200 /users/:id': 3,
      'GET 404 /users/:id': 3,
      'GET 500 /users/:id 500': 3,
    });
    expect(samplesFor(httpServerResponseBodySize).map(({ sum }) => sum)).toEqual(expect.arrayContaining([30, 15, 15, 15]));
  });

  it('counts each served request past the limit of series as overflow', async () => {
    attached.detach();
    registry = new Registry();
    registry.overrideOf = () => ({ limit: 2 });
    attached = attach(httpServer, registry, SETTINGS);
    await serve((request, response) => {
      setRoute(request, request.url!);
      response.end();
    });
    for (const path of ['/a', '/a', '/b', '/b', '/b']) await talk(port, getAndClose(path));
    const { family } = registry.instrument(httpServerRequestDuration);
    await eventually(() => expect(family.overflowed).toBe(3));
    expect(samplesFor(httpServerRequestDuration).map(({ value }) => value)).toEqual(expect.arrayContaining([2, 3]));
  });

  it('counts a served request as active until it is answered', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    await serve((_, response) => void answered.then(() => response.end()));
    const client = openRaw(port, getAndClose());
    await eventually(() => expect(active()).toBe(1));
    expect(outcomes()).toEqual({});
    answer();
    await client.closed;
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('records a served request without a route where none was set', async () => {
    await serve((_, response) => response.writeHead(404).end());
    await talk(port, getAndClose('/a/secret/path'));
    await expectOutcomes({ 'GET 404': 1 });
  });

  it('records a status of 500 or more of a served request as an error of that type', async () => {
    await serve((_, response) => response.writeHead(503).end());
    await talk(port, getAndClose());
    await expectOutcomes({ 'GET 503 503': 1 });
  });

  it('records an unknown method of a served request as _OTHER, and QUERY as known', async () => {
    await serve((_, response) => response.end());
    for (const method of ['PROPFIND', 'M-SEARCH', 'QUERY', 'PATCH'])
      await talk(port, `${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await expectOutcomes({ '_OTHER 200': 2, 'QUERY 200': 1, 'PATCH 200': 1 });
  });

  it('records the version of a served request over HTTP/1.0', async () => {
    await serve((_, response) => response.end('x'));
    await talk(port, 'GET / HTTP/1.0\r\n\r\n');
    await expectOutcomes({ 'GET 200': 1 });
    expect(samplesFor(httpServerRequestDuration)[0]!.attributes['network.protocol.version']).toBe('1.0');
  });
});

describe('connections of an HTTP/1 server', () => {
  it('counts each request of a keep-alive connection once', async () => {
    await serve((_, response) => response.end('ok'));
    const client = openRaw(port);
    for (let count = 1; count <= 5; count += 1) {
      client.socket.write(get());
      await eventually(() => expect(client.received.split('HTTP/1.1 200')).toHaveLength(count + 1));
    }
    await expectOutcomes({ 'GET 200': 5 });
  });

  it('counts each pipelined request once, in whatever order they are answered', async () => {
    await serve((request, response) => {
      const delays: Record<string, number> = { '/1': 30, '/2': 0, '/3': 15 };
      setTimeout(() => response.writeHead(request.url === '/2' ? 201 : 200).end(request.url), delays[request.url!]);
    });
    const client = openRaw(port, get('/1') + get('/2') + get('/3'));
    await client.until('/3');
    await expectOutcomes({ 'GET 200': 2, 'GET 201': 1 });
  });

  it('counts pipelined requests as aborted whose connection ends', async () => {
    await serve((request, response) => {
      if (request.url === '/1') response.end('one');
    });
    const client = openRaw(port, get('/1') + get('/2') + get('/3') + get('/4'));
    await client.until('one');
    await eventually(() => expect(active()).toBe(3));
    client.socket.destroy();
    await expectOutcomes({ 'GET 200': 1, 'GET aborted': 3 });
  });

  it('counts requests as aborted whose connection the server closes', async () => {
    await serve((_, response) => response.write('x'));
    const client = openRaw(port, get());
    await client.until('x');
    server.close();
    server.closeAllConnections();
    await expectOutcomes({ 'GET 200 aborted': 1 });
  });
});

describe('a client of an HTTP/1 server that disconnects', () => {
  it('records no status where the client disconnects before the response', async () => {
    await serve(() => {});
    const client = openRaw(port, get());
    await eventually(() => expect(active()).toBe(1));
    client.socket.destroy();
    await expectOutcomes({ 'GET aborted': 1 });
  });

  it('records the status that was sent where the client disconnects after the head of the response', async () => {
    await serve((_, response) => response.writeHead(202).write('part'));
    const client = openRaw(port, get());
    await client.until('part');
    client.socket.resetAndDestroy();
    await expectOutcomes({ 'GET 202 aborted': 1 });
  });

  it('records the error status where the client disconnects during an error response', async () => {
    await serve((_, response) => response.writeHead(500).write('part'));
    const client = openRaw(port, get());
    await client.until('part');
    client.socket.destroy();
    await expectOutcomes({ 'GET 500 500': 1 });
  });

  it('records a request as aborted where the client disconnects during its own body', async () => {
    await serve((request, response) => void request.resume().on('end', () => response.end()));
    const client = openRaw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this');
    await eventually(() => expect(active()).toBe(1));
    client.socket.destroy();
    await expectOutcomes({ 'POST aborted': 1 });
    expect(samplesFor(httpServerRequestBodySize)).toEqual([]);
  });

  it('records no error where the client disconnects from a stream of events', async () => {
    await serve((_, response) => response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n'));
    const client = openRaw(port, get());
    await client.until('data: 1');
    client.socket.destroy();
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('counts a request once that is answered after its client has disconnected', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    await serve((request, response) => {
      request.on('close', () => {
        response.writeHead(200).end('too late');
        resolve();
      });
    });
    const client = openRaw(port, get());
    await eventually(() => expect(active()).toBe(1));
    client.socket.destroy();
    await left;
    await eventually(() => expect(Object.values(outcomes())).toEqual([1]));
    expect(active()).toBe(0);
  });
});

describe('a handler of an HTTP/1 server', () => {
  it('counts a request whose handler throws when it is answered', async () => {
    const thrown = new Error('handler');
    await serve((_, response) => {
      process.once('uncaughtException', () => response.writeHead(500).end());
      throw thrown;
    });
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      await talk(port, getAndClose());
    } finally {
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
    await expectOutcomes({ 'GET 500 500': 1 });
  });

  it('counts a request once whose handler ends the response twice', async () => {
    await serve((_, response) => {
      response.on('error', () => {});
      response.end('one');
      response.end('two');
    });
    await talk(port, getAndClose());
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('records a request as aborted whose handler destroys the response', async () => {
    await serve((_, response) => response.destroy());
    await talk(port, get());
    await expectOutcomes({ 'GET aborted': 1 });
  });

  it('counts a request once that its handler passes to another server', async () => {
    const inner = createServer((_, response) => response.end('inner'));
    await serve((request, response) => void inner.emit('request', request, response));
    await talk(port, getAndClose());
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('counts a request whose handler detaches the socket when the connection ends', async () => {
    await serve((request, response) => {
      response.detachSocket(request.socket);
      request.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nby hand');
    });
    expect(await talk(port, get())).toContain('by hand');
    await expectOutcomes({ 'GET aborted': 1 });
  });

  it('records the final response of a request after informational ones', async () => {
    await serve((_, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.writeProcessing();
      response.end('ok');
    });
    expect(await talk(port, getAndClose())).toContain('103 Early Hints');
    await expectOutcomes({ 'GET 200': 1 });
  });
});

describe('an HTTP/1 server itself', () => {
  it('counts no request that the HTTP parser refuses', async () => {
    await serve((_, response) => response.end());
    expect(await talk(port, 'NOT HTTP AT ALL\r\n\r\n')).toContain('400 Bad Request');
    await expectOutcomes({});
  });

  it('counts a request without a Host header, which the server refuses', async () => {
    await serve((_, response) => response.end());
    expect(await talk(port, 'GET / HTTP/1.1\r\n\r\n')).toContain('400 Bad Request');
    await expectOutcomes({ 'GET 400': 1 });
  });

  it('counts a request with Expect: 100-continue', async () => {
    await serve((request, response) => void request.resume().on('end', () => response.end('ok')));
    const client = openRaw(
      port,
      'PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n',
    );
    await client.until('100 Continue');
    client.socket.write('abc');
    await client.closed;
    await expectOutcomes({ 'PUT 200': 1 });
    expect(samplesFor(httpServerRequestBodySize)[0]!.sum).toBe(3);
    expect(samplesFor(httpServerResponseBodySize)[0]!.sum).toBe(2);
  });

  it('counts a request with an unknown expectation, which the server refuses', async () => {
    await serve((_, response) => response.end());
    await talk(port, get('/', 'Expect: wonders\r\nConnection: close\r\n'));
    await expectOutcomes({ 'GET 417': 1 });
  });

  it('counts 503 past the limit of requests of one connection', async () => {
    await serve((_, response) => response.end('ok'));
    server.maxRequestsPerSocket = 1;
    await talk(port, get() + getAndClose());
    await expectOutcomes({ 'GET 200': 1, 'GET 503 503': 1 });
  });

  it('counts a request that times out since its body does not arrive', async () => {
    await serve(() => {}, { requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 20 });
    const answer = await talk(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n');
    expect(answer).toContain('408 Request Timeout');
    await expectOutcomes({ 'POST aborted': 1 });
  });

  it('counts nothing of an idle connection that times out', async () => {
    await serve(() => {});
    server.setTimeout(40);
    await talk(port, get());
    await expectOutcomes({ 'GET aborted': 1 });
  });

  it('counts a request whose body is malformed', async () => {
    await serve((request, response) => void request.resume().on('end', () => response.end()));
    await talk(port, 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n');
    await expectOutcomes({ 'POST aborted': 1 });
  });
});

describe('requests that are left out', () => {
  it('leaves out requests to ignored paths, by path without query or host', async () => {
    ignoresPath = (path) => path === '/health';
    await serve((_, response) => response.end('ok'));
    await talk(port, get('/health') + get('/health?full=1') + get('http://x/health') + get('/healthy') + getAndClose('/health'));
    await expectOutcomes({ 'GET 200': 1 });
    expect(samplesFor(httpServerResponseBodySize)[0]!.value).toBe(1);
  });

  it('leaves out requests to servers of promtel', async () => {
    await serve((_, response) => response.end('ok'));
    markInternalServer(server);
    await talk(port, getAndClose());
    expect(registry.families.map(({ size }) => size)).toEqual([0, 0, 0, 0]);
  });
});

describe('detaching the instrumentation of HTTP/1 servers', () => {
  it('drops active served requests when it is detached, and starts at zero when attached again', async () => {
    let answer = (): void => {};
    await serve((_, response) => {
      answer = () => response.end('ok');
    });
    const client = openRaw(port, get());
    await eventually(() => expect(active()).toBe(1));
    attached.detach();
    expect(active()).toBe(0);
    answer();
    await client.until('ok');
    attached = attach(httpServer, registry, { ...SETTINGS, ignoresPath });
    client.socket.write(get());
    await eventually(() => expect(active()).toBe(1));
    answer();
    await expectOutcomes({ 'GET 200': 1 });
    client.socket.destroy();
    await client.closed;
    await expectOutcomes({ 'GET 200': 1 });
  });
});
