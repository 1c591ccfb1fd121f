// The HTTP server of the metrics page and the health checks. It neither keeps the process alive nor crashes it.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LIVENESS_PATH, READINESS_PATH } from '../core/http/health-paths.ts';
import { markInternalServer } from '../core/internal-traffic.ts';
import { messageOf, reportProblem } from '../core/problem.ts';
import { type HandlerOptions, metricsHandler, type Renderer } from '../exporters/prometheus/handler.ts';
import { checkReadiness } from './health.ts';

export interface EndpointOptions extends HandlerOptions {
  readonly page: Renderer;
  /** An address or a host name of this machine; undefined for every address. */
  readonly host: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  /** The path of the page, which begins with a slash. */
  readonly path: string;
  readonly readinessTimeoutMillis?: number | undefined;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** The address of the page for a reader on this machine. */
  readonly url: string;
}

export interface ListenFailure {
  /** Which option is to be changed. */
  readonly option: 'host' | 'port';
  readonly message: string;
}

/** How long a request may take to arrive, and a connection may be idle within one. */
const TIMEOUT_MILLIS = 15_000;

/** Longer than Prometheus waits between two scrapes, a minute by default, so that it keeps its connection. */
const KEEP_ALIVE_MILLIS = 75_000;

const MAX_CONNECTIONS = 128;

type Route = (request: IncomingMessage, response: ServerResponse) => void;

export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #routes: ReadonlyMap<string, Route>;
  #server: Server | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#routes = new Map([
      [LIVENESS_PATH, readOnly(answerLiveness)],
      [READINESS_PATH, readOnly((_, response) => void this.#answerReadiness(response))],
      [options.path, metricsHandler(options.page, options)],
    ]);
  }

  /** Opens the port. Never rejects: a failure is for the caller to report, and the application runs on. */
  async listen(): Promise<Listening | ListenFailure> {
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
      return failureOf(error, this.#options);
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
    const limits = { headersTimeout: TIMEOUT_MILLIS, requestTimeout: TIMEOUT_MILLIS, keepAliveTimeout: KEEP_ALIVE_MILLIS };
    const server = process
      .getBuiltinModule('node:http')
      .createServer(limits, (request, response) => this.#route(request, response));
    server.setTimeout(TIMEOUT_MILLIS);
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket) => socket.unref());
    server.unref();
    markInternalServer(server);
    return server;
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const [path = '/'] = (request.url ?? '/').split('?');
    const route = this.#routes.get(path);
    if (route !== undefined) route(request, response);
    else text(response, 404, notFound(this.#options.path));
    // A request body that is not read would block the connection.
    request.resume();
  }

  async #answerReadiness(response: ServerResponse): Promise<void> {
    const readiness = await checkReadiness(this.#options.readinessTimeoutMillis);
    response.writeHead(readiness.ready ? 200 : 503, { 'Content-Type': 'application/json' });
    response.end(`${JSON.stringify(readiness)}\n`);
  }

  #listening({ address, port, family }: AddressInfo): Listening {
    const isAny = address === '0.0.0.0' || address === '::';
    const name = isAny ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
    return { host: address, port, url: `http://${name}:${port}${this.#options.path}` };
  }
}

function notFound(path: string): string {
  return `Not found. Metrics are at ${path}, health checks at ${LIVENESS_PATH} and ${READINESS_PATH}.`;
}

function readOnly(route: Route): Route {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return route(request, response);
    response.setHeader('Allow', 'GET, HEAD');
    return text(response, 405, `Only GET and HEAD are accepted here, not ${request.method}.`);
  };
}

function answerLiveness(_: IncomingMessage, response: ServerResponse): void {
  text(response, 200, 'ok');
}

function text(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

/** What went wrong by the code of the error: the option to change, and how. */
const CAUSES: Readonly<Record<string, readonly [option: ListenFailure['option'], cause: string]>> = {
  EADDRINUSE: ['port', 'is in use by another program; set another port, or 0 for any free one'],
  EACCES: ['port', 'is not allowed for this user; set one of 1024 or more'],
  ERR_SOCKET_BAD_PORT: ['port', 'is not a port; set one from 0 to 65535'],
  EADDRNOTAVAIL: ['host', 'is not an address of this machine; set one of its own, or 0.0.0.0 for all'],
  EAI_AGAIN: ['host', 'cannot be resolved; set an address of this machine, or 0.0.0.0 for all'],
  ENOTFOUND: ['host', 'cannot be resolved; set an address of this machine, or 0.0.0.0 for all'],
};

function failureOf(error: unknown, { host, port }: EndpointOptions): ListenFailure {
  const { code = '' } = error as { code?: string };
  const [option, cause] = CAUSES[code] ?? (['port', `cannot be listened on: ${messageOf(error)}`] as const);
  const value = option === 'host' ? host : `port ${port} on ${host ?? 'every address'}`;
  return { option, message: `${value} ${cause}. The metrics page is not served` };
}
