// Benchmark of BullMQ jobs: CPU time of a job from add to completion, with a real Redis.
import { freePort } from '../kit/free-port.ts';
import { startRedis } from '../kit/servers/redis-process.ts';
import type { AddedCost } from './jobs/side-by-side.ts';
import type { JobCost, Round } from './jobs/workload.ts';
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import { countOnPage } from './kit/page-count.ts';
import { REGISTER } from './kit/promtel.ts';
import { requireProgram } from './kit/require-program.ts';
import { interleave, meansOf, mediansOf, type Schedule, pick } from './kit/rounds.ts';
import { Variant, type VariantOptions } from './kit/variant.ts';

interface Peer extends VariantOptions {
  readonly name: string;
  /** The metric that counts jobs; undefined for a peer that records none. */
  readonly countMetric?: string;
  /** Whether its instrumentation of jobs is disabled, so that it must have counted none. */
  readonly isDisabled?: boolean;
}

const BARE: Peer = { name: 'bare' };
const PROMTEL: Peer = {
  name: 'promtel',
  nodeOptions: ['--import', REGISTER],
  countMetric: 'job_duration_seconds_count',
};
const PROMTEL_JOBS_ONLY: Peer = {
  ...PROMTEL,
  name: 'promtel without its ioredis',
  env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'ioredis' },
};
const BULLMQ_OTEL: Peer = {
  name: 'bullmq-otel with metrics',
  args: [new URL('jobs/bullmq-otel.ts', import.meta.url).href],
  countMetric: 'bullmq_jobs_completed_total',
};
const PROMTEL_WITHOUT: Peer = {
  ...PROMTEL,
  name: 'promtel without both',
  env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'bullmq,ioredis' },
  isDisabled: true,
};
const PROMTEL_OFF: Peer = {
  name: 'promtel switched off',
  nodeOptions: ['--import', REGISTER],
  env: { OTEL_SDK_DISABLED: 'true' },
};
const PEERS = [BARE, BULLMQ_OTEL, PROMTEL, PROMTEL_JOBS_ONLY, PROMTEL_WITHOUT, PROMTEL_OFF];

/** Peers of the side-by-side runs: the first copy of BullMQ is bare, the second has the peer; bare beside bare shows the error. */
const SIDE_BY_SIDE: readonly Peer[] = [BARE, BULLMQ_OTEL, PROMTEL, PROMTEL_JOBS_ONLY].map(({ nodeOptions, ...peer }) =>
  nodeOptions === undefined ? peer : { ...peer, args: [REGISTER] },
);

/** Enough rounds for each figure to include garbage collections. */
const ROUNDS_PER_FIGURE = 8;

export const jobs: Benchmark = {
  name: 'jobs',
  title: 'One job',
  method:
    'BullMQ and Redis on the same machine. One process adds empty jobs and works on them, sixteen at a time; CPU time is that ' +
    'of this process, kernel included, without Redis. Every peer must have counted all jobs, and none where its ' +
    'instrumentation is disabled. A figure is the mean of eight short, interleaved rounds. Two processes of the same program ' +
    'differ by several percent, so the CPU time that a peer adds is also measured within one process, between two copies of ' +
    'BullMQ and its client; that figure is the median of the rounds of a process.',
  async run({ quick }) {
    await using redis = await startRedis(requireProgram('redis-server'));
    return findingsOf(await measure(redis.port, quick), await measureSideBySide(redis.port, quick));
  },
};

type FiguresOf = (peer: Peer) => Figures;

async function measure(redisPort: number, quick: boolean): Promise<FiguresOf> {
  // Many processes, since two of the same program differ by more than a peer costs.
  const schedule: Schedule = quick ? { processes: 1, warmUps: 4, rounds: 8 } : { processes: 8, warmUps: 20, rounds: 32 };
  const samples = await interleaveProcesses<JobCost>(PEERS, 'workload', redisPort, schedule, 400);
  return ({ name }) => {
    const figures = pick(samples, name, ({ cpuMicros }) => cpuMicros);
    return figures && meansOf(figures, ROUNDS_PER_FIGURE);
  };
}

async function measureSideBySide(redisPort: number, quick: boolean): Promise<FiguresOf> {
  const schedule: Schedule = quick ? { processes: 1, warmUps: 4, rounds: 8 } : { processes: 10, warmUps: 60, rounds: 80 };
  const samples = await interleaveProcesses<AddedCost>(SIDE_BY_SIDE, 'side-by-side', redisPort, schedule, 100);
  return ({ name }) => {
    const figures = pick(samples, name, ({ addedMicros }) => addedMicros);
    return figures && mediansOf(figures, schedule.rounds);
  };
}

function interleaveProcesses<Cost>(
  peers: readonly Peer[],
  script: string,
  redisPort: number,
  schedule: Schedule,
  jobCount: number,
) {
  const round: Round = { jobs: jobCount };
  return interleave(
    {
      start: () => Promise.all(peers.map((peer) => JobProcess.start(peer, script, redisPort))),
      round: (process: JobProcess) => process.ask<Cost>(round),
      check: (process) => process.expectCounted(jobCount * (schedule.warmUps + schedule.rounds)),
    },
    schedule,
  );
}

/** A process that adds jobs and works on them, bare or with a peer. */
class JobProcess extends Variant {
  readonly #peer: Peer;
  readonly #metricsPort: number;

  private constructor(peer: Peer, script: string, redisPort: number, metricsPort: number) {
    super(peer.name, new URL(`jobs/${script}.ts`, import.meta.url), {
      nodeOptions: peer.nodeOptions ?? [],
      args: [String(redisPort), ...(peer.args ?? [])],
      env: { ...peer.env, OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) },
    });
    this.#peer = peer;
    this.#metricsPort = metricsPort;
  }

  static async start(peer: Peer, script: string, redisPort: number): Promise<JobProcess> {
    return new JobProcess(peer, script, redisPort, await freePort());
  }

  async expectCounted(expected: number): Promise<void> {
    const { countMetric, isDisabled = false } = this.#peer;
    if (countMetric === undefined) return;
    const count = await countOnPage(`http://127.0.0.1:${this.#metricsPort}/metrics`, countMetric);
    if (count !== (isDisabled ? 0 : expected))
      throw new Error(`${this.name}: ${expected} jobs were done and ${count} are on the page`);
  }
}

function findingsOf(figuresOf: FiguresOf, addedOf: FiguresOf): Findings {
  const bare = figuresOf(BARE);
  return {
    ratios: {
      columns: ['compared with bare', 'CPU time'],
      rows: PEERS.filter((peer) => peer !== BARE).map((peer) => [peer.name, ratio(figuresOf(peer), bare)]),
    },
    absolute: [
      { columns: ['per job', 'CPU µs'], rows: PEERS.map((peer) => [peer.name, figure(figuresOf(peer))]) },
      {
        columns: ['added per job, compared with a bare one in the same process', 'CPU µs'],
        rows: SIDE_BY_SIDE.map((peer) => [peer.name, figure(addedOf(peer))]),
      },
    ],
    goals: [
      {
        subject: 'BullMQ: CPU time of a job under promtel compared with bare',
        actual: medianRatio(figuresOf(PROMTEL), bare),
        sense: 'at most',
        limit: 1.02,
        unit: ' ×',
      },
    ],
  };
}
