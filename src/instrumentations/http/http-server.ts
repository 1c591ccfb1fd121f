// Requests served over HTTP/1: duration, active requests, and body sizes, from what node:http publishes.
//
// No listener is added to a request or response. Requests that are not answered yet are kept with their connection until Node.js
// publishes that the response is finished. A client that disconnects is not published: then the connection's `close` ends them.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
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
import type { AttributesOf } from '../../core/metric.ts';
import { ABORTED } from '../../core/operation.ts';
import type { HistogramCell, UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Attachment, Instrumentation } from '../../hooks/instrumentation.ts';
import { countRequestBody, countResponseBodies, requestBodySize, responseBodySize } from './body-size.ts';
import { addExtraListener } from './extra-listener.ts';

const CONNECTION = Symbol('promtel.http.connection');

/** More routes than an application has; of those beyond, series are looked up for each request. */
const MOST_ROUTES = 1000;

interface Message {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: ServedSocket;
  readonly server: Server;
}

type ServedSocket = Socket & { readonly encrypted?: boolean; [CONNECTION]?: Connection };

interface Connection {
  /** What an earlier attachment kept is of no use. */
  readonly owner: ServedRequests;
  readonly isInternalServer: boolean;
  readonly scheme: 'http' | 'https';
  /** The method of the last request, and the cell of active requests with that method. */
  method: string | undefined;
  active: UpDownCounterCell | undefined;
  /** The requests that are not answered yet, in order: several if the client pipelines. */
  first: Exchange | undefined;
  last: Exchange | undefined;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly active: UpDownCounterCell;
  readonly startMillis: number;
  next: Exchange | undefined;
}

/** The series of requests that were answered alike. */
interface Answered {
  readonly attributes: AttributesOf<typeof httpServerRequestDuration>;
  readonly duration: HistogramCell;
  readonly responseSize: HistogramCell;
}

export const httpServer: Instrumentation = {
  name: 'http',
  id: 'http-server',
  target: { package: 'node', versions: '>=22.15' },
  metrics: [httpServerRequestDuration, httpServerActiveRequests, httpServerRequestBodySize, httpServerResponseBodySize],
  attach(attachment) {
    const requests = new ServedRequests(attachment);
    attachment.subscribe('http.server.request.start', (message: Message) => requests.start(message));
    attachment.subscribe('http.server.response.finish', (message: Message) => requests.finish(message));
    attachment.onDetach(() => requests.stop());
  },
};

class ServedRequests {
  #isStopped = false;
  #countsBodies = false;
  readonly #attachment: Attachment;
  readonly #duration;
  readonly #active;
  readonly #requestSize;
  readonly #responseSize;
  /** By route, the series of the last request that was answered: mostly the next one has the same, and needs no look-up. */
  readonly #answered = new Map<string | undefined, Answered>();

  constructor(attachment: Attachment) {
    const { registry } = attachment;
    this.#attachment = attachment;
    this.#duration = registry.instrument(httpServerRequestDuration);
    this.#active = registry.instrument(httpServerActiveRequests);
    this.#requestSize = registry.instrument(httpServerRequestBodySize);
    this.#responseSize = registry.instrument(httpServerResponseBodySize);
  }

  start({ request, response, socket, server }: Message): void {
    const connection = this.#connectionOf(socket, server);
    if (connection.isInternalServer) return;
    if (this.#attachment.settings.ignoresPath(pathOf(request.url))) return;
    countRequestBody(request, this.#attachment.guard);
    const active = this.#activeOf(connection, request.method);
    active.add(1);
    const exchange: Exchange = { request, response, active, startMillis: nowMillis(), next: undefined };
    if (connection.last === undefined) connection.first = exchange;
    else connection.last.next = exchange;
    connection.last = exchange;
  }

  finish({ response, socket }: Message): void {
    const connection = socket[CONNECTION];
    const exchange = connection?.first;
    // Responses are sent in the order of their requests: any other is the response to an ignored request.
    if (connection === undefined || exchange?.response !== response) return;
    connection.first = exchange.next;
    if (exchange.next === undefined) connection.last = undefined;
    this.#end(exchange, connection.scheme, true);
  }

  /** Drops the requests that are active, since their end will not be seen. */
  stop(): void {
    this.#isStopped = true;
    this.#active.family.empty();
  }

  #connectionOf(socket: ServedSocket, server: Server): Connection {
    const known = socket[CONNECTION];
    if (known?.owner === this) return known;
    const scheme = socket.encrypted === true ? 'https' : 'http';
    const connection: Connection = {
      owner: this,
      isInternalServer: isInternalServer(server),
      scheme,
      method: undefined,
      active: undefined,
      first: undefined,
      last: undefined,
    };
    socket[CONNECTION] = connection;
    const abandon = this.#attachment.guard(() => this.#abandon(connection));
    addExtraListener(socket, 'close', abandon);
    this.#countBodies();
    return connection;
  }

  #activeOf(connection: Connection, method: string | undefined): UpDownCounterCell {
    if (connection.active !== undefined && connection.method === method) return connection.active;
    const cell = this.#active.bind({ 'http.request.method': method as HttpRequestMethod, 'url.scheme': connection.scheme });
    connection.method = method;
    // An overflow is counted by looking up the series each time.
    connection.active = cell === this.#active.family.overflow ? undefined : cell;
    return cell;
  }

  #countBodies(): void {
    // Not before the first connection: until then, the application may not have loaded node:http.
    if (!this.#countsBodies) this.#attachment.onDetach(countResponseBodies(this.#attachment.guard));
    this.#countsBodies = true;
  }

  #abandon(connection: Connection): void {
    let exchange = connection.first;
    connection.first = connection.last = undefined;
    if (this.#isStopped) return;
    for (; exchange !== undefined; exchange = exchange.next) this.#end(exchange, connection.scheme, false);
  }

  #end({ request, response, active, startMillis }: Exchange, scheme: Connection['scheme'], isComplete: boolean): void {
    const durationSeconds = (nowMillis() - startMillis) / 1000;
    active.add(-1);
    if (!isComplete) return this.#duration.record(durationSeconds, abortedAttributes(request, response, scheme));
    const { attributes, duration, responseSize } = this.#answeredBy(request, response.statusCode, scheme);
    duration.record(durationSeconds);
    responseSize.record(responseBodySize(response));
    const requestBytes = requestBodySize(request);
    if (requestBytes !== undefined) this.#requestSize.record(requestBytes, attributes);
  }

  #answeredBy(request: IncomingMessage, status: number, scheme: Connection['scheme']): Answered {
    const route = routeOf(request, status);
    const known = this.#answered.get(route);
    if (
      known?.attributes['http.response.status_code'] === status &&
      known.attributes['http.request.method'] === request.method &&
      known.attributes['network.protocol.version'] === request.httpVersion &&
      known.attributes['url.scheme'] === scheme
    )
      return known;
    const attributes = attributesOf(request, route, status, scheme, status >= 500 ? String(status) : undefined);
    const answered = { attributes, duration: this.#duration.bind(attributes), responseSize: this.#responseSize.bind(attributes) };
    // An overflow is counted by looking up the series each time.
    const overflows =
      answered.duration === this.#duration.family.overflow || answered.responseSize === this.#responseSize.family.overflow;
    if (!overflows && (known !== undefined || this.#answered.size < MOST_ROUTES)) this.#answered.set(route, answered);
    return answered;
  }
}

function abortedAttributes(request: IncomingMessage, response: ServerResponse, scheme: Connection['scheme']) {
  const status = response.headersSent ? response.statusCode : undefined;
  const errorType = status !== undefined && status >= 500 ? String(status) : abortOf(response);
  return attributesOf(request, routeOf(request, status), status, scheme, errorType);
}

function attributesOf(
  request: IncomingMessage,
  route: string | undefined,
  status: number | undefined,
  scheme: Connection['scheme'],
  errorType: string | undefined,
) {
  return {
    'http.request.method': request.method as HttpRequestMethod,
    'http.route': route,
    'http.response.status_code': status,
    'url.scheme': scheme,
    'network.protocol.version': request.httpVersion,
    'error.type': errorType,
  };
}

/** Why a response was not completed. A stream of events ends only when its client disconnects, which is no error. */
function abortOf(response: ServerResponse & { readonly _header?: string | null }): string | undefined {
  return /^content-type:\s*text\/event-stream/im.test(response._header ?? '') ? undefined : ABORTED;
}
