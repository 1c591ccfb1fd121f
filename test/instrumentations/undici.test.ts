// Every way in which a request sent with fetch or undici can end: counted once, with its outcome, and no longer active.
import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createNet, type Server as NetServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpClientActiveRequests, httpClientRequestDuration } from '../../src/catalog/http.ts';
import { Registry } from '../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../src/hooks/attach.ts';
import { undici } from '../../src/instrumentations/undici.ts';
import { eventually, listen } from '../kit/apps/http-traffic.ts';
import { SETTINGS } from '../kit/contracts/instrumentation-settings.ts';
import { activeOf, outcomesOf, samplesOf } from '../kit/samples/http-samples.ts';

let registry: Registry;
let attached: AttachedInstrumentation;
let server: Server | NetServer | undefined;
let port: number;

beforeEach(() => {
  registry = new Registry();
  attached = attach(undici, registry, SETTINGS);
});

afterEach(() => {
  attached.detach();
  if (server !== undefined && 'closeAllConnections' in server) server.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  port = await listen(server);
}

const url = (path = '/'): string => `http://127.0.0.1:${port}${path}`;
const outcomes = (): Record<string, number> => outcomesOf(registry);
const durations = () => samplesOf(registry, httpClientRequestDuration);

async function expectOutcomes(expected: Record<string, number>): Promise<void> {
  await eventually(() => expect(outcomes()).toEqual(expected));
  expect(activeOf(registry)).toBe(0);
}

describe('requests sent with fetch', () => {
  it('records a request of fetch with the attributes of the semantic conventions', async () => {
    await serve((_, response) => response.end('hello'));
    await (await fetch(url('/any?query'))).text();
    await expectOutcomes({ 'GET 200': 1 });
    expect(durations()[0]!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': port,
      'url.scheme': 'http',
    });
    expect(samplesOf(registry, httpClientActiveRequests)[0]!.attributes).toEqual({
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': port,
      'url.scheme': 'http',
    });
  });

  it('counts each hop of a redirect of fetch as a request', async () => {
    await serve((request, response) =>
      request.url === '/' ? response.writeHead(302, { location: '/there' }).end() : response.end('ok'),
    );
    await (await fetch(url())).text();
    await expectOutcomes({ 'GET 302': 1, 'GET 200': 1 });
  });

  it('records known methods of fetch, in upper or lower case', async () => {
    await serve((_, response) => response.end());
    for (const method of ['post', 'PATCH', 'PROPFIND']) await fetch(url(), { method });
    await expectOutcomes({ 'POST 200': 1, 'PATCH 200': 1, '_OTHER 200': 1 });
  });

  it('records a status of 400 or more of fetch as an error of that type', async () => {
    await serve((_, response) => response.writeHead(404).end());
    await fetch(url());
    await expectOutcomes({ 'GET 404 404': 1 });
  });

  it('counts a request of fetch as active until the response is complete', async () => {
    let finish = (): void => {};
    await serve((_, response) => {
      response.write('part');
      finish = () => response.end('end');
    });
    const response = await fetch(url());
    expect(activeOf(registry)).toBe(1);
    finish();
    await response.text();
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('counts a request of fetch whose response is not read when it has arrived', async () => {
    await serve((_, response) => response.end('small enough to come unasked'));
    await fetch(url());
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('records a refused connection of fetch with the code of the error', async () => {
    await serve(() => {});
    server!.close();
    await expect(fetch(url())).rejects.toThrow('fetch failed');
    await expectOutcomes({ 'GET ECONNREFUSED': 1 });
    expect(durations()[0]!.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'server.port': port });
  });

  it.each([
    ['nothing', undefined, /^GET UND_ERR_SOCKET$/],
    ['half', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', /^GET 200 UND_ERR_SOCKET$/],
    ['no HTTP', 'hello', /^GET (HTTPParserError|HPE_INVALID_CONSTANT)$/],
  ])('records a response of fetch with %s by the code of the error', async (_, answer, outcome) => {
    server = createNet((socket) => {
      socket.on('error', () => {}).once('data', () => (answer === undefined ? socket.destroy() : socket.end(answer)));
    });
    port = await listen(server);
    await expect(fetch(url()).then((response) => response.text())).rejects.toThrow();
    await eventually(() => expect(Object.keys(outcomes())).toEqual([expect.stringMatching(outcome)]));
    expect(activeOf(registry)).toBe(0);
  });

  it('records an aborted request of fetch with the name of the reason', async () => {
    await serve(() => {});
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    await expect(fetch(url(), { signal: controller.signal })).rejects.toThrow();
    await expect(fetch(url(), { signal: AbortSignal.timeout(20) })).rejects.toThrow();
    await expectOutcomes({ 'GET AbortError': 1, 'GET TimeoutError': 1 });
  });

  it('records the status of a request of fetch that is aborted during the response', async () => {
    await serve((_, response) => void response.write('part'));
    const controller = new AbortController();
    const response = await fetch(url(), { signal: controller.signal });
    controller.abort();
    await expect(response.text()).rejects.toThrow();
    await expectOutcomes({ 'GET 200 AbortError': 1 });
  });

  it('counts no call of fetch that sends no request', async () => {
    await expect(fetch('http://127.0.0.1:1', { signal: AbortSignal.abort() })).rejects.toThrow();
    await expect(fetch('data:text/plain,hello').then((response) => response.text())).resolves.toBe('hello');
    expect(outcomes()).toEqual({});
    expect(activeOf(registry)).toBe(0);
  });
});

describe('WebSockets of undici', () => {
  it('counts a WebSocket of undici once with 101, when it is opened', async () => {
    await serve(() => {});
    server!.on('upgrade', (request, socket) => {
      const key = request.headers['sec-websocket-key'] as string;
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.on('error', () => {}).on('data', () => socket.end());
    });
    const socket = new WebSocket(url().replace('http', 'ws'));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    await expectOutcomes({ 'GET 101': 1 });
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    socket.close();
    await closed;
    await expectOutcomes({ 'GET 101': 1 });
  });

  it('counts a WebSocket of undici that is refused by the response', async () => {
    await serve((_, response) => response.writeHead(403).end());
    const socket = new WebSocket(url().replace('http', 'ws'));
    await new Promise((resolve) => socket.addEventListener('error', resolve));
    await eventually(() => expect(Object.keys(outcomes()).every((outcome) => outcome.startsWith('GET 403'))).toBe(true));
    expect(Object.values(outcomes())).toEqual([1]);
    expect(activeOf(registry)).toBe(0);
  });
});

it('drops active requests of undici when it is detached', async () => {
  let answer = (): void => {};
  await serve((_, response) => {
    answer = () => response.end();
  });
  const sent = fetch(url());
  await eventually(() => expect(activeOf(registry)).toBe(1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  attached.detach();
  answer();
  await sent;
  expect(activeOf(registry)).toBe(0);
  expect(outcomes()).toEqual({});
});
