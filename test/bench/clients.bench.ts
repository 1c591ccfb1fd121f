// Benchmark of clients: CPU time of a Redis command, a database query and a cache look-up, bare and under promtel.
import { freePort } from '../kit/free-port.ts';
import { startPostgres } from '../kit/servers/postgres-process.ts';
import { startRedis } from '../kit/servers/redis-process.ts';
import type { CallCost, Round } from './clients/workload.ts';
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import { countOnPage } from './kit/page-count.ts';
import { REGISTER } from './kit/promtel.ts';
import { requireProgram } from './kit/require-program.ts';
import { interleave, meansOf, type Schedule, pick, type Samples } from './kit/rounds.ts';
import { Variant } from './kit/variant.ts';

/** One operation of a client. */
interface Case {
  readonly name: string;
  readonly server?: 'redis' | 'postgres';
  /** Calls per round: few enough for some hundredths of a second, since the speed of a machine changes within seconds. */
  readonly calls: number;
  /** The metric that counts the calls, and a text that its lines contain. */
  readonly countMetric: string;
  readonly countText?: string;
}

const COMMANDS = 'db_client_operation_duration_seconds_count';
const CASES: readonly Case[] = [
  { name: 'ioredis get', server: 'redis', calls: 2000, countMetric: COMMANDS },
  { name: 'node-redis get', server: 'redis', calls: 2000, countMetric: COMMANDS },
  { name: 'pg select', server: 'postgres', calls: 600, countMetric: COMMANDS },
  { name: 'lru-cache get', calls: 1_500_000, countMetric: 'cache_requests_total', countText: '"lru-cache"' },
];

const BARE = 'bare';
const PROMTEL = 'promtel';
const DISABLED = 'promtel without these';
const OFF = 'promtel switched off';
const NAMES = [BARE, PROMTEL, DISABLED, OFF];

const ENVIRONMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [DISABLED]: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'ioredis,redis,pg,pg-pool,lru-cache' },
  [OFF]: { OTEL_SDK_DISABLED: 'true' },
};

/** Enough rounds for each figure to include garbage collections. */
const ROUNDS_PER_FIGURE = 8;

export const clients: Benchmark = {
  name: 'clients',
  title: 'One call of a client',
  method:
    'Redis and Postgres on the same machine, sixteen calls at a time; look-ups in the cache are hits. CPU time is that of the ' +
    'calling process, kernel included. Each process makes calls of one kind; promtel must have counted all of them, and none ' +
    'where their instrumentations are disabled. There promtel does not patch these libraries at all, which is tested: the ' +
    'figure shows how much processes differ. A figure is the mean of eight short, interleaved rounds.',
  async run({ quick }) {
    await using redis = await startRedis(requireProgram('redis-server'));
    await using postgres = await startPostgres(requireProgram('postgres'));
    const urls = { redis: redis.url, postgres: postgres.url };
    const samples = new Map<string, CallSamples>();
    for (const one of CASES) samples.set(one.name, await measure(one, one.server && urls[one.server], quick));
    return findingsOf((name, what) => {
      const figures = pick(samples.get(what)!, name, ({ nanos }) => nanos);
      return figures && meansOf(figures, ROUNDS_PER_FIGURE);
    });
  },
};

type CallSamples = Samples<CallCost>;
type FiguresOf = (name: string, what: string) => Figures;

function measure(one: Case, url: string | undefined, quick: boolean): Promise<CallSamples> {
  const schedule: Schedule = quick ? { processes: 1, warmUps: 4, rounds: 8 } : { processes: 8, warmUps: 20, rounds: 32 };
  const round: Round = { calls: one.calls };
  return interleave(
    {
      start: () => Promise.all(NAMES.map((name) => Caller.start(name, one, url))),
      round: (caller: Caller) => caller.ask<CallCost>(round),
      check: (caller) => caller.expectCounted(one.calls * (schedule.warmUps + schedule.rounds)),
    },
    schedule,
  );
}

/** A process that makes calls of one kind, bare or under promtel. */
class Caller extends Variant {
  readonly #case: Case;
  readonly #page: string;

  private constructor(name: string, what: Case, url: string | undefined, metricsPort: number) {
    super(name, new URL('clients/workload.ts', import.meta.url), {
      nodeOptions: name === BARE ? [] : ['--import', REGISTER],
      args: url === undefined ? [what.name] : [what.name, url],
      env: { ...ENVIRONMENTS[name], OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) },
    });
    this.#case = what;
    this.#page = `http://127.0.0.1:${metricsPort}/metrics`;
  }

  static async start(name: string, what: Case, url: string | undefined): Promise<Caller> {
    return new Caller(name, what, url, await freePort());
  }

  async expectCounted(made: number): Promise<void> {
    if (this.name === BARE || this.name === OFF) return;
    const { name, countMetric, countText } = this.#case;
    const counted = await countOnPage(this.#page, countMetric, countText);
    const isRight = this.name === DISABLED ? counted === 0 : counted >= made;
    if (!isRight) throw new Error(`${this.name}: ${name} was called ${made} times and ${counted} are on the page`);
  }
}

function findingsOf(figuresOf: FiguresOf): Findings {
  const ofBare = (name: string, what: string): string => ratio(figuresOf(name, what), figuresOf(BARE, what));
  const nanos = (name: string, what: string): string => figure(figuresOf(name, what));
  const names = CASES.map(({ name }) => name);
  return {
    ratios: {
      columns: ['CPU time compared with bare', ...NAMES.slice(1)],
      rows: names.map((what) => [what, ...NAMES.slice(1).map((name) => ofBare(name, what))]),
    },
    absolute: [
      { columns: ['CPU ns per call', ...NAMES], rows: names.map((what) => [what, ...NAMES.map((name) => nanos(name, what))]) },
    ],
    goals: names.map((what) => ({
      subject: `${what} under promtel with its instrumentation disabled: CPU time compared with bare`,
      actual: medianRatio(figuresOf(DISABLED, what), figuresOf(BARE, what)),
      sense: 'at most' as const,
      limit: 1.02,
      unit: ' ×',
    })),
  };
}
