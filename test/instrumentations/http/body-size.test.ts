// Body sizes of HTTP/1 are exactly the bytes of the body, whatever way it is sent: no header, no framing, nothing unsent.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createGzip, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Guard, Undo } from '../../../src/hooks/instrumentation.ts';
import {
  countRequestBody,
  countResponseBodies,
  requestBodySize,
  responseBodySize,
} from '../../../src/instrumentations/http/body-size.ts';
import { listen, openRaw, talk } from '../../kit/apps/http-traffic.ts';

const unguarded: Guard = (run) => run;

let stopCounting: Undo;
let server: Server;
let sizes: { request: number | undefined; response: number }[];

beforeEach(() => {
  stopCounting = countResponseBodies(unguarded);
  sizes = [];
});

afterEach(() => {
  stopCounting();
  server.closeAllConnections();
  server.close();
});

async function serve(listener: RequestListener): Promise<number> {
  server = createServer((request, response) => {
    if (request.headers['transfer-encoding'] !== undefined) countRequestBody(request, unguarded);
    response.on('finish', () => sizes.push({ request: requestBodySize(request), response: responseBodySize(response) }));
    listener(request, response);
  });
  return listen(server);
}

async function responseSizeOf(
  answer: (response: ServerResponse) => void,
  head = 'GET / HTTP/1.1\r\nHost: x\r\n',
): Promise<number> {
  const port = await serve((_, response) => answer(response));
  await talk(port, `${head}Connection: close\r\n\r\n`);
  return sizes[0]!.response;
}

const HEAD = 'HEAD / HTTP/1.1\r\nHost: x\r\n';
const OLD = 'GET / HTTP/1.0\r\n';

describe('the body size of a response', () => {
  const cases: [string, (response: ServerResponse) => void, number, string?][] = [
    ['one text', (response) => response.end('grüße'), 7],
    ['one text in Latin-1', (response) => response.end('grüße', 'latin1'), 5],
    ['a buffer', (response) => response.end(Buffer.alloc(100_000)), 100_000],
    ['nothing', (response) => response.end(), 0],
    ['an announced length', (response) => void response.writeHead(200, { 'Content-Length': 3 }).end('abc'), 3],
    [
      'an announced length, in pieces',
      (response) => void (response.setHeader('Content-Length', 4), response.write('ab'), response.end('cd')),
      4,
    ],
    ['chunks', (response) => void (response.write('ab'), response.write(Buffer.from('cde')), response.end('f')), 6],
    ['chunks in base64', (response) => void (response.write('YWJj', 'base64'), response.end('ZGVm', 'base64')), 6],
    ['chunks and no last one', (response) => void (response.write('ab'), response.end()), 2],
    ['a head that is sent ahead', (response) => void (response.flushHeaders(), response.end('later')), 5],
    ['chunks and trailers', (response) => void (response.write('ab'), response.addTrailers({ 'X-Sum': '1' }), response.end()), 2],
    ['callbacks in any place', (response) => void (response.write('ab', () => {}), response.end(() => {})), 2],
    [
      'interim answers before it',
      (response) => void (response.writeEarlyHints({ link: '</a>; rel=preload' }), response.end('abc')),
      3,
    ],
    ['HEAD with a length', (response) => void response.writeHead(200, { 'Content-Length': 3 }).end('abc'), 0, HEAD],
    ['HEAD with writes', (response) => void (response.write('ab'), response.end('cd')), 0, HEAD],
    ['204', (response) => void response.writeHead(204).end('ignored'), 0],
    ['304', (response) => void response.writeHead(304, { ETag: '"1"' }).end(), 0],
    ['HTTP/1.0, ended by the connection', (response) => void (response.write('ab'), response.end('cd')), 4, OLD],
    [
      'no length and no chunks',
      (response) => void (response.removeHeader('transfer-encoding'), response.write('ab'), response.end('c')),
      3,
    ],
    [
      'a write after the end',
      (response) => void (response.on('error', () => {}), response.write('ab'), response.end(), response.write('more')),
      2,
    ],
  ];

  it.each(cases)('counts the body size of a response with %s', async (_, answer, expected, head) => {
    expect(await responseSizeOf(answer, head)).toBe(expected);
  });

  it('counts the compressed bytes of a compressed response', async () => {
    const body = 'compress me '.repeat(10_000);
    const expected = gzipSync(body).length;
    expect(
      await responseSizeOf((response) => {
        const gzip = createGzip();
        gzip.pipe(response);
        gzip.end(body);
      }),
    ).toBe(expected);
  });

  it('adds up any sequence of chunks of a response', async () => {
    const port = await serve((request, response) => {
      const chunks = JSON.parse(decodeURIComponent(request.url!.slice(1))) as string[];
      for (const chunk of chunks) response.write(chunk);
      response.end();
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1, maxLength: 8 }),
        async (chunks) => {
          sizes = [];
          const path = encodeURIComponent(JSON.stringify(chunks.map((chunk) => chunk.toWellFormed())));
          await talk(port, `GET /${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
          expect(sizes[0]!.response).toBe(Buffer.byteLength(chunks.join('').toWellFormed()));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps the body sizes of pipelined responses apart', async () => {
    const port = await serve((request, response) => {
      setTimeout(() => {
        response.write(request.url!);
        response.end('!');
      }, 20 - request.url!.length);
    });
    const client = openRaw(port, ['/a', '/bbb', '/ccccc'].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    await client.until('/ccccc');
    await client.until(/0\r\n\r\n$/);
    expect(sizes.map(({ response }) => response)).toEqual([3, 5, 7]);
  });
});

describe('the body size of a request', () => {
  async function requestSizeOf(
    text: string,
    listener: (request: IncomingMessage) => void = (request) => request.resume(),
  ): Promise<number | undefined> {
    const port = await serve((request, response) => {
      listener(request);
      request.on('end', () => response.end());
    });
    await talk(port, text);
    return sizes[0]!.request;
  }

  const post = (headers: string, body: string): string =>
    `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n${body}`;

  it('takes the body size of a request from Content-Length', async () => {
    expect(await requestSizeOf(post('Content-Length: 5\r\n', 'hello'))).toBe(5);
  });

  it('counts the chunks of a request without their framing', async () => {
    expect(
      await requestSizeOf(
        post('Transfer-Encoding: chunked\r\n', '5\r\nhello\r\nb;note=1\r\n big world!\r\n0\r\nX-Trailer: 1\r\n\r\n'),
      ),
    ).toBe(16);
  });

  it('has no body size of a request without a body', async () => {
    expect(await requestSizeOf('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toBeUndefined();
  });

  it('has no body size of a request that was answered before its body arrived', async () => {
    const port = await serve((_, response) => response.writeHead(413, { Connection: 'close' }).end());
    await talk(port, post('Content-Length: 1000\r\n', 'only this'));
    expect(sizes[0]!.request).toBeUndefined();
  });

  it('counts the body of a request that is not read', async () => {
    const port = await serve((_, response) => void setTimeout(() => response.end(), 20));
    await talk(port, post('Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'));
    expect(sizes[0]!.request).toBe(5);
  });

  it('leaves the body of a request as it was', async () => {
    let body = '';
    await requestSizeOf(post('Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'), (request) => {
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
    });
    expect(body).toBe('hello');
  });
});

describe('countRequestBody and countResponseBodies', () => {
  it('lets undefined be pushed to a request', async () => {
    const results: boolean[] = [];
    const port = await serve((request, response) => {
      results.push(request.push(undefined));
      response.end();
    });
    await talk(port, 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    expect(results).toHaveLength(1);
  });

  it('writes a response once where counting fails', async () => {
    stopCounting();
    let calls = 0;
    stopCounting = countResponseBodies(() => () => {
      calls += 1;
      return undefined;
    });
    const port = await serve((_, response) => {
      response.write('ab');
      response.end('cd');
    });
    const answer = await talk(port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n$/);
    expect(calls).toBe(2);
  });

  it('leaves write and end of a response looking as before, and puts them back when it stops', async () => {
    await serve((_, response) => response.end());
    const { prototype } = (await import('node:http')).OutgoingMessage;
    const counting = Object.getOwnPropertyDescriptor(prototype, 'write')!.value as () => void;
    expect([counting.name, counting.length]).toEqual(['write', 3]);
    stopCounting();
    expect(Object.getOwnPropertyDescriptor(prototype, 'write')!.value).not.toBe(counting);
    stopCounting = countResponseBodies(unguarded);
  });
});
