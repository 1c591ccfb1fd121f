// What measuring HTTP costs an application: CPU time and latency of a request, on Express and on bare node:http.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import type { Load, LoadResult } from './kit/load-generator.ts';
import { BARE, type Framework, PEERS, PROMTEL, Service } from './kit/peers.ts';
import { interleave, type Pace, pick } from './kit/rounds.ts';
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
  /** What the route is called on the peers' pages. */
  readonly route: string | undefined;
  readonly processes: number;
}

const FRAMEWORKS: Readonly<Record<Framework, Setting>> = {
  // What V8 makes of Express differs from process to process by more than a peer costs, so there are more of them.
  express: { title: 'Express 5', route: '/users/:id', processes: 9 },
  'node-http': { title: 'node:http', route: undefined, processes: 3 },
};

const CONNECTIONS = 32;
const SCRAPE_EVERY_MILLIS = 50;

export const request: Benchmark = {
  name: 'request',
  title: 'Serving one HTTP request',
  method:
    `A hello world with one parameter in its path, asked by another process over ${CONNECTIONS} kept-alive connections of loopback ` +
    'as fast as it answers. CPU time is that of the serving process, kernel included; latency at full load mostly follows ' +
    'from it. Garbage is collected before the first request, as it is while any larger application starts. Every peer was scraped ' +
    'while it warmed up, is not while it is measured, and has to have counted every request.',
  async run({ quick }) {
    await using generator = new Variant('load generator', new URL('kit/load-generator.ts', import.meta.url));
    const rows = [];
    for (const framework of Object.keys(FRAMEWORKS) as Framework[]) rows.push(...(await measure(framework, generator, quick)));
    return findingsOf(rows);
  },
};

async function measure(framework: Framework, generator: Variant, quick: boolean): Promise<Row[]> {
  const { route, processes } = FRAMEWORKS[framework];
  const pace: Pace = quick ? { processes: 1, warmUps: 2, rounds: 4 } : { processes, warmUps: 12, rounds: 24 };
  // Short rounds: what else the machine does changes from moment to moment.
  const requests = 2000;
  const course = {
    start: () => startAll(framework),
    async round(service: Service, isWarmUp: boolean): Promise<RequestCost> {
      const load: Load = { port: service.listening.port, connections: CONNECTIONS, requests };
      const before = await service.usage();
      const answered = generator.ask<LoadResult>(load);
      if (isWarmUp) await scrapeUntil(answered, service);
      const result = await answered;
      const after = await service.usage();
      return { ...result, cpuMicros: (after.cpuMicros - before.cpuMicros) / requests };
    },
    check: (service: Service) => service.expectCounted(requests * (pace.warmUps + pace.rounds), route),
  };
  const samples = await interleave(course, pace);
  const figuresOf = (peer: string) => (field: keyof RequestCost) => pick(samples, peer, (cost) => cost[field]);
  return PEERS.map(({ name }) => ({ framework, peer: name, of: figuresOf(name), ofBare: figuresOf(BARE.name) }));
}

/**
 * Starts every peer, and collects garbage before its first request. A full collection between the declaration of a route and the
 * first request makes every request of Express 5 a tenth dearer for good, since V8 then misses its cache where a parameter is
 * stored (`node --log-ic` shows it). Any application of some size has one while it starts; this one is so small that it depends
 * on what its peer needs.
 */
async function startAll(framework: Framework): Promise<Service[]> {
  const services = await Promise.all(PEERS.map((peer) => Service.start(peer, framework)));
  for (const service of services) await service.collectGarbage();
  return services;
}

/** Scrapes again and again, since code that has met the requests of a scrape is compiled for those as well. */
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
