// Benchmark of serving HTTP: CPU time and latency of a request on Express and node:http, bare and with each peer.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import type { Load, LoadResult } from './kit/load-generator.ts';
import { BARE, type Framework, PEERS, PROMTEL, Service } from './kit/peers.ts';
import { interleave, type Schedule, pick } from './kit/rounds.ts';
import { Variant } from './kit/variant.ts';

interface RequestCost extends LoadResult {
  readonly cpuMicros: number;
}

interface Row {
  readonly framework: Framework;
  readonly peer: string;
  readonly of: (field: keyof RequestCost) => Figures;
  readonly ofBare: (field: keyof RequestCost) => Figures;
}

interface Setting {
  readonly title: string;
  /** The route label on the pages of the peers. */
  readonly route: string | undefined;
  readonly processes: number;
}

const FRAMEWORKS: Readonly<Record<Framework, Setting>> = {
  // More processes, since V8 optimises Express differently in each, by more than a peer costs.
  express: { title: 'Express 5', route: '/users/:id', processes: 9 },
  'node-http': { title: 'node:http', route: undefined, processes: 3 },
};

const CONNECTIONS = 32;
const SCRAPE_EVERY_MILLIS = 50;

export const request: Benchmark = {
  name: 'request',
  title: 'Serving one HTTP request',
  method:
    `A hello world with one parameter in its path, requested by another process over ${CONNECTIONS} keep-alive connections on ` +
    'loopback as fast as it responds. CPU time is that of the serving process, kernel included; latency at full load mostly ' +
    'follows from it. Garbage is collected before the first request, as happens in any larger application at start-up. Every ' +
    'peer is scraped during the warm-up rounds only, and must have counted all requests.',
  async run({ quick }) {
    await using generator = new Variant('load generator', new URL('kit/load-generator.ts', import.meta.url));
    const rows = [];
    for (const framework of Object.keys(FRAMEWORKS) as Framework[]) rows.push(...(await measure(framework, generator, quick)));
    return findingsOf(rows);
  },
};

async function measure(framework: Framework, generator: Variant, quick: boolean): Promise<Row[]> {
  const { route, processes } = FRAMEWORKS[framework];
  const schedule: Schedule = quick ? { processes: 1, warmUps: 2, rounds: 4 } : { processes, warmUps: 12, rounds: 24 };
  // Short rounds, since the other load of the machine changes from moment to moment.
  const requests = 2000;
  const course = {
    start: () => startAll(framework),
    async round(service: Service, isWarmUp: boolean): Promise<RequestCost> {
      const load: Load = { port: service.listening.port, connections: CONNECTIONS, requests };
      const before = await service.usage();
      const pending = generator.ask<LoadResult>(load);
      if (isWarmUp) await scrapeUntil(pending, service);
      const result = await pending;
      const after = await service.usage();
      return { ...result, cpuMicros: (after.cpuMicros - before.cpuMicros) / requests };
    },
    check: (service: Service) => service.expectCounted(requests * (schedule.warmUps + schedule.rounds), route),
  };
  const samples = await interleave(course, schedule);
  const figuresOf = (peer: string) => (field: keyof RequestCost) => pick(samples, peer, (cost) => cost[field]);
  return PEERS.map(({ name }) => ({ framework, peer: name, of: figuresOf(name), ofBare: figuresOf(BARE.name) }));
}

/**
 * Starts every peer and collects garbage before its first request. A full collection between the definition of a route and the
 * first request makes every later request of Express 5 a tenth slower, since V8 then misses its inline cache where a parameter is
 * stored (see `node --log-ic`). Any larger application has a collection at start-up; in this small one it would depend on the
 * memory use of the peer.
 */
async function startAll(framework: Framework): Promise<Service[]> {
  const services = await Promise.all(PEERS.map((peer) => Service.start(peer, framework)));
  for (const service of services) await service.collectGarbage();
  return services;
}

/** Scrapes repeatedly, so that V8 optimises the code for the requests of scrapes too. */
async function scrapeUntil(end: Promise<unknown>, service: Service): Promise<void> {
  const over = new AbortController();
  void end.finally(() => over.abort()).catch(() => {});
  while (!over.signal.aborted) {
    await service.expectCounted(0, undefined);
    await sleep(SCRAPE_EVERY_MILLIS);
  }
}

function findingsOf(rows: readonly Row[]): Findings {
  const label = ({ framework, peer }: Row): string => `${FRAMEWORKS[framework].title}: ${peer}`;
  const compared = rows.filter(({ peer }) => peer !== BARE.name);
  const promtel = rows.find(({ framework, peer }) => framework === 'express' && peer === PROMTEL.name)!;
  return {
    ratios: {
      columns: ['compared with bare', 'CPU time', 'p99 latency'],
      rows: compared.map((row) => [
        label(row),
        ...(['cpuMicros', 'p99Micros'] as const).map((field) => ratio(row.of(field), row.ofBare(field))),
      ]),
    },
    absolute: [
      {
        columns: ['per request', 'CPU µs', 'p50 µs', 'p99 µs', 'requests/s'],
        rows: rows.map((row) => [
          label(row),
          ...(['cpuMicros', 'p50Micros', 'p99Micros', 'requestsPerSecond'] as const).map((field) => figure(row.of(field))),
        ]),
      },
    ],
    goals: [
      {
        subject: 'Express 5: CPU time under promtel compared with bare',
        actual: medianRatio(promtel.of('cpuMicros'), promtel.ofBare('cpuMicros')),
        sense: 'at most',
        limit: 1.1,
        unit: ' ×',
      },
    ],
  };
}
