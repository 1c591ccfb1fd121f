// Every way in which a request sent with node:http or node:https can end: counted once, with its outcome, and no longer active.
import http, { createServer, type ClientRequest, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import { createServer as createNet, type Server as NetServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpClientActiveRequests, httpClientRequestDuration } from '../../../src/catalog/http.ts';
import { markInternalAgent } from '../../../src/core/internal-traffic.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import { httpClient } from '../../../src/instrumentations/http/http-client.ts';
import { eventually, listen } from '../../kit/apps/http-traffic.ts';
import { SETTINGS } from '../../kit/contracts/instrumentation-settings.ts';
import { activeOf, outcomesOf, samplesOf } from '../../kit/samples/http-samples.ts';
import { certificate } from '../../kit/servers/certificate.ts';

let registry: Registry;
let attached: AttachedInstrumentation;
let server: Server | NetServer | undefined;
let port: number;
let agents: http.Agent[];

beforeEach(() => {
  registry = new Registry();
  attached = attach(httpClient, registry, SETTINGS);
  agents = [];
});

afterEach(() => {
  attached.detach();
  for (const agent of agents) agent.destroy();
  if (server instanceof http.Server) server.closeAllConnections();
  server?.close();
  server = undefined;
});

async function serve(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  port = await listen(server);
}

async function serveRaw(answer: string | undefined): Promise<void> {
  server = createNet((socket) => {
    socket.on('error', () => {}).once('data', () => (answer === undefined ? socket.destroy() : socket.end(answer)));
  });
  port = await listen(server);
}

/** Sends a request, reads what is answered, and resolves once it is over in whatever way. */
function send(
  options: http.RequestOptions = {},
  finish: (request: ClientRequest) => void = (request) => request.end(),
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    let response: IncomingMessage | undefined;
    const request = http.request({ host: '127.0.0.1', port, agent: false, ...options });
    request.on('response', (incoming) => (response = incoming.on('error', () => {}).resume()));
    request.on('error', () => {}).on('close', () => resolve(response));
    finish(request);
  });
}

const outcomes = (): Record<string, number> => outcomesOf(registry);
const durations = () => samplesOf(registry, httpClientRequestDuration);
const portsSeen = () => durations().map(({ attributes }) => attributes['server.port']);

async function expectOutcomes(expected: Record<string, number>): Promise<void> {
  await eventually(() => expect(outcomes()).toEqual(expected));
  expect(activeOf(registry)).toBe(0);
}

describe('requests sent with node:http', () => {
  it('records a sent request with the attributes of the semantic conventions', async () => {
    await serve((_, response) => response.end('hello'));
    await send();
    await expectOutcomes({ 'GET 200': 1 });
    expect(durations()[0]!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': port,
    });
    expect(samplesOf(registry, httpClientActiveRequests)[0]!.attributes).toEqual({
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': port,
      'url.scheme': 'http',
    });
  });

  it('counts a sent request as active until its response is read', async () => {
    await serve((_, response) => response.end('hello'));
    const request = http.get({ host: '127.0.0.1', port, agent: false });
    const response = await new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
    expect(activeOf(registry)).toBe(1);
    response.resume();
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('records known methods of sent requests, and others as _OTHER', async () => {
    await serve((_, response) => response.end());
    for (const method of ['post', 'QUERY', 'PROPFIND']) await send({ method });
    await expectOutcomes({ 'POST 200': 1, 'QUERY 200': 1, '_OTHER 200': 1 });
  });

  it('records a status of 400 or more of a sent request as an error of that type', async () => {
    await serve((request, response) => response.writeHead(Number(request.url!.slice(1))).end());
    for (const status of [399, 404, 503]) await send({ path: `/${status}` });
    await expectOutcomes({ 'GET 399': 1, 'GET 404 404': 1, 'GET 503 503': 1 });
  });

  it('counts a sent request whose response has no body', async () => {
    await serve((request, response) => response.writeHead(Number(request.url!.slice(1)), { 'X-Any': 1 }).end());
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ] as const)
      await send({ method, path: `/${status}` });
    await expectOutcomes({ 'HEAD 200': 1, 'GET 204': 1, 'GET 304': 1 });
  });

  it('records the final response of a sent request after informational ones', async () => {
    await serve((_, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.end('ok');
    });
    await send({ headers: { Expect: '100-continue' }, method: 'POST' }, (request) =>
      request.on('continue', () => request.end('x')).flushHeaders(),
    );
    await expectOutcomes({ 'POST 200': 1 });
  });

  it('ends a sent request with a response that comes before all was sent', async () => {
    await serve((_, response) => response.writeHead(413).end());
    const agent = new http.Agent({ keepAlive: true });
    agents.push(agent);
    const request = http.request({ host: '127.0.0.1', port, agent, method: 'POST' });
    request.on('error', () => {}).on('response', (response) => response.resume());
    request.write('more is to come');
    await expectOutcomes({ 'POST 413 413': 1 });
    request.end();
  });
});

describe('agents of node:http', () => {
  it('counts each request of an agent that keeps connections alive', async () => {
    await serve((_, response) => response.end('ok'));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    await Promise.all(Array.from({ length: 5 }, () => send({ agent })));
    await expectOutcomes({ 'GET 200': 5 });
  });

  it('leaves out requests of an agent of promtel, and of any OTLP exporter', async () => {
    await serve((_, response) => response.end());
    const agent = new http.Agent();
    agents.push(agent);
    markInternalAgent(agent);
    await send({ agent });
    await send({ headers: { 'User-Agent': 'app/1 OTel-OTLP-Exporter-JavaScript/0.301.0' } });
    await send({ headers: ['user-agent', 'OTel-OTLP-Exporter-JavaScript/0.301.0', 'host', 'x'] });
    expect(outcomes()).toEqual({});
  });
});

describe('failures of sent requests', () => {
  it('records a sent request that cannot connect with the code of the error and the port', async () => {
    await serve(() => {});
    server!.close();
    await send();
    await expectOutcomes({ 'GET ECONNREFUSED': 1 });
    expect(portsSeen()).toEqual([port]);
  });

  it('records a sent request whose host is not found with the code of the error', async () => {
    const lookup = ((_host: string, _options: object, found: (error: Error) => void) =>
      found(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))) as unknown as NonNullable<
      http.RequestOptions['lookup']
    >;
    await send({ host: 'nowhere.test', port: 80, lookup });
    await expectOutcomes({ 'GET ENOTFOUND': 1 });
    expect(durations()[0]!.attributes).toMatchObject({ 'server.address': 'nowhere.test', 'server.port': 80 });
  });

  it.each([
    ['no answer at all', undefined, 'GET ECONNRESET'],
    ['an answer that is cut off', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'GET 200 ECONNRESET'],
    ['an error that is cut off', 'HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\nhalf', 'GET 500 ECONNRESET'],
    ['no HTTP', 'hello', 'GET HPE_INVALID_CONSTANT'],
    ['an answer that ends with the connection', 'HTTP/1.0 200 OK\r\n\r\nall of it', 'GET 200'],
  ])('records a sent request whose server sends %s', async (_, answer, outcome) => {
    await serveRaw(answer);
    await send();
    await expectOutcomes({ [outcome]: 1 });
  });

  it('records a failed response where the application does not listen for its error', async () => {
    await serveRaw('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    http.get({ host: '127.0.0.1', port, agent: false }, (response) => response.resume());
    await expectOutcomes({ 'GET 200 ECONNRESET': 1 });
  });
});

describe('an application that sends requests with node:http', () => {
  beforeEach(() => serve((request, response) => (request.url === '/part' ? void response.write('part') : undefined)));

  it('records a sent request that is aborted by a signal with the name of the error', async () => {
    const controller = new AbortController();
    const sent = send({ signal: controller.signal });
    await eventually(() => expect(activeOf(registry)).toBe(1));
    controller.abort();
    await sent;
    await expectOutcomes({ 'GET AbortError': 1 });
  });

  it('records a sent request that is destroyed with the reason', async () => {
    await send({}, (request) => void request.end(() => request.destroy()));
    await send({}, (request) => void request.end(() => request.destroy(Object.assign(new Error('own'), { code: 'E_OWN' }))));
    await expectOutcomes({ 'GET ECONNRESET': 1, 'GET E_OWN': 1 });
  });

  it('counts a sent request that is destroyed before it is connected', async () => {
    await send({}, (request) => void request.destroy());
    await expectOutcomes({ 'GET ECONNRESET': 1 });
  });

  it('records the status of a sent request that is destroyed during the response', async () => {
    await send({ path: '/part' }, (request) =>
      request.on('response', (response) => response.once('data', () => response.destroy())).end(),
    );
    await send({ path: '/part' }, (request) =>
      request.on('response', (response) => response.once('data', () => request.destroy())).end(),
    );
    await eventually(() => expect(Object.values(outcomes()).reduce((sum, count) => sum + count, 0)).toBe(2));
    expect(Object.keys(outcomes()).every((outcome) => /^GET 200 (aborted|ECONNRESET)$/.test(outcome))).toBe(true);
    expect(activeOf(registry)).toBe(0);
  });

  it('records the timeout of a sent request where the application acts on it', async () => {
    await send({ timeout: 20 }, (request) =>
      request.on('timeout', () => request.destroy(Object.assign(new Error('slow'), { code: 'ETIMEDOUT' }))).end(),
    );
    await expectOutcomes({ 'GET ETIMEDOUT': 1 });
  });

  it('counts a sent request whose response is never read when the connection ends', async () => {
    const request = http.get({ host: '127.0.0.1', port, path: '/part', agent: false });
    await new Promise((resolve) => request.on('response', (response) => resolve(response.on('error', () => {}))));
    expect(outcomes()).toEqual({});
    expect(activeOf(registry)).toBe(1);
    (server as Server).closeAllConnections();
    await expectOutcomes({ 'GET 200 ECONNRESET': 1 });
  });
});

describe('upgraded connections of node:http', () => {
  it('counts an upgrade that is sent with 101, when it succeeds', async () => {
    await serve(() => {});
    server!.on('upgrade', (_, socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    const request = http.get({ host: '127.0.0.1', port, headers: { Connection: 'Upgrade', Upgrade: 'x' } });
    const socket = await new Promise<{ destroy(): void }>((resolve) => request.on('upgrade', (_, upgraded) => resolve(upgraded)));
    await expectOutcomes({ 'GET 101': 1 });
    socket.destroy();
    await expectOutcomes({ 'GET 101': 1 });
  });

  it('counts a CONNECT that is sent with its status', async () => {
    await serve(() => {});
    server!.on('connect', (_, socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    const request = http.request({ host: '127.0.0.1', port, method: 'CONNECT', path: 'a:1' }).end();
    const socket = await new Promise<{ destroy(): void }>((resolve) => request.on('connect', (_, tunnel) => resolve(tunnel)));
    await expectOutcomes({ 'CONNECT 200': 1 });
    socket.destroy();
  });
});

describe('the server of a sent request', () => {
  it.each([
    ['a URL', () => http.get(`http://127.0.0.1:${port}/path?x`)],
    ['a URL object', () => http.get(new URL(`http://127.0.0.1:${port}/`))],
    ['headers as an array', () => http.get({ host: '127.0.0.1', port, headers: ['Host', `127.0.0.1:${port}`] })],
    ['a Host header of the application', () => http.get({ host: '127.0.0.1', port, headers: { Host: 'virtual.test' } })],
    ['no Host header', () => http.get({ host: '127.0.0.1', port, setHost: false, headers: { Host: '' } })],
    ['a request made by its class', () => new http.ClientRequest(new URL(`http://127.0.0.1:${port}/`)).end()],
  ])('records the server of a sent request with %s', async (_, sendIt) => {
    await serve((_request, response) => response.end());
    sendIt()
      .on('response', (response) => response.resume())
      .on('error', () => {});
    await eventually(() => expect(durations()).toHaveLength(1));
    expect(durations()[0]!.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'server.port': port });
    expect(activeOf(registry)).toBe(0);
  });

  it('records the default port of the scheme of a sent request', async () => {
    for (const { Agent, get } of [http, https]) {
      const agent = new Agent();
      agent.createConnection = (_, done) => {
        done?.(new Error('no network in tests'), undefined as never);
        return undefined;
      };
      await new Promise((resolve) => get({ host: 'example.test', agent }).on('error', resolve));
    }
    await eventually(() => expect(durations()).toHaveLength(2));
    expect(portsSeen()).toEqual([80, 443]);
  });

  it('records an IPv6 address of a sent request', async () => {
    await send({ host: '::1', port: 1 });
    expect(durations()[0]!.attributes).toMatchObject({ 'server.address': '::1', 'server.port': 1 });
  });

  it('records the port and scheme of a sent request over TLS', async () => {
    const secure = https.createServer(certificate, (_, response) => response.end('ok'));
    server = secure;
    port = await listen(secure);
    https.get({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }, (response) => response.resume());
    await expectOutcomes({ 'GET 200': 1 });
    expect(samplesOf(registry, httpClientActiveRequests)[0]!.attributes['url.scheme']).toBe('https');
    https.get({ host: '127.0.0.1', port, agent: false }).on('error', () => {});
    await expectOutcomes({ 'GET 200': 1, 'GET DEPTH_ZERO_SELF_SIGNED_CERT': 1 });
  });
});

it('drops active sent requests when it is detached', async () => {
  let answer = (): void => {};
  await serve((_, response) => {
    answer = () => response.end();
  });
  const sent = send();
  await eventually(() => expect(activeOf(registry)).toBe(1));
  await eventually(() => expect(answer).not.toBe(undefined));
  attached.detach();
  expect(activeOf(registry)).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  answer();
  await sent;
  expect(outcomes()).toEqual({});
});
