// A flood of requests that no two are alike: the series stay few, the heap stays flat, and the real routes are still counted.
//
// PROMTEL_TEST_FLOOD=1000000 sends that many; on two cores that takes a minute or two.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { METHODS } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpServerActiveRequests, httpServerOpenConnections, httpServerRequestDuration } from '../../src/catalog/http.ts';

const REQUESTS = Number(process.env['PROMTEL_TEST_FLOOD'] ?? 50_000);
const CONNECTIONS = 8;
const PIPELINED = 32;
/** One request in this many is to a route of the application. */
const REAL = 10;
/** What the heap may grow by as code warms up: of 800,000 requests, none may leave as much as 5 bytes. */
const FLAT_BYTES = 4_000_000;

interface Report {
  readonly heapBytes: number;
  readonly overflowed: number;
  readonly samples: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly value: number;
  }[];
}

// CONNECT asks for the connection itself, and a server without a listener for it ends the connection.
const methods = METHODS.filter((method) => method !== 'CONNECT');
const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'QUERY']);

let server: ChildProcess;
let port: number;
let realSent = 0;
let seed = 42;

/** A number below a bound, from a sequence that is the same on every run. */
function random(bound: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * bound);
}

function randomWord(): string {
  return random(2_147_483_648).toString(36) + random(2_147_483_648).toString(36);
}

function nextRequest(count: number): string {
  const host = `Host: ${randomWord()}.${randomWord()}.test:${random(65_536)}\r\nX-Forwarded-Proto: ${randomWord()}\r\n\r\n`;
  if (count % REAL !== 0)
    return `${methods[random(methods.length)]} /${randomWord()}/${randomWord()}?${randomWord()} HTTP/1.1\r\n${host}`;
  realSent += 1;
  return `GET /items/${randomWord()}?${randomWord()} HTTP/1.1\r\n${host}`;
}

/** Sends requests over one connection, some at a time, and resolves when all are answered. */
function flood(count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(port, '127.0.0.1');
  let sent = 0;
  let answered = 0;
  let rest = '';
  const send = (): void => {
    let text = '';
    while (sent < count && sent - answered < PIPELINED) text += nextRequest((sent += 1));
    if (text !== '') socket.write(text, 'latin1');
  };
  socket.setEncoding('latin1').on('data', (data: string) => {
    const parts = (rest + data).split('HTTP/1.1 ');
    // A head that is cut in two is counted when its second half has come.
    rest = parts.at(-1)!.slice(-8);
    answered += parts.length - 1;
    if (answered < count) send();
    else socket.end();
  });
  socket.on('connect', send).on('error', reject);
  socket.on('close', () => (answered === count ? resolve() : reject(new Error(`${answered} of ${count} were answered`))));
  return promise;
}

async function floodAll(total: number): Promise<void> {
  await Promise.all(Array.from({ length: CONNECTIONS }, () => flood(total / CONNECTIONS)));
}

async function report(): Promise<Report> {
  const reported = once(server, 'message');
  server.send('report');
  return ((await reported) as [Report])[0];
}

beforeAll(async () => {
  const { PATH } = process.env;
  server = fork(new URL('fixtures/server.mjs', import.meta.url), { execArgv: ['--expose-gc'], env: { PATH } });
  [{ port }] = (await once(server, 'message')) as [{ port: number }];
});

afterAll(() => server.kill());

describe(`a flood of ${REQUESTS} requests`, () => {
  it(
    'a flood of unknown paths leaves few series and a flat heap, and hides no real route',
    { timeout: 60_000 + REQUESTS / 2 },
    async () => {
      await floodAll(REQUESTS / 5);
      const before = await report();
      await floodAll((REQUESTS * 4) / 5);
      const after = await report();
      const durations = after.samples.filter(({ name }) => name === httpServerRequestDuration.name);
      const sum = ({ name }: { readonly name: string }): number =>
        after.samples.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0);

      expect(sum(httpServerRequestDuration)).toBe(REQUESTS);
      expect(durations.find(({ attributes }) => attributes['http.route'] === '/items/:id')).toEqual({
        name: httpServerRequestDuration.name,
        attributes: {
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'http.route': '/items/:id',
          'network.protocol.version': '1.1',
          'url.scheme': 'http',
        },
        value: realSent,
      });
      // Each known method and _OTHER with its 404, and the real route.
      expect(durations).toHaveLength(known.size + 1 + 1);
      expect(after.samples.length).toBe(before.samples.length);
      expect(after.overflowed).toBe(0);
      expect([sum(httpServerActiveRequests), sum(httpServerOpenConnections)]).toEqual([0, 0]);
      expect(after.heapBytes - before.heapBytes).toBeLessThan(FLAT_BYTES);
      if (REQUESTS > 50_000) {
        console.log(
          `${REQUESTS} requests: ${durations.length} series of durations, heap ${before.heapBytes} bytes after a fifth and ${after.heapBytes} at the end`,
        );
      }
    },
  );
});
