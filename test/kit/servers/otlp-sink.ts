// An OTLP receiver on the loopback address for tests: accepts http/protobuf, http/json and grpc, and keeps the decoded requests.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { eventually } from '../apps/http-traffic.ts';
import { decode, metricsRequest, tracesRequest } from './otlp-protobuf.ts';

export interface OtlpPoint {
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram';
  readonly temporality: 'delta' | 'cumulative' | undefined;
  readonly isMonotonic: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of a histogram, how many values. */
  readonly value: number;
  readonly sum: number | undefined;
  readonly bounds: readonly number[] | undefined;
  readonly counts: readonly number[] | undefined;
  readonly startMillis: number;
  readonly endMillis: number;
}

export interface OtlpSpan {
  readonly name: string;
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface OtlpRequest {
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc';
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly points: readonly OtlpPoint[];
  readonly spans: readonly OtlpSpan[];
}

/** How a request is answered: accepted, refused with an HTTP status, or not at all. */
export type Manner = 'take' | 'hang' | number;

export interface OtlpSink {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly OtlpRequest[];
  /** How many requests were received, refused ones included. */
  readonly arrivals: number;
  manner: Manner;
  /** Waits until the requests have what is looked for. */
  until<T>(find: (requests: readonly OtlpRequest[]) => T | undefined): Promise<T>;
  close(): Promise<void>;
}

export interface SinkOptions {
  readonly protocol?: 'http' | 'grpc';
  /** Any free one unless given. */
  readonly port?: number;
}

export async function openOtlpSink({ protocol = 'http', port = 0 }: SinkOptions = {}): Promise<OtlpSink> {
  const sink = new Sink();
  const server =
    protocol === 'grpc' ? grpcServer(sink) : createServer((request, response) => void answerHttp(sink, request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  sink.attach(server);
  return sink;
}

class Sink implements OtlpSink {
  readonly requests: OtlpRequest[] = [];
  arrivals = 0;
  manner: Manner = 'take';
  port = 0;
  #server: Server | Http2Server | undefined;
  readonly #sockets = new Set<{ destroy(): void }>();

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  attach(server: Server | Http2Server): void {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket: { destroy(): void }) => this.#sockets.add(socket));
  }

  async until<T>(find: (requests: readonly OtlpRequest[]) => T | undefined): Promise<T> {
    let found: T | undefined;
    await eventually(() => {
      found = find(this.requests);
      if (found === undefined) throw new Error(`not among ${this.requests.length} requests`);
    }, 10_000);
    return found!;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

async function answerHttp(sink: Sink, request: IncomingMessage, response: ServerResponse): Promise<void> {
  sink.arrivals += 1;
  const body = await bodyOf(request);
  const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  if (sink.manner === 'hang') return;
  if (sink.manner !== 'take') {
    response.writeHead(sink.manner).end();
    return;
  }
  const isJson = request.headers['content-type'] === 'application/json';
  const path = request.url ?? '';
  const decoded = isJson
    ? JSON.parse(bytes.toString())
    : decode(bytes, path.endsWith('/traces') ? tracesRequest : metricsRequest);
  sink.requests.push({ protocol: isJson ? 'http/json' : 'http/protobuf', path, headers: request.headers, ...contentOf(decoded) });
  response.writeHead(200, { 'content-type': request.headers['content-type'] }).end(isJson ? '{}' : '');
}

function grpcServer(sink: Sink): Http2Server {
  const server = createHttp2Server();
  server.on('stream', (stream, headers) => void answerGrpc(sink, stream, headers));
  return server;
}

/** A call of gRPC: one length-prefixed message each way, and the status in the trailers. */
async function answerGrpc(sink: Sink, stream: ServerHttp2Stream, headers: OtlpRequest['headers']): Promise<void> {
  sink.arrivals += 1;
  stream.on('error', () => {});
  const body = await bodyOf(stream);
  if (sink.manner === 'hang' || stream.destroyed) return;
  const isRefused = sink.manner !== 'take';
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': isRefused ? '14' : '0' }));
  if (!isRefused) {
    const isCompressed = body.readUInt8(0) === 1;
    const message = isCompressed ? gunzipSync(body.subarray(5)) : body.subarray(5);
    sink.requests.push({
      protocol: 'grpc',
      path: String(headers[':path']),
      headers,
      ...contentOf(decode(message, metricsRequest)),
    });
  }
  stream.end(isRefused ? undefined : Buffer.alloc(5));
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch {
    // The client has closed the connection.
  }
  return Buffer.concat(chunks);
}

type Content = Pick<OtlpRequest, 'resource' | 'points' | 'spans'>;

// The shape of the JSON form: every part may be missing, so nothing is declared of it.
function contentOf(request: any): Content {
  const parts = request.resourceMetrics ?? request.resourceSpans ?? [];
  const points = (request.resourceMetrics ?? []).flatMap((one: any) => one.scopeMetrics ?? []).flatMap(pointsOfScope);
  const spans = (request.resourceSpans ?? []).flatMap((one: any) => one.scopeSpans ?? []).flatMap(spansOfScope);
  return { resource: attributesOf(parts[0]?.resource?.attributes), points, spans };
}

function spansOfScope({ scope, spans = [] }: any): OtlpSpan[] {
  return spans.map((span: any) => ({ ...span, scope: scope?.name ?? '', attributes: attributesOf(span.attributes) }));
}

function pointsOfScope({ scope, metrics = [] }: any): OtlpPoint[] {
  return metrics.flatMap((metric: any) => {
    const type = (['gauge', 'sum', 'histogram', 'exponentialHistogram'] as const).find((one) => metric[one] !== undefined)!;
    const data = metric[type];
    const temporality = ({ 1: 'delta', 2: 'cumulative' } as const)[data.aggregationTemporality as 1 | 2];
    return (data.dataPoints ?? []).map((point: any) => ({
      scope: scope?.name ?? '',
      name: metric.name,
      unit: metric.unit ?? '',
      type,
      temporality,
      isMonotonic: data.isMonotonic ?? false,
      attributes: attributesOf(point.attributes),
      value: Number(point.count ?? point.asInt ?? point.asDouble ?? 0),
      sum: point.sum,
      bounds: point.explicitBounds,
      counts: point.bucketCounts?.map(Number),
      startMillis: Number(point.startTimeUnixNano ?? 0) / 1e6,
      endMillis: Number(point.timeUnixNano ?? 0) / 1e6,
    }));
  });
}

function attributesOf(pairs: any[] = []): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value = {} }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
    ]),
  );
}
