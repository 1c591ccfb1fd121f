// The HTTP servers of the benchmarks: the bare application, each peer set up as in its README, and promtel.
import { fileURLToPath } from 'node:url';
import { freePort } from '../../kit/free-port.ts';
import { countOnPage } from './page-count.ts';
import { REGISTER } from './promtel.ts';
import { Variant } from './variant.ts';

export interface Peer {
  readonly name: string;
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is a middleware, which the application loads itself. */
  readonly isMiddleware?: boolean;
  /** The metric that counts requests; undefined for the bare application. */
  readonly countMetric?: string;
}

export const BARE: Peer = { name: 'bare' };
export const PROMETHEUS_BUNDLE: Peer = {
  name: 'express-prom-bundle',
  isMiddleware: true,
  countMetric: 'http_request_duration_seconds_count',
};
export const OFFICIAL_PAIR: Peer = {
  name: 'instrumentation-http + -express',
  nodeOptions: ['--require', fileURLToPath(new URL('../apps/official-pair.cjs', import.meta.url))],
  countMetric: 'http_server_request_duration_count',
};
export const AUTO: Peer = {
  name: 'auto-instrumentations-node',
  nodeOptions: ['--require', '@opentelemetry/auto-instrumentations-node/register'],
  env: {
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    // The default also queries the metadata services of three clouds over the network.
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
  },
  countMetric: 'http_server_request_duration_count',
};
export const PROMTEL: Peer = {
  name: 'promtel',
  nodeOptions: ['--import', REGISTER],
  countMetric: 'http_server_request_duration_seconds_count',
};

export const PEERS: readonly Peer[] = [BARE, PROMETHEUS_BUNDLE, OFFICIAL_PAIR, AUTO, PROMTEL];

export type Framework = 'express' | 'node-http';

/** Sent by an application when it listens; times are since the start of the process. */
export interface Listening {
  readonly port: number;
  readonly wallMillis: number;
  readonly cpuMicros: number;
}

/** CPU time and memory of an application. */
export interface Usage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** An HTTP server process, bare or with a peer. */
export class Service implements AsyncDisposable {
  readonly name: string;
  readonly listening: Listening;
  readonly #variant: Variant;
  readonly #peer: Peer;
  /** The URL of the metrics page. */
  readonly #page: string;

  private constructor(peer: Peer, variant: Variant, listening: Listening, metricsPort: number) {
    this.name = peer.name;
    this.listening = listening;
    this.#peer = peer;
    this.#variant = variant;
    this.#page = `http://127.0.0.1:${peer.isMiddleware === true ? listening.port : metricsPort}/metrics`;
  }

  static async start(peer: Peer, framework: Framework): Promise<Service> {
    const script = new URL(`../apps/${appOf(peer, framework)}.cjs`, import.meta.url);
    const metricsPort = await freePort();
    const env = { ...peer.env, OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) };
    const variant = new Variant(peer.name, script, { nodeOptions: peer.nodeOptions ?? [], env });
    return new Service(peer, variant, await variant.receive<Listening>(), metricsPort);
  }

  usage(): Promise<Usage> {
    return this.#variant.ask<Usage>('usage');
  }

  /** Collects garbage, as happens during any longer start-up. */
  async collectGarbage(): Promise<void> {
    await this.#variant.ask('collect garbage');
  }

  /** Rejects unless the peer counted at least `requests`, with the given route if there is one. */
  async expectCounted(requests: number, route: string | undefined): Promise<void> {
    const { countMetric } = this.#peer;
    if (countMetric === undefined) return;
    const count = await countOnPage(this.#page, countMetric, route === undefined ? '' : `"${route}"`);
    if (count < requests) throw new Error(`${this.name}: ${requests} requests were served and ${count} are on the page`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#variant[Symbol.asyncDispose]();
  }
}

function appOf({ isMiddleware }: Peer, framework: Framework): string {
  if (isMiddleware !== true) return framework;
  return framework === 'express' ? 'express-prom-bundle' : 'node-http-prom-bundle';
}
