// Connections to HTTP servers: how many are open, and the requests that take one over (WebSocket and other upgrades, CONNECT).
//
// Node.js publishes nothing of such a request, and passes its connection to the listeners of the server's `upgrade` or `connect`.
// So this listens too, but only where the application does: without a listener, Node.js serves an upgrade as a plain request.
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpRequestMethod } from '../../catalog/attributes.ts';
import { httpServerActiveRequests, httpServerOpenConnections, httpServerRequestDuration } from '../../catalog/http.ts';
import { nowMillis } from '../../core/clock.ts';
import { pathOf } from '../../core/http/request-path.ts';
import { routeOf } from '../../core/http/route.ts';
import { isInternalServer } from '../../core/internal-traffic.ts';
import { ABORTED } from '../../core/operation.ts';
import type { Attachment, Instrumentation } from '../../hooks/instrumentation.ts';
import { addExtraListener } from './extra-listener.ts';
import { onFirstWrite } from './first-write.ts';

const COUNTED = Symbol('promtel.http.counted');

/** Any server: only an HTTP/1 one has a timeout for headers, and only an HTTP/2 one has settings to update. */
type AnyServer = Server & { readonly headersTimeout?: number; readonly updateSettings?: unknown };

type ServedSocket = Socket & { readonly server?: AnyServer };

/** A server may emit a request again at another server. */
type TakenOver = IncomingMessage & { [COUNTED]?: true };

type TakeoverListener = (request: TakenOver, stream: Duplex & { readonly encrypted?: boolean }) => void;

const TAKEOVERS = ['upgrade', 'connect'] as const;

export const httpConnections: Instrumentation = {
  name: 'http',
  id: 'http-connections',
  target: { package: 'node', versions: '>=22.15' },
  metrics: [httpServerOpenConnections, httpServerRequestDuration, httpServerActiveRequests],
  attach(attachment) {
    const countConnection = connectionCounter(attachment);
    const observeServer = serverObserver(attachment, takeoverListener(attachment));
    attachment.subscribe('net.server.socket', ({ socket }: { readonly socket: ServedSocket }) => {
      const { server } = socket;
      if (server === undefined || isInternalServer(server)) return;
      if (server.headersTimeout === undefined && server.updateSettings === undefined) return;
      countConnection(socket);
      observeServer(server);
    });
  },
};

function connectionCounter(attachment: Attachment): (socket: ServedSocket) => void {
  const open = attachment.registry.instrument(httpServerOpenConnections);
  attachment.onDetach(() => open.family.empty());
  return (socket) => {
    const cell = open.bind();
    cell.add(1);
    addExtraListener(
      socket,
      'close',
      attachment.guard(() => cell.add(-1)),
    );
  };
}

/** Keeps the listener first on every server that has one of its own, and never as the only one. */
function serverObserver(attachment: Attachment, takeover: TakeoverListener): (server: Server) => void {
  const servers = new Set<Server>();
  const removeIfLast = attachment.guard((server: Server, event: string): void => {
    if (server.listenerCount(event) === 1 && server.listenerCount(event, takeover) === 1) server.removeListener(event, takeover);
  });
  function onRemove(this: Server, event: string): void {
    removeIfLast(this, event);
  }
  function forget(this: Server): void {
    servers.delete(this);
  }
  attachment.onDetach(() => {
    for (const server of servers) {
      server.removeListener('removeListener', onRemove).removeListener('close', forget);
      for (const event of TAKEOVERS) server.removeListener(event, takeover);
    }
  });
  return (server) => {
    for (const event of TAKEOVERS) {
      if (server.listenerCount(event) === 0 || server.listenerCount(event, takeover) > 0) continue;
      server.prependListener(event, takeover);
      if (server.listenerCount('removeListener', onRemove) === 0) server.on('removeListener', onRemove);
      if (!servers.has(server)) server.once('close', forget);
      servers.add(server);
    }
  };
}

function takeoverListener(attachment: Attachment): TakeoverListener {
  const begin = takeoverCounter(attachment);
  return attachment.guard<Parameters<TakeoverListener>, void>((request, stream) => {
    // An HTTP/2 server has a `connect` of its own, which is measured as a stream.
    if (request.httpVersionMajor !== 1 || request[COUNTED] !== undefined) return;
    if (attachment.settings.ignoresPath(pathOf(request.url))) return;
    request[COUNTED] = true;
    const end = begin(request, stream.encrypted === true ? 'https' : 'http');
    const onClose = attachment.guard((): void => {
      stopReading();
      end(undefined, ABORTED);
    });
    const stopReading = onFirstWrite(stream, attachment.guard, (text) => {
      stream.removeListener('close', onClose);
      const status = statusOf(text);
      end(status, status !== undefined && status >= 500 ? String(status) : undefined);
    });
    stream.once('close', onClose);
  });
}

type End = (status: number | undefined, errorType: string | undefined) => void;

/** Counts a request from its arrival until the function returned is called, with the status line of the response. */
function takeoverCounter({ registry }: Attachment): (request: IncomingMessage, scheme: 'http' | 'https') => End {
  const duration = registry.instrument(httpServerRequestDuration);
  const activeRequests = registry.instrument(httpServerActiveRequests);
  return (request, scheme) => {
    const startMillis = nowMillis();
    const method = request.method as HttpRequestMethod;
    const active = activeRequests.bind({ 'http.request.method': method, 'url.scheme': scheme });
    active.add(1);
    return (status, errorType) => {
      active.add(-1);
      duration.record((nowMillis() - startMillis) / 1000, {
        'http.request.method': method,
        'http.route': routeOf(request, status),
        'http.response.status_code': status,
        'url.scheme': scheme,
        'network.protocol.version': request.httpVersion,
        'error.type': errorType,
      });
    };
  };
}

function statusOf(text: string): number | undefined {
  const status = /^HTTP\/\d\.\d (\d{3})/.exec(text)?.[1];
  return status === undefined ? undefined : Number(status);
}
