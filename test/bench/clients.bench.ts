// What measuring clients costs: CPU time of a Redis command, of a query and of a cached item, and of the same left out by a setting.
import { freePort } from '../kit/free-port.ts';
import { startPostgres } from '../kit/servers/postgres-process.ts';
import { startRedis } from '../kit/servers/redis-process.ts';
import type { CallCost, Round } from './clients/workload.ts';
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import { countOnPage } from './kit/page-count.ts';
import { REGISTER } from './kit/promtel.ts';
import { requireProgram } from './kit/require-program.ts';
import { interleave, meansOf, type Pace, pick, type Samples } from './kit/rounds.ts';
import { Variant } from './kit/variant.ts';

/** What is measured of a client. */
interface Case {
  readonly name: string;
  readonly server?: 'redis' | 'postgres';
  /** Calls of a round: as few as take some hundredths of a second, since a machine changes its pace every other second. */
  readonly calls: number;
  /** The metric that counts them, and what its lines have to say. */
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

/** Garbage is collected every few rounds. */
const ROUNDS_OF_A_FIGURE = 8;

export const clients: Benchmark = {
  name: 'clients',
  title: 'One call of a client',
  method:
    'A Redis and a Postgres of the same machine, sixteen calls at a time; the cache gives what it has. The CPU time is that of the ' +
    'process that calls, kernel included. A process makes calls of one kind; promtel has to have counted every one, and none where ' +
    'it is told to leave them out: these libraries are then what they are without it, function by function, which is tested, so that ' +
    'what a figure shows there is how much processes differ. A figure is the mean of eight short rounds, taken in turn.',
  async run({ quick }) {
    await using redis = await startRedis(requireProgram('redis-server'));
    await using postgres = await startPostgres(requireProgram('postgres'));
    const urls = { redis: redis.url, postgres: postgres.url };
    const samples = new Map<string, CallSamples>();
    for (const one of CASES) samples.set(one.name, await measure(one, one.server && urls[one.server], quick));
    return findingsOf((name, what) => {
      const figures = pick(samples.get(what)!, name, ({ nanos }) => nanos);
      return figures && meansOf(figures, ROUNDS_OF_A_FIGURE);
    });
  },
};

type CallSamples = Samples<CallCost>;
type FiguresOf = (name: string, what: string) => Figures;

function measure(what: Case, url: string | undefined, quick: boolean): Promise<CallSamples> {
  const pace: Pace = quick ? { processes: 1, warmUps: 4, rounds: 8 } : { processes: 8, warmUps: 20, rounds: 32 };
  const round: Round = { calls: what.calls };
  return interleave(
    {
      start: () => Promise.all(NAMES.map((name) => Caller.start(name, what, url))),
      round: (caller: Caller) => caller.ask<CallCost>(round),
      check: (caller) => caller.expectCounted(what.calls * (pace.warmUps + pace.rounds)),
    },
    pace,
  );
}

/** A process that makes calls of one kind, alone or under promtel. */
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
