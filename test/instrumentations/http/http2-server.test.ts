// Every way in which a request served over HTTP/2 can end: counted once, with the right status, and no longer active.
import {
  type ClientHttp2Session,
  connect,
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpServerRequestBodySize, httpServerRequestDuration, httpServerResponseBodySize } from '../../../src/catalog/http.ts';
import { clearRoute, setRoute } from '../../../src/core/http/route.ts';
import { markInternalServer } from '../../../src/core/internal-traffic.ts';
import { Registry } from '../../../src/core/recording/registry.ts';
import { attach, type AttachedInstrumentation } from '../../../src/hooks/attach.ts';
import { http2Server } from '../../../src/instrumentations/http/http2-server.ts';
import { eventually, listen } from '../../kit/apps/http-traffic.ts';
import { SETTINGS } from '../../kit/contracts/instrumentation-settings.ts';
import { activeOf, outcomesOf, samplesOf } from '../../kit/samples/http-samples.ts';
import { certificate } from '../../kit/servers/certificate.ts';

type Client = ReturnType<ClientHttp2Session['request']>;

let registry: Registry;
let attached: AttachedInstrumentation;
let server: Http2Server | Http2SecureServer;
let session: ClientHttp2Session;

beforeEach(() => {
  registry = new Registry();
  attached = attach(http2Server, registry, { ...SETTINGS, ignoresPath: (path) => path === '/ignored' });
});

afterEach(() => {
  session.destroy();
  server.close();
  attached.detach();
});

async function serve(made: Http2Server): Promise<void> {
  server = made;
  session = connect(`http://127.0.0.1:${await listen(server)}`).on('error', () => {});
}

const serveStreams = (listener: (stream: ServerHttp2Stream, path: string) => void): Promise<void> =>
  serve(
    createServer().on('stream', (stream, headers) =>
      listener(
        stream.on('error', () => {}),
        headers[':path']!,
      ),
    ),
  );

/** Sends a request and resolves when its stream is closed, however. */
function send(headers: OutgoingHttpHeaders = {}, finish: (client: Client) => void = (client) => client.end()): Promise<void> {
  return new Promise((resolve) => {
    const client = session.request({ ':path': '/', ...headers }, { endStream: false });
    client
      .on('error', () => {})
      .on('close', resolve)
      .resume();
    finish(client);
  });
}

const outcomes = (): Record<string, number> => outcomesOf(registry);

async function expectOutcomes(expected: Record<string, number>): Promise<void> {
  await eventually(() => expect(outcomes()).toEqual(expected));
  expect(activeOf(registry)).toBe(0);
}

describe('requests served over HTTP/2', () => {
  it('records an HTTP/2 request with the attributes of the semantic conventions', async () => {
    await serve(
      createServer((request, response) => {
        setRoute(request, '/users/:id');
        response.writeHead(200, { 'content-length': 5 }).end('hello');
      }),
    );
    await send({ ':path': '/users/1?x' });
    await expectOutcomes({ 'GET 200 /users/:id': 1 });
    expect(samplesOf(registry, httpServerRequestDuration)[0]!.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/users/:id',
      'network.protocol.version': '2',
      'url.scheme': 'http',
    });
  });

  it('records no route of an HTTP/2 request whose route was cleared', async () => {
    await serve(
      createServer((request, response) => {
        setRoute(request, '/mount');
        clearRoute(request);
        response.writeHead(404).end();
      }),
    );
    await send();
    await expectOutcomes({ 'GET 404': 1 });
  });

  it('records an HTTP/2 request that is answered by its stream, without the compatibility API', async () => {
    await serveStreams((stream) => {
      setRoute(stream, '/rpc');
      stream.respond({ ':status': 201 });
      stream.end('x');
    });
    await send({ ':method': 'POST' });
    await expectOutcomes({ 'POST 201 /rpc': 1 });
  });

  it('counts an HTTP/2 request as active until it is answered', async () => {
    const streams: ServerHttp2Stream[] = [];
    await serveStreams((stream) => void streams.push(stream));
    const sent = [send(), send()];
    await eventually(() => expect(activeOf(registry)).toBe(2));
    for (const stream of streams) {
      stream.respond();
      stream.end();
    }
    await Promise.all(sent);
    await expectOutcomes({ 'GET 200': 2 });
  });

  it('records an unknown method of HTTP/2 as _OTHER', async () => {
    await serveStreams((stream) => stream.respond({}, { endStream: true }));
    for (let count = 0; count < 20; count += 1) await send({ ':method': `MADE-UP-${count}` });
    await expectOutcomes({ '_OTHER 200': 20 });
  });

  it('records a status of 500 or more of HTTP/2 as an error of that type', async () => {
    await serveStreams((stream) => stream.respond({ ':status': 502 }, { endStream: true }));
    await send();
    await expectOutcomes({ 'GET 502 502': 1 });
  });

  it('records the scheme of HTTP/2 over TLS, also where HTTP/1 is allowed', async () => {
    const secure = createSecureServer({ ...certificate, allowHTTP1: true }, (_, response) => response.end());
    server = secure;
    session = connect(`https://127.0.0.1:${await listen(secure)}`, { rejectUnauthorized: false });
    await send();
    await expectOutcomes({ 'GET 200': 1 });
    expect(samplesOf(registry, httpServerRequestDuration)[0]!.attributes['url.scheme']).toBe('https');
  });

  it('counts an HTTP/2 request once, and no pushed response', async () => {
    await serveStreams((stream) => {
      stream.pushStream({ ':path': '/pushed' }, (_, pushed) => {
        pushed.respond();
        pushed.end('pushed');
      });
      stream.respond();
      stream.end('requested');
    });
    await send();
    await expectOutcomes({ 'GET 200': 1 });
  });

  it('leaves out HTTP/2 requests to ignored paths and to servers of promtel', async () => {
    await serveStreams((stream) => stream.respond({}, { endStream: true }));
    await send({ ':path': '/ignored?x' });
    markInternalServer(server);
    await send();
    expect(outcomes()).toEqual({});
    expect(activeOf(registry)).toBe(0);
  });
});

describe('HTTP/2 requests that end early', () => {
  it.each([
    ['before an answer', (): void => {}, 'GET aborted'],
    ['in an answer', (stream: ServerHttp2Stream) => (stream.respond(), void stream.write('part')), 'GET 200 aborted'],
    [
      'in an answer that is ready',
      (stream: ServerHttp2Stream) => (stream.respond(), void stream.end(Buffer.alloc(5_000_000))),
      'GET 200 aborted',
    ],
    [
      'in an error',
      (stream: ServerHttp2Stream) => (stream.respond({ ':status': 500 }), void stream.write('part')),
      'GET 500 500',
    ],
    [
      'in a stream of events',
      (stream: ServerHttp2Stream) => (
        stream.respond({ 'content-type': 'text/event-stream; charset=utf-8' }),
        void stream.write('data: 1\n\n')
      ),
      'GET 200',
    ],
  ])('records an HTTP/2 request that its client cancels %s', async (_, answer, outcome) => {
    await serveStreams(answer);
    const sent = send({}, (client) => {
      client.pause().end();
      setTimeout(() => client.close(constants.NGHTTP2_CANCEL), 30);
    });
    await sent;
    await expectOutcomes({ [outcome]: 1 });
  });

  it.each([
    [
      'with an error',
      (stream: ServerHttp2Stream) => (stream.respond(), stream.write('x'), void stream.destroy(new Error('handler'))),
      'GET 200 aborted',
    ],
    ['by refusing it', (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM), 'GET aborted'],
  ])('records an HTTP/2 request that the server ends %s', async (_, answer, outcome) => {
    await serveStreams(answer);
    await send();
    await expectOutcomes({ [outcome]: 1 });
  });

  it('records an HTTP/2 request whose connection ends', async () => {
    await serveStreams(() => {});
    const sent = [send(), send({ ':method': 'POST' }, () => {})];
    await eventually(() => expect(activeOf(registry)).toBe(2));
    session.destroy();
    await Promise.all(sent);
    await expectOutcomes({ 'GET aborted': 1, 'POST aborted': 1 });
  });

  it('records an HTTP/2 request as answered that is answered before it was received in full', async () => {
    await serveStreams((stream) => {
      stream.respond({ ':status': 413 });
      stream.end('too much');
    });
    await send({ ':method': 'POST', 'content-length': 1000 }, (client) => client.write('only this'));
    await expectOutcomes({ 'POST 413': 1 });
    expect(samplesOf(registry, httpServerRequestBodySize)).toEqual([]);
  });
});

describe('body sizes of HTTP/2', () => {
  it('records body sizes of HTTP/2 by Content-Length, of complete bodies', async () => {
    await serve(
      createServer((request, response) => {
        request.resume().on('end', () => response.writeHead(200, { 'content-length': 2 }).end('ok'));
      }),
    );
    await send({ ':method': 'POST', 'content-length': 5 }, (client) => client.end('hello'));
    await send({ ':method': 'POST' }, (client) => client.end('not announced'));
    await expectOutcomes({ 'POST 200': 2 });
    expect(samplesOf(registry, httpServerRequestBodySize)).toMatchObject([{ value: 1, sum: 5 }]);
    expect(samplesOf(registry, httpServerResponseBodySize)).toMatchObject([{ value: 2, sum: 4 }]);
  });

  it('records a body size of 0 for HTTP/2 responses that have no body', async () => {
    await serveStreams((stream, path) =>
      stream.respond({ ':status': Number(path.slice(1)), 'content-length': 9 }, { endStream: true }),
    );
    await send({ ':path': '/200', ':method': 'HEAD' });
    await send({ ':path': '/304' });
    await expectOutcomes({ 'HEAD 200': 1, 'GET 304': 1 });
    expect(samplesOf(registry, httpServerResponseBodySize)).toMatchObject([{ sum: 0 }, { sum: 0 }]);
  });
});
