// Connections of HTTP servers are counted while they are open, and a request that takes one over once, by its status line.
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttp2, connect as connectHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { connect, createServer as createNet, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpServerOpenConnections, httpServerRequestDuration } from '../../../src/catalog/http.ts';
import { setRoute } from '../../../src/core/http/route.ts';
import { markInternalServer } from '../../../src/core/internal-traffic.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import { httpConnections } from '../../../src/instrumentations/http/http-connections.ts';
import { httpServer } from '../../../src/instrumentations/http/http-server.ts';
import { eventually, listen, openRaw, talk } from '../../kit/apps/http-traffic.ts';
import { SETTINGS } from '../../kit/contracts/instrumentation-settings.ts';
import { activeOf, outcomesOf, samplesOf } from '../../kit/samples/http-samples.ts';
import { certificate } from '../../kit/servers/certificate.ts';

let registry: Registry;
let attached: AttachedInstrumentation[];
let closings: (() => void)[];

beforeEach(() => {
  registry = new Registry();
  const settings = { ...SETTINGS, ignoresPath: (path: string) => path === '/ignored' };
  attached = [httpConnections, httpServer].map((instrumentation) => attach(instrumentation, registry, settings));
  closings = [];
});

afterEach(() => {
  for (const close of closings) close();
  for (const { detach } of attached.map((one) => ({ detach: () => one.detach() }))) detach();
});

function http(): Server {
  const server = createHttp((_, response) => response.end('plain'));
  // Who takes a connection over has its errors as well.
  server.on('connection', (socket) => socket.on('error', () => {}));
  closings.push(() => (server.closeAllConnections(), server.close()));
  return server;
}

const open = (): number | undefined => samplesOf(registry, httpServerOpenConnections)[0]?.value;
const outcomes = (): Record<string, number> => outcomesOf(registry);

async function expectOutcomes(expected: Record<string, number>): Promise<void> {
  await eventually(() => expect(outcomes()).toEqual(expected));
  expect(activeOf(registry)).toBe(0);
}

const upgrade = (path = '/'): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const openTls = (port: number): Socket => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });

describe('open connections of HTTP servers', () => {
  it('counts open connections of HTTP servers of any version, with TLS or without', async () => {
    const secure = createHttps(certificate, (_, response) => response.end());
    const http2 = createHttp2((_, response) => response.end());
    const other = createNet((socket) => socket.write('hello'));
    closings.push(
      () => secure.close(),
      () => http2.close(),
      () => other.close(),
    );
    const clients = [openRaw(await listen(http())), openRaw(await listen(secure), '', openTls), openRaw(await listen(other))];
    const session = connectHttp2(`http://127.0.0.1:${await listen(http2)}`);
    await eventually(() => expect(open()).toBe(3));
    await clients[2]!.until('hello');
    expect(open()).toBe(3);
    for (const { socket } of clients) socket.destroy();
    session.close();
    await eventually(() => expect(open()).toBe(0));
  });

  it('counts kept-alive connections of an HTTP server until the server closes them', async () => {
    const server = http();
    const client = openRaw(await listen(server), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.until('plain');
    await expectOutcomes({ 'GET 200': 1 });
    expect(open()).toBe(1);
    server.closeAllConnections();
    await eventually(() => expect(open()).toBe(0));
  });

  it('leaves out connections to servers of promtel', async () => {
    const server = http();
    markInternalServer(server);
    await talk(await listen(server), 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(open()).toBeUndefined();
  });
});

describe('upgrades of HTTP servers', () => {
  it('counts an upgrade once, when it is answered, and its connection as open', async () => {
    const server = http().on('upgrade', (request, socket: Duplex, head: Buffer) => {
      setRoute(request, '/chat/:room');
      expect(head).toHaveLength(0);
      socket.write(SWITCHING);
      socket.pipe(socket);
    });
    const client = openRaw(await listen(server), upgrade('/chat/1'));
    await client.until('101 Switching');
    await expectOutcomes({ 'GET 101 /chat/:room': 1 });
    client.socket.write('ping');
    await client.until('ping');
    expect(open()).toBe(1);
    client.socket.destroy();
    await eventually(() => expect(open()).toBe(0));
    await expectOutcomes({ 'GET 101 /chat/:room': 1 });
    expect(samplesOf(registry, httpServerRequestDuration)[0]!.attributes).toMatchObject({
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
    });
  });

  it('counts an upgrade as active until it is answered', async () => {
    const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
    const server = http().on('upgrade', (_, socket: Duplex) => void allowed.then(() => socket.write(SWITCHING)));
    const client = openRaw(await listen(server), upgrade());
    await eventually(() => expect(activeOf(registry)).toBe(1));
    expect(outcomes()).toEqual({});
    allow();
    await client.until('101');
    await expectOutcomes({ 'GET 101': 1 });
    client.socket.destroy();
  });

  it.each([
    ['refused', (socket: Duplex) => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'), 'GET 401'],
    ['that fails', (socket: Duplex) => socket.end(Buffer.from('HTTP/1.1 503 Service Unavailable\r\n\r\n')), 'GET 503 503'],
    ['dropped', (socket: Duplex) => socket.destroy(), 'GET aborted'],
    [
      'answered in pieces',
      (socket: Duplex) => {
        socket.cork();
        socket.write('HTTP/1.1 101 Switching Protocols\r\n');
        socket.write('Upgrade: websocket\r\n\r\n');
        socket.uncork();
        socket.end();
      },
      'GET 101',
    ],
    ['answered with something else', (socket: Duplex) => socket.end('no HTTP'), 'GET'],
  ])('records an upgrade by its response: %s', async (_, answer, outcome) => {
    const server = http().on('upgrade', (_request, socket: Duplex) => answer(socket));
    await talk(await listen(server), upgrade());
    await expectOutcomes({ [outcome]: 1 });
  });

  it('records the scheme of an upgrade over TLS', async () => {
    const server = createHttps(certificate).on('upgrade', (_, socket: Duplex) => socket.end(SWITCHING));
    closings.push(() => server.close());
    await talk(await listen(server), upgrade(), openTls);
    await expectOutcomes({ 'GET 101': 1 });
    expect(samplesOf(registry, httpServerRequestDuration)[0]!.attributes['url.scheme']).toBe('https');
  });

  it('leaves an upgrade that has no listener a plain request', async () => {
    const client = openRaw(await listen(http()), upgrade());
    await client.until('plain');
    await expectOutcomes({ 'GET 200': 1 });
    client.socket.destroy();
  });

  it('leaves an upgrade a plain request once the application has removed its listener', async () => {
    const server = http();
    const port = await listen(server);
    const listener = (_: unknown, socket: Duplex): void => void socket.end(SWITCHING);
    for (const stop of [
      () => server.off('upgrade', listener),
      () => server.removeAllListeners('upgrade'),
      () => server.removeAllListeners(),
    ]) {
      server.on('upgrade', listener);
      const first = openRaw(port, upgrade());
      await first.until('101');
      const second = openRaw(port);
      await eventually(() => expect(server.listenerCount('upgrade')).toBe(2));
      stop();
      expect(server.listenerCount('upgrade')).toBe(0);
      second.socket.destroy();
    }
  });

  it('leaves out upgrades to ignored paths', async () => {
    const server = http().on('upgrade', (_, socket: Duplex) => socket.end(SWITCHING));
    await talk(await listen(server), upgrade('/ignored'));
    expect(outcomes()).toEqual({});
  });

  it('leaves the socket of an upgrade as it was', async () => {
    const { promise, resolve } = Promise.withResolvers<Duplex>();
    const server = http().on('upgrade', (_, socket: Duplex) => {
      socket.write(SWITCHING);
      resolve(socket);
    });
    const client = openRaw(await listen(server), upgrade());
    const socket = await promise;
    expect([Object.hasOwn(socket, '_write'), Object.hasOwn(socket, '_writev')]).toEqual([false, false]);
    client.socket.destroy();
  });
});

describe('CONNECT requests of HTTP servers', () => {
  it('counts a CONNECT once, by its response', async () => {
    const target = createNet((socket) => void socket.on('error', () => {}).end('through the tunnel'));
    closings.push(() => target.close());
    const targetPort = await listen(target);
    const server = http().on('connect', (_, socket: Duplex) => {
      const tunnel = connect(targetPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        tunnel
          .pipe(socket)
          .pipe(tunnel)
          .on('error', () => {});
      });
    });
    expect(await talk(await listen(server), `CONNECT 127.0.0.1:${targetPort} HTTP/1.1\r\nHost: x\r\n\r\n`)).toContain(
      'through the tunnel',
    );
    await expectOutcomes({ 'CONNECT 200': 1 });
  });

  it('counts no CONNECT that has no listener, which Node.js drops', async () => {
    expect(await talk(await listen(http()), 'CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    expect(outcomes()).toEqual({});
  });

  it('leaves CONNECT over HTTP/2 to the instrumentation of streams', async () => {
    const server = createHttp2(() => {}).on('connect', (_request, response) => response.end());
    closings.push(() => server.close());
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    await new Promise((resolve) =>
      session.request({ ':method': 'CONNECT', ':authority': 'x:1' }).on('close', resolve).resume().end(),
    );
    session.close();
    expect(outcomes()).toEqual({});
  });
});

it('leaves no listener and no series of HTTP connections behind when it is detached', async () => {
  const server = http().on('upgrade', (_, socket: Duplex) => socket.write(SWITCHING));
  const client = openRaw(await listen(server), upgrade());
  await client.until('101');
  attached[0]!.detach();
  expect([server.listenerCount('upgrade'), server.listenerCount('removeListener')]).toEqual([1, 0]);
  expect(open()).toBeUndefined();
  client.socket.destroy();
  await client.closed;
  expect(open()).toBeUndefined();
});
