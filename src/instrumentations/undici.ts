// Requests sent with fetch or undici, built into Node.js or from npm: duration and active requests, from what undici publishes.
import type { HttpRequestMethod } from '../catalog/attributes.ts';
import { httpClientActiveRequests, httpClientRequestDuration } from '../catalog/http.ts';
import { nowMillis } from '../core/clock.ts';
import { errorTypeOf } from '../core/operation.ts';
import type { UpDownCounterCell } from '../core/recording/cell.ts';
import type { Attachment, Instrumentation } from '../hooks/instrumentation.ts';
import { observeOwnCalls } from '../hooks/observe-calls.ts';

const SENT = Symbol('promtel.undici.sent');

interface Request {
  readonly method: string;
  readonly origin: string | URL;
  readonly path: string;
  /** The protocol to switch to, such as `websocket`. */
  readonly upgrade?: string | null;
  [SENT]?: Sent | undefined;
}

interface Sent extends Destination {
  readonly method: HttpRequestMethod;
  readonly active: UpDownCounterCell;
  readonly startMillis: number;
  status: number | undefined;
  version: string | undefined;
}

interface Destination {
  readonly address: string;
  readonly port: number | undefined;
  readonly scheme: 'http' | 'https';
}

export const undici: Instrumentation = {
  name: 'undici',
  target: { package: 'undici', versions: '>=6' },
  metrics: [httpClientRequestDuration, httpClientActiveRequests],
  attach(attachment) {
    const requests = new SentRequests(attachment);
    attachment.subscribe('undici:request:create', ({ request }) => requests.start(request));
    attachment.subscribe('undici:client:sendHeaders', ({ request, socket }) => requests.connect(request, socket));
    attachment.subscribe('undici:request:headers', ({ request, response }) => requests.answer(request, response));
    attachment.subscribe('undici:request:trailers', ({ request }) => requests.end(request));
    attachment.subscribe('undici:request:error', ({ request, error }) => requests.end(request, errorTypeOf(error)));
    attachment.onDetach(() => requests.stop());
  },
};

const MOST_ORIGINS = 1000;

class SentRequests {
  readonly #attachment: Attachment;
  readonly #duration;
  readonly #active;
  readonly #destinations = new Map<string, Destination>();

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
    this.#duration = attachment.registry.instrument(httpClientRequestDuration);
    this.#active = attachment.registry.instrument(httpClientActiveRequests);
  }

  start(request: Request): void {
    // A tunnel through a proxy is part of the request that needs it.
    if (request.method === 'CONNECT') return;
    const destination = this.#destinationOf(request);
    if (destination === undefined) return;
    const method = request.method.toUpperCase() as HttpRequestMethod;
    const active = this.#active.bind({
      'http.request.method': method,
      'server.address': destination.address,
      'server.port': destination.port,
      'url.scheme': destination.scheme,
    });
    active.add(1);
    request[SENT] = { ...destination, method, active, startMillis: nowMillis(), status: undefined, version: undefined };
    if (typeof request.upgrade === 'string') this.#observeUpgrade(request);
  }

  connect(request: Request, socket: { readonly alpnProtocol?: string | false | null }): void {
    const sent = request[SENT];
    if (sent !== undefined) sent.version = socket.alpnProtocol === 'h2' ? '2' : '1.1';
  }

  answer(request: Request, { statusCode }: { readonly statusCode: number }): void {
    const sent = request[SENT];
    if (sent !== undefined) sent.status = statusCode;
  }

  end(request: Request, errorType?: string): void {
    const sent = request[SENT];
    if (sent === undefined) return;
    request[SENT] = undefined;
    sent.active.add(-1);
    const { status } = sent;
    this.#duration.record((nowMillis() - sent.startMillis) / 1000, {
      'http.request.method': sent.method,
      'server.address': sent.address,
      'server.port': sent.port,
      'http.response.status_code': status,
      'url.scheme': sent.scheme,
      'network.protocol.version': sent.version,
      'error.type': errorType ?? (status !== undefined && status >= 400 ? String(status) : undefined),
    });
  }

  /** Drops the requests that are active, since their end will not be seen. */
  stop(): void {
    this.#active.family.empty();
  }

  /** The one end that undici does not publish; each of its major versions has one of the two methods. */
  #observeUpgrade(request: Request): void {
    const before = (_: unknown, [statusCode]: [number]): void => {
      this.answer(request, { statusCode });
      this.end(request);
    };
    for (const name of ['onUpgrade', 'onRequestUpgrade']) observeOwnCalls(request, name, this.#attachment.guard, { before });
  }

  #destinationOf({ origin, path }: Request): Destination | undefined {
    const key = String(origin);
    // The path of a request to a proxy is a whole URL.
    if (!path.startsWith('/')) return destinationOf(path, key);
    const known = this.#destinations.get(key);
    if (known !== undefined) return known;
    const destination = destinationOf(key);
    if (destination !== undefined && this.#destinations.size < MOST_ORIGINS) this.#destinations.set(key, destination);
    return destination;
  }
}

function destinationOf(text: string, base?: string): Destination | undefined {
  const url = URL.parse(text, base);
  if (url === null) return undefined;
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  return { scheme, address: url.hostname, port: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port) };
}
