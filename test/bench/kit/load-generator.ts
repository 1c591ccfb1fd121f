// HTTP load generator: sends a fixed number of requests over keep-alive connections and measures the latency of each.
// It uses plain sockets with one buffer each, since it must be cheaper than the fastest server under test.
import { connect, type Socket } from 'node:net';
import { answerQuestions } from './answer.ts';
import { quantile } from './statistics.ts';

export interface Load {
  readonly port: number;
  readonly connections: number;
  /** Of all connections together. */
  readonly requests: number;
}

export interface LoadResult {
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly requestsPerSecond: number;
}

/** Different paths of one route with the same length, so that all responses have the same length. */
const REQUESTS = Array.from({ length: 1000 }, (_, index) =>
  Buffer.from(`GET /users/${1000 + index} HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: promtel-bench\r\nAccept: */*\r\n\r\n`),
);

answerQuestions(async ({ port, connections, requests }: Load): Promise<LoadResult> => {
  const latencies = new Float64Array(requests);
  let sent = 0;
  let answered = 0;
  const startMillis = performance.now();
  let isOver = false;
  stayAwake();
  await Promise.all(Array.from({ length: connections }, () => runConnection())).finally(() => (isOver = true));
  const seconds = (performance.now() - startMillis) / 1000;
  const sorted = Array.from(latencies.toSorted());
  return {
    p50Micros: 1000 * quantile(sorted, 0.5),
    p99Micros: 1000 * quantile(sorted, 0.99),
    requestsPerSecond: requests / seconds,
  };

  /**
   * Keeps the generator from sleeping: the kernel charges the wake-up of a process to the one that sends to it, and a slower
   * server would wake the generator more often.
   */
  function stayAwake(): void {
    if (!isOver) setImmediate(stayAwake);
  }

  function runConnection(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const buffer = Buffer.alloc(65_536);
    let answerLength = 0;
    let received = 0;
    let sentMillis = 0;
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback: onRead } });
    socket
      .once('connect', send)
      .once('error', reject)
      .once('close', () => reject(new Error('the server closed the connection')));
    return promise;

    function send(): void {
      if (sent === requests) {
        resolve();
        socket.destroy();
        return;
      }
      sentMillis = performance.now();
      socket.write(REQUESTS[sent % REQUESTS.length]!);
      sent += 1;
    }

    function onRead(bytes: number): boolean {
      if (received === 0) {
        // Small responses arrive in one piece; all have the length of the first.
        const problem = answerLength === 0 ? problemWith(buffer.toString('latin1', 0, bytes)) : statusProblem(buffer);
        if (problem !== undefined) reject(new Error(problem));
        if (answerLength === 0) answerLength = bytes;
      }
      received += bytes;
      if (received < answerLength) return true;
      if (received > answerLength) reject(new Error('a response was longer than the first'));
      latencies[answered] = performance.now() - sentMillis;
      answered += 1;
      received = 0;
      send();
      return true;
    }
  }
});

function problemWith(answer: string): string | undefined {
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  return answer.startsWith('HTTP/1.1 200 ') && /^hello \d{4}$/.test(body)
    ? undefined
    : `the server answered ${JSON.stringify(answer)}`;
}

const DIGIT_TWO = 0x32;
const STATUS_AT = 'HTTP/1.1 '.length;

function statusProblem(answer: Buffer): string | undefined {
  return answer[STATUS_AT] === DIGIT_TWO ? undefined : `the server answered ${JSON.stringify(answer.toString('latin1', 0, 64))}`;
}
