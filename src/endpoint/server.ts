// The HTTP server of the metrics page and the health checks. It keeps no process alive and breaks none.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { markInternalServer } from '../core/internal-traffic.ts';
import { messageOf, type Problem, reportProblem } from '../core/problem.ts';
import { type HandlerOptions, metricsHandler, type Renderer } from '../exporters/prometheus/handler.ts';
import { askReadiness } from './health.ts';

export interface EndpointOptions extends HandlerOptions {
  readonly page: Renderer;
  /** An address of this machine or a name for one; every address unless said. */
  readonly host?: string | undefined;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Where the page is; `/metrics` unless said. */
  readonly path?: string | undefined;
  readonly readinessTimeoutMillis?: number | undefined;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Where the page is, to be opened on this machine. */
  readonly url: string;
}

/** How long a request may take to arrive, and a reader may take nothing in. */
const PATIENCE_MILLIS = 15_000;

/** Prometheus keeps its connection from one scrape to the next, a minute by default. */
const KEEP_ALIVE_MILLIS = 75_000;

const MOST_CONNECTIONS = 128;

type Route = (request: IncomingMessage, response: ServerResponse) => void;

export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #path: string;
  readonly #routes: ReadonlyMap<string, Route>;
  #server: Server | undefined;

  constructor(options: EndpointOptions) {
    const { page, path = '/metrics' } = options;
    this.#options = options;
    this.#path = path.startsWith('/') ? path : `/${path}`;
    this.#routes = new Map([
      ['/healthz', onlyRead(alive)],
      ['/readyz', onlyRead((_, response) => void this.#readiness(response))],
      [this.#path, metricsHandler(page, options)],
    ]);
  }

  /** Opens the port. Never rejects: what stands in the way is a problem to be told, and the application runs on. */
  async listen(): Promise<Listening | Problem> {
    const { host, port } = this.#options;
    const server = this.#createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    try {
      server.once('error', reject);
      // In a cluster, workers would otherwise take turns at one port, and each scrape would see another worker.
      server.listen({ host, port, exclusive: true }, resolve);
      await promise;
    } catch (error) {
      server.close();
      return problemOf(error, this.#options);
    }
    server.off('error', reject);
    server.on('error', (error) => reportProblem('metrics endpoint', messageOf(error)));
    this.#server = server;
    return this.#listening(server.address() as AddressInfo);
  }

  /** Closes the port and every connection; one that was never open is no error. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    server.closeAllConnections();
    await promise;
  }

  #createServer(): Server {
    const limits = { headersTimeout: PATIENCE_MILLIS, requestTimeout: PATIENCE_MILLIS, keepAliveTimeout: KEEP_ALIVE_MILLIS };
    const server = process
      .getBuiltinModule('node:http')
      .createServer(limits, (request, response) => this.#route(request, response));
    server.setTimeout(PATIENCE_MILLIS);
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', (socket) => socket.unref());
    server.unref();
    markInternalServer(server);
    return server;
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const [path = '/'] = (request.url ?? '/').split('?');
    const route = this.#routes.get(path);
    if (route !== undefined) route(request, response);
    else text(response, 404, `Nothing is here. The metrics are at ${this.#path}, health at /healthz and /readyz.`);
    // A body that nobody reads would hold the connection up.
    request.resume();
  }

  async #readiness(response: ServerResponse): Promise<void> {
    const readiness = await askReadiness(this.#options.readinessTimeoutMillis);
    response.writeHead(readiness.ready ? 200 : 503, { 'Content-Type': 'application/json' });
    response.end(`${JSON.stringify(readiness)}\n`);
  }

  #listening({ address, port, family }: AddressInfo): Listening {
    const isAny = address === '0.0.0.0' || address === '::';
    const name = isAny ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
    return { host: address, port, url: `http://${name}:${port}${this.#path}` };
  }
}

function onlyRead(route: Route): Route {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return route(request, response);
    response.setHeader('Allow', 'GET, HEAD');
    return text(response, 405, `This takes GET and HEAD, not ${request.method}.`);
  };
}

function alive(_: IncomingMessage, response: ServerResponse): void {
  text(response, 200, 'ok');
}

function text(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

const PORT_VARIABLE = 'OTEL_EXPORTER_PROMETHEUS_PORT';
const HOST_VARIABLE = 'OTEL_EXPORTER_PROMETHEUS_HOST';

/** What went wrong by the code of the error: the variable that is to be changed, and how. */
const CAUSES: Readonly<Record<string, readonly [variable: string, cause: string]>> = {
  EADDRINUSE: [PORT_VARIABLE, 'is taken by another program; set another one, or 0 for any that is free'],
  EACCES: [PORT_VARIABLE, 'is not allowed for this user; set one of 1024 or more'],
  ERR_SOCKET_BAD_PORT: [PORT_VARIABLE, 'is no port; set one from 0 to 65535'],
  EADDRNOTAVAIL: [HOST_VARIABLE, 'is no address of this machine; set one of its own, or 0.0.0.0 for all'],
  EAI_AGAIN: [HOST_VARIABLE, 'is no name that is known here; set an address of this machine, or 0.0.0.0 for all'],
  ENOTFOUND: [HOST_VARIABLE, 'is no name that is known here; set an address of this machine, or 0.0.0.0 for all'],
};

function problemOf(error: unknown, { host, port }: EndpointOptions): Problem {
  const { code = '' } = error as { code?: string };
  const [variable, cause] = CAUSES[code] ?? [PORT_VARIABLE, `cannot be listened on: ${messageOf(error)}`];
  const value = variable === HOST_VARIABLE ? host : `port ${port} on ${host ?? 'every address'}`;
  return { subject: variable, message: `${value} ${cause}. The metrics page is not served` };
}
