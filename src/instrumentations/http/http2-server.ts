// Requests served over HTTP/2: duration, requests under way, and body sizes that are announced, as node:http2 itself tells of them.
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

/** What is sent, with which Node fills in what the application left out. */
interface ResponseHead {
  readonly ':status'?: number;
  readonly 'content-length'?: string | number;
}

interface Start {
  readonly stream: Stream;
  readonly headers: IncomingHttpHeaders;
}

/** The versions of Node that publish how a stream begins and ends. */
const PUBLISHING = '>=22.18 <23 || >=24.3';

export const http2Server: Instrumentation = {
  name: 'http',
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
 * Where Node does not publish it, each server is listened to from its first connection on. As late as a stream's `close` it
 * cannot be told whether a request came in full, so the length that it announced is left out there.
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
    if (isPush(stream) || stream[SERVED] !== undefined || (session?.server !== undefined && isInternalServer(session.server)))
      return;
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

  /** Lets go of what is under way: nothing will tell of its end. */
  stop(): void {
    this.#active.family.empty();
  }
}

/** A stream that the server opened, to send what nobody asked for; a client's streams have odd numbers. */
function isPush({ id }: Stream): boolean {
  return id !== undefined && id % 2 === 0;
}

/** Why a response was not completed. A stream of events has no other end than its client leaving, which is no error. */
function abortOf({ sentHeaders }: Stream): string | undefined {
  return String(sentHeaders?.['content-type']).startsWith('text/event-stream') ? undefined : ABORTED;
}

/** The size of a body that is announced or cannot be; undefined for any other, since http2 tells of no bytes. */
function responseBodySize({ sentHeaders }: Stream, method: string): number | undefined {
  const { ':status': status, 'content-length': length } = (sentHeaders ?? {}) as ResponseHead;
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  return length === undefined ? undefined : Number(length);
}
