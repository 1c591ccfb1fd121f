// Requests served over HTTP/2: duration, active requests, and body sizes by Content-Length, from what node:http2 publishes.
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { HttpRequestMethod } from '../../catalog/attributes.ts';
import {
  httpServerActiveRequests,
  httpServerRequestBodySize,
  httpServerRequestDuration,
  httpServerResponseBodySize,
} from '../../catalog/http.ts';
import { nowMillis } from '../../core/clock.ts';
import { pathOf } from '../../core/http/request-path.ts';
import { routeOf } from '../../core/http/route.ts';
import { isInternalServer } from '../../core/internal-traffic.ts';
import { ABORTED } from '../../core/operation.ts';
import type { UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Attachment, Instrumentation } from '../../hooks/instrumentation.ts';
import { inRange } from '../../hooks/modules/version-range.ts';

const NO_ERROR = 0;

const SERVED = Symbol('promtel.http2.served');

type Stream = Omit<ServerHttp2Stream, 'session'> & {
  readonly session: (ServerHttp2Session & { readonly server?: object }) | undefined;
  [SERVED]?: Served | undefined;
};

interface Served {
  readonly method: HttpRequestMethod;
  readonly scheme: 'http' | 'https';
  readonly active: UpDownCounterCell;
  readonly requestBytes: string | undefined;
  readonly startMillis: number;
}

/** The headers that are sent; Node.js sets those that the application did not. */
interface ResponseHead {
  readonly ':status'?: number;
  readonly 'content-length'?: string | number;
}

interface Start {
  readonly stream: Stream;
  readonly headers: IncomingHttpHeaders;
}

/** The versions of Node.js that publish the start and the end of a stream. */
const PUBLISHING = '>=22.18 <23 || >=24.3';

export const http2Server: Instrumentation = {
  name: 'http',
  id: 'http2-server',
  target: { package: 'node', versions: '>=22.15' },
  metrics: [httpServerRequestDuration, httpServerActiveRequests, httpServerRequestBodySize, httpServerResponseBodySize],
  attach(attachment) {
    const requests = new ServedRequests(attachment);
    if (inRange(process.versions.node, PUBLISHING)) {
      attachment.subscribe('http2.server.stream.start', (message: Start) => requests.start(message));
      attachment.subscribe('http2.server.stream.close', ({ stream }: Start) => requests.end(stream));
    } else listenToServers(attachment, requests);
    attachment.onDetach(() => requests.stop());
  },
};

/**
 * In other versions of Node.js, listens to each server from its first connection on. At a stream's `close` it is no longer known
 * whether the request was received in full, so its size is left out there.
 */
function listenToServers(attachment: Attachment, requests: ServedRequests): void {
  const servers = new Set<Http2Server>();
  const onStream = attachment.guard((stream: Stream, headers: IncomingHttpHeaders) => {
    requests.start({ stream, headers: { ...headers, 'content-length': undefined } });
    stream.on(
      'close',
      attachment.guard(() => requests.end(stream)),
    );
  });
  attachment.subscribe('net.server.socket', ({ socket }: { readonly socket: { readonly server?: Http2Server } }) => {
    const { server } = socket;
    if (server?.updateSettings === undefined || servers.has(server)) return;
    servers.add(server);
    server.prependListener('stream', onStream).once('close', () => servers.delete(server));
  });
  attachment.onDetach(() => {
    for (const server of servers) server.removeListener('stream', onStream);
  });
}

class ServedRequests {
  readonly #attachment: Attachment;
  readonly #duration;
  readonly #active;
  readonly #requestSize;
  readonly #responseSize;

  constructor(attachment: Attachment) {
    const { registry } = attachment;
    this.#attachment = attachment;
    this.#duration = registry.instrument(httpServerRequestDuration);
    this.#active = registry.instrument(httpServerActiveRequests);
    this.#requestSize = registry.instrument(httpServerRequestBodySize);
    this.#responseSize = registry.instrument(httpServerResponseBodySize);
  }

  start({ stream, headers }: Start): void {
    const { session } = stream;
    if (isPush(stream) || (session?.server !== undefined && isInternalServer(session.server))) return;
    if (this.#attachment.settings.ignoresPath(pathOf(headers[':path']))) return;
    const method = headers[':method'] as HttpRequestMethod;
    const scheme = session?.encrypted === true ? 'https' : 'http';
    const active = this.#active.bind({ 'http.request.method': method, 'url.scheme': scheme });
    active.add(1);
    stream[SERVED] = { method, scheme, active, requestBytes: headers['content-length'], startMillis: nowMillis() };
  }

  end(stream: Stream): void {
    const served = stream[SERVED];
    if (served === undefined) return;
    stream[SERVED] = undefined;
    served.active.add(-1);
    const { ':status': status } = (stream.sentHeaders ?? {}) as ResponseHead;
    const isComplete = !stream.aborted && (stream.rstCode === NO_ERROR || stream.writableFinished);
    const attributes = {
      'http.request.method': served.method,
      'http.route': routeOf(stream, status),
      'http.response.status_code': status,
      'url.scheme': served.scheme,
      'network.protocol.version': '2',
      'error.type': status !== undefined && status >= 500 ? String(status) : isComplete ? undefined : abortOf(stream),
    };
    this.#duration.record((nowMillis() - served.startMillis) / 1000, attributes);
    if (!isComplete) return;
    const responseBytes = responseBodySize(stream, served.method);
    if (responseBytes !== undefined) this.#responseSize.record(responseBytes, attributes);
    if (served.requestBytes !== undefined && stream.readableEnded)
      this.#requestSize.record(Number(served.requestBytes), attributes);
  }

  /** Drops the requests that are active, since their end will not be seen. */
  stop(): void {
    this.#active.family.empty();
  }
}

/** A stream that the server opened, to push a response; a client's streams have odd numbers. */
function isPush({ id }: Stream): boolean {
  return id !== undefined && id % 2 === 0;
}

/** Why a response was not completed. A stream of events ends only when its client disconnects, which is no error. */
function abortOf({ sentHeaders }: Stream): string | undefined {
  return String(sentHeaders?.['content-type']).startsWith('text/event-stream') ? undefined : ABORTED;
}

/** The Content-Length of a response, 0 if it has no body; else undefined, since node:http2 publishes no bytes. */
function responseBodySize({ sentHeaders }: Stream, method: string): number | undefined {
  const { ':status': status, 'content-length': length } = (sentHeaders ?? {}) as ResponseHead;
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  return length === undefined ? undefined : Number(length);
}
