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

const FRAMEWORKS: Readonly<Record<Framework, { readonly title: string; readonly route: string | undefined }>> = {
  express: { title: 'Express 5', route: '/users/:id' },
  'node-http': { title: 'node:http', route: undefined },
};

const CONNECTIONS = 32;
const SCRAPE_AFTER_MILLIS = 50;

export const request: Benchmark = {
  name: 'request',
  title: 'Serving one HTTP request',
  method:
    `A hello world with one parameter in its path, asked by another process over ${CONNECTIONS} kept-alive connections of loopback ` +
    'as fast as it answers. CPU time is that of the serving process, kernel included; latency at full load mostly follows ' +
    'from it. Each peer is scraped once in every round, and has to have counted every request, on Express with its route.',
  async run({ quick }) {
    const pace = quick ? { processes: 1, warmUps: 2, rounds: 2 } : { processes: 4, warmUps: 3, rounds: 2 };
    await using generator = new Variant('load generator', new URL('kit/load-generator.ts', import.meta.url));
    const rows = [];
    for (const framework of Object.keys(FRAMEWORKS) as Framework[])
      rows.push(...(await measure(framework, generator, pace, quick ? 5000 : 12_000)));
    return findingsOf(rows);
  },
};

async function measure(framework: Framework, generator: Variant, pace: Pace, requests: number): Promise<Row[]> {
  const served = new Map<Service, number>();
  const start = () => Promise.all(PEERS.map((peer) => Service.start(peer, framework)));
  const round = async (service: Service): Promise<RequestCost> => {
    const countedBefore = served.get(service) ?? 0;
    const before = await service.usage();
    const load: Load = { port: service.listening.port, connections: CONNECTIONS, requests };
    const [result] = await Promise.all([generator.ask<LoadResult>(load), scrapeDuringLoad(service, countedBefore, framework)]);
    const after = await service.usage();
    served.set(service, countedBefore + requests);
    return { ...result, cpuMicros: (after.cpuMicros - before.cpuMicros) / requests };
  };
  const samples = await interleave(start, round, pace);
  const figuresOf = (peer: string) => (field: keyof RequestCost) => pick(samples, peer, (cost) => cost[field]);
  return PEERS.map(({ name }) => ({ framework, peer: name, of: figuresOf(name), ofBare: figuresOf(BARE.name) }));
}

/** A peer is measured as it is used: scraped, and under load while it is. */
async function scrapeDuringLoad(service: Service, countedBefore: number, framework: Framework): Promise<void> {
  await sleep(SCRAPE_AFTER_MILLIS);
  await service.expectCounted(countedBefore, FRAMEWORKS[framework].route);
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
