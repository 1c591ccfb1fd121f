// What a peer adds to the start of a process: time until an empty script exits and an application listens, and memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../kit/free-port.ts';
import { type Benchmark, figure, type Figures, type Findings } from './kit/benchmark.ts';
import { AUTO, BARE, type Peer, PEERS, PROMTEL, Service } from './kit/peers.ts';
import { interleave, pick } from './kit/rounds.ts';
import { summarize } from './kit/statistics.ts';
import { cleanEnvironment } from './kit/variant.ts';

/** Every figure of one start; wall and CPU time in milliseconds, memory in megabytes. */
interface Start {
  readonly emptyWall: number;
  readonly emptyCpu: number;
  readonly listenWall: number;
  readonly listenCpu: number;
  readonly memory: number;
  readonly scrapeCpu: number;
  readonly memoryAfterScrape: number;
}

const FIGURES: Readonly<Record<keyof Start, string>> = {
  emptyWall: 'empty: wall ms',
  emptyCpu: 'empty: CPU ms',
  listenWall: 'Express: wall ms',
  listenCpu: 'Express: CPU ms',
  memory: 'Express: RSS MB',
  scrapeCpu: 'first scrape: CPU ms',
  memoryAfterScrape: 'after a scrape: RSS MB',
};

const EMPTY = fileURLToPath(new URL('apps/empty.cjs', import.meta.url));

/** What an application does right after it listens is part of its start. */
const SETTLE_MILLIS = 200;

export const startUp: Benchmark = {
  name: 'start-up',
  title: 'Starting a process',
  method:
    'An empty script until its process has ended, and the Express hello world until it listens; its memory 200 ms later, and ' +
    'once more after one request and one scrape. CPU time is that of all threads.',
  async run({ quick, before }) {
    const peers = before === undefined ? PEERS : [...PEERS, otherBuild(before)];
    const contestants = peers.map((peer) => ({ ...peer, [Symbol.asyncDispose]: () => Promise.resolve() }));
    const pace = { processes: 1, warmUps: 1, rounds: quick ? 3 : 20 };
    const samples = await interleave({ start: () => Promise.resolve(contestants), round: measureStart }, pace);
    return findingsOf(peers, (peer, field) => pick(samples, peer, (start) => start[field]));
  },
};

const BEFORE = 'promtel before';

function otherBuild(folder: string): Peer {
  return { ...PROMTEL, name: BEFORE, nodeOptions: ['--import', resolve(folder, 'register.js')] };
}

async function measureStart(peer: Peer): Promise<Start> {
  const empty = await runEmptyScript(peer);
  await using service = await Service.start(peer, 'express');
  const { port, wallMillis, cpuMicros } = service.listening;
  await sleep(SETTLE_MILLIS);
  const { rssBytes } = await service.usage();
  await fetch(`http://127.0.0.1:${port}/users/1000`).then((response) => response.text());
  const beforeScrape = await service.usage();
  await service.expectCounted(1, '/users/:id');
  const afterScrape = await service.usage();
  return {
    ...empty,
    listenWall: wallMillis,
    listenCpu: cpuMicros / 1000,
    memory: rssBytes / 1e6,
    scrapeCpu: (afterScrape.cpuMicros - beforeScrape.cpuMicros) / 1000,
    memoryAfterScrape: afterScrape.rssBytes / 1e6,
  };
}

async function runEmptyScript(peer: Peer): Promise<Pick<Start, 'emptyWall' | 'emptyCpu'>> {
  const preload = peer.isMiddleware === true ? ['--require', peer.name] : (peer.nodeOptions ?? []);
  const env = cleanEnvironment({ ...peer.env, OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()) });
  const startMillis = performance.now();
  const child = spawn(process.execPath, [...preload, EMPTY], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  const emptyWall = performance.now() - startMillis;
  // Whoever prints while it starts prints before the script exits, so the figure is what comes last.
  const emptyCpu = Number(/\d+$/.exec(output)?.[0]) / 1000;
  if (exitCode !== 0 || !(emptyCpu > 0)) throw new Error(`${peer.name}: the empty script ended with ${exitCode}`);
  return { emptyWall, emptyCpu };
}

function findingsOf(peers: readonly Peer[], figuresOf: (peer: string, field: keyof Start) => Figures): Findings {
  const fields = Object.keys(FIGURES) as (keyof Start)[];
  const added = (peer: string, field: keyof Start): Figures => {
    const bare = figuresOf(BARE.name, field);
    return figuresOf(peer, field)?.map((value, round) => value - bare![round]!);
  };
  const addedMedian = (peer: string, field: keyof Start): number => summarize(added(peer, field) ?? [NaN]).median;
  const shareOfAuto = (peer: string, field: keyof Start): number =>
    (100 * addedMedian(peer, field)) / addedMedian(AUTO.name, field);
  const columns = Object.values(FIGURES);
  return {
    ratios: {
      columns: [`added, in % of ${AUTO.name}`, ...columns.map((column) => column.replace(/ \w+$/, ''))],
      rows: peers
        .filter((peer) => peer !== BARE)
        .map(({ name }) => [name, ...fields.map((field) => `${shareOfAuto(name, field).toFixed(0)} %`)]),
    },
    absolute: [
      {
        columns: ['', ...columns],
        rows: [
          ...peers.map(({ name }) => [name, ...fields.map((field) => figure(figuresOf(name, field)))]),
          ...peers
            .filter(({ name }) => name === PROMTEL.name || name === BEFORE)
            .map(({ name }) => [`added by ${name}`, ...fields.map((field) => figure(added(name, field)))]),
        ],
      },
    ],
    goals: [
      ...(['emptyWall', 'listenWall'] as const).map((field) => ({
        subject: `Start-up, ${FIGURES[field]}: added, in % of ${AUTO.name}`,
        actual: shareOfAuto(PROMTEL.name, field),
        sense: 'at most' as const,
        limit: 25,
        unit: ' %',
      })),
      ...(['memory', 'memoryAfterScrape'] as const).map((field) => ({
        subject: `Start-up, ${FIGURES[field]}: added`,
        actual: addedMedian(PROMTEL.name, field),
        sense: 'at most' as const,
        limit: 10,
        unit: ' MB',
      })),
      ...peers
        .filter(({ name }) => name === BEFORE)
        .map(({ name }) => ({
          subject: `Start-up, ${FIGURES.listenCpu}: added, in % of ${name}`,
          actual: (100 * addedMedian(PROMTEL.name, 'listenCpu')) / addedMedian(name, 'listenCpu'),
          sense: 'at most' as const,
          limit: 50,
          unit: ' %',
        })),
    ],
  };
}
