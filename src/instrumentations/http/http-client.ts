// Requests sent with node:http and node:https: duration and active requests, from what node:http publishes.
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { HttpRequestMethod } from '../../catalog/attributes.ts';
import { httpClientActiveRequests, httpClientRequestDuration } from '../../catalog/http.ts';
import { nowMillis } from '../../core/clock.ts';
import { isInternalAgent } from '../../core/internal-traffic.ts';
import { ABORTED, errorTypeOf } from '../../core/operation.ts';
import type { UpDownCounterCell } from '../../core/recording/cell.ts';
import type { Attachment, Instrumentation } from '../../hooks/instrumentation.ts';

const SENT = Symbol('promtel.http.sent');

type Request = Omit<ClientRequest, 'agent'> & {
  readonly agent?: (Agent & { readonly defaultPort?: number }) | undefined;
  readonly res?: IncomingMessage | null;
  readonly upgradeOrConnect?: boolean;
  readonly _header?: string | null;
  [SENT]?: Sent | undefined;
};

type Response = IncomingMessage & { readonly req?: Request };

interface Sent {
  readonly active: UpDownCounterCell;
  readonly startMillis: number;
  port: number | undefined;
}

export const httpClient: Instrumentation = {
  name: 'http',
  id: 'http-client',
  target: { package: 'node', versions: '>=22.15' },
  metrics: [httpClientRequestDuration, httpClientActiveRequests],
  attach(attachment) {
    const requests = new SentRequests(attachment);
    attachment.subscribe('http.client.request.created', ({ request }) => requests.start(request));
    attachment.subscribe('http.client.request.error', ({ request, error }) => requests.fail(request, error));
    // Published when the head of a response has arrived, whatever the name says.
    attachment.subscribe('http.client.response.finish', ({ request, response }) => requests.answer(request, response));
    attachment.onDetach(() => requests.stop());
  },
};

class SentRequests {
  #isStopped = false;
  readonly #duration;
  readonly #active;
  readonly #onResponseEnd: (this: Response) => void;
  readonly #onClose: (this: Request) => void;

  constructor(attachment: Attachment) {
    this.#duration = attachment.registry.instrument(httpClientRequestDuration);
    this.#active = attachment.registry.instrument(httpClientActiveRequests);
    const end = attachment.guard((request: Request | undefined) => this.#end(request));
    // One listener for all requests, which finds its request by `this`.
    this.#onResponseEnd = function () {
      end(this.req);
    };
    this.#onClose = function () {
      end(this);
    };
  }

  start(request: Request): void {
    if (isExport(request)) return;
    const port = portOf(request);
    const active = this.#active.bind({
      'http.request.method': request.method as HttpRequestMethod,
      'server.address': request.host,
      'server.port': port,
      'url.scheme': request.protocol === 'https:' ? 'https' : 'http',
    });
    active.add(1);
    request[SENT] = { active, startMillis: nowMillis(), port };
    request.on('close', this.#onClose);
  }

  fail(request: Request, error: { readonly port?: number }): void {
    const sent = request[SENT];
    if (sent === undefined) return;
    sent.port ??= error.port;
    this.#end(request, errorTypeOf(error));
  }

  answer(request: Request, response: Response): void {
    const sent = request[SENT];
    if (sent === undefined) return;
    sent.port ??= response.socket.remotePort;
    response.on('end', this.#onResponseEnd);
  }

  /** Drops the requests that are active, since their end will not be seen. */
  stop(): void {
    this.#isStopped = true;
    this.#active.family.empty();
  }

  /** Called at the end of the response, at an error, or without either when the request is closed. */
  #end(request: Request | undefined, failure?: string): void {
    const sent = request?.[SENT];
    if (request === undefined || sent === undefined || this.#isStopped) return;
    request[SENT] = undefined;
    sent.active.add(-1);
    // Without url.scheme, which is optional here: the official instrumentation has it for fetch and not for node:http.
    this.#duration.record((nowMillis() - sent.startMillis) / 1000, {
      'http.request.method': request.method as HttpRequestMethod,
      'server.address': request.host,
      'server.port': sent.port,
      'http.response.status_code': request.res?.statusCode,
      'network.protocol.version': request.res?.httpVersion,
      'error.type': failure ?? failureOf(request),
    });
  }
}

function failureOf({ res, upgradeOrConnect }: Request): string | undefined {
  if (res === undefined || res === null) return ABORTED;
  if (!res.complete && upgradeOrConnect !== true) return res.errored === null ? ABORTED : errorTypeOf(res.errored);
  return res.statusCode !== undefined && res.statusCode >= 400 ? String(res.statusCode) : undefined;
}

/**
 * The port of the request. Node.js keeps it only in the Host header that it sets; undefined if the application set that header.
 */
function portOf(request: Request): number | undefined {
  const host = request.host.includes(':') ? `[${request.host}]` : request.host;
  const header = headerOf(request, 'host');
  if (header === host) return request.agent?.defaultPort ?? (request.protocol === 'https:' ? 443 : 80);
  return header?.startsWith(`${host}:`) === true ? Number(header.slice(host.length + 1)) : undefined;
}

/** Whether it exports telemetry: promtel's, or the application's, which is recognised by the user agent of OTLP exporters. */
function isExport(request: Request): boolean {
  return isInternalAgent(request.agent) || headerOf(request, 'user-agent')?.includes('OTel-OTLP-Exporter-') === true;
}

function headerOf(request: Request, name: string): string | undefined {
  const value = request.getHeader(name);
  if (value !== undefined) return String(value);
  // Headers that were set as an array are kept as text only.
  if (typeof request._header !== 'string') return undefined;
  return new RegExp(`\r\n${name}: ([^\r]*)`, 'i').exec(request._header)?.[1];
}
