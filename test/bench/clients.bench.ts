// What measuring clients costs: CPU time of a Redis command, of a query and of a cached item, and of the same left out by a setting.
import { realpathSync } from 'node:fs';
import { findProgram, type ProgramName } from '../kit/programs.ts';
import { startPostgres } from '../kit/postgres-process.ts';
import { startRedis } from '../kit/redis-process.ts';
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import { freePort } from './kit/free-port.ts';
import { countOnPage } from './kit/page-count.ts';
import { REGISTER } from './kit/promtel.ts';
import { interleave, type Pace, pick } from './kit/rounds.ts';
import { Variant } from './kit/variant.ts';
import type { ClientCosts, Round } from './clients/workload.ts';

const CASES = ['ioredis get', 'node-redis get', 'pg select', 'lru-cache get'];
const CACHE = 'lru-cache get';

const BARE = 'bare';
const PROMTEL = 'promtel';
const DISABLED = 'promtel without these';
const OFF = 'promtel switched off';
const NAMES = [BARE, PROMTEL, DISABLED, OFF];

const ENVIRONMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [DISABLED]: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'ioredis,redis,pg,pg-pool,lru-cache' },
  [OFF]: { OTEL_SDK_DISABLED: 'true' },
};

export const clients: Benchmark = {
  name: 'clients',
  title: 'One call of a client',
  method:
    'A Redis and a Postgres of the same machine, sixteen calls at a time; the cache gives what it has. The CPU time is that of the ' +
    'process that calls, kernel included. promtel has to have counted every call, and none where it is told to leave these out.',
  async run({ quick }) {
    await using redis = await startRedis(programNamed('redis-server'));
    await using postgres = await startPostgres(realpathSync(programNamed('postgres')));
    return findingsOf(await measure([redis.url, postgres.url], quick));
  },
};

function programNamed(name: ProgramName): string {
  const program = findProgram(name);
  if (program === undefined) throw new Error(`${name} is not there: run .ci/install-programs (Debian)`);
  return program;
}

type FiguresOf = (name: string, what: string) => Figures;

async function measure(servers: readonly string[], quick: boolean): Promise<FiguresOf> {
  const pace: Pace = quick ? { processes: 1, warmUps: 2, rounds: 3 } : { processes: 5, warmUps: 4, rounds: 8 };
  const round: Round = quick ? { calls: 3000, cacheMillis: 50 } : { calls: 10_000, cacheMillis: 100 };
  const samples = await interleave(
    {
      start: () => Promise.all(NAMES.map((name) => Caller.start(name, servers))),
      round: (caller: Caller) => caller.call(round),
      check: (caller) => caller.expectCounted(),
    },
    pace,
  );
  return (name, what) => pick(samples, name, ({ nanos }) => nanos[what]);
}

/** A process that calls every client, alone or under promtel. */
class Caller extends Variant {
  readonly #page: string;
  #done: ClientCosts['done'] = {};

  private constructor(name: string, servers: readonly string[], metricsPort: number) {
    super(name, new URL('clients/workload.ts', import.meta.url), {
      nodeOptions: name === BARE ? [] : ['--import', REGISTER],
      args: servers,
      env: { ...ENVIRONMENTS[name], OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) },
    });
    this.#page = `http://127.0.0.1:${metricsPort}/metrics`;
  }

  static async start(name: string, servers: readonly string[]): Promise<Caller> {
    return new Caller(name, servers, await freePort());
  }

  async call(round: Round): Promise<ClientCosts> {
    const costs = await this.ask<ClientCosts>(round);
    this.#done = costs.done;
    return costs;
  }

  async expectCounted(): Promise<void> {
    if (this.name === BARE || this.name === OFF) return;
    const calls = CASES.filter((name) => name !== CACHE).reduce((sum, name) => sum + this.#done[name]!, 0);
    this.#expect('calls', calls, await countOnPage(this.#page, 'db_client_operation_duration_seconds_count'));
    this.#expect('gets', this.#done[CACHE]!, await countOnPage(this.#page, 'cache_requests_total', '"lru-cache"'));
  }

  #expect(what: string, done: number, counted: number): void {
    const isRight = this.name === DISABLED ? counted === 0 : counted >= done;
    if (!isRight) throw new Error(`${this.name}: ${done} ${what} were made and ${counted} are on the page`);
  }
}

function findingsOf(figuresOf: FiguresOf): Findings {
  const ofBare = (name: string, what: string): string => ratio(figuresOf(name, what), figuresOf(BARE, what));
  const nanos = (name: string, what: string): string => figure(figuresOf(name, what));
  return {
    ratios: {
      columns: ['CPU time compared with bare', ...NAMES.slice(1)],
      rows: CASES.map((what) => [what, ...NAMES.slice(1).map((name) => ofBare(name, what))]),
    },
    absolute: [
      { columns: ['CPU ns per call', ...NAMES], rows: CASES.map((what) => [what, ...NAMES.map((name) => nanos(name, what))]) },
    ],
    goals: CASES.map((what) => ({
      subject: `${what} under promtel with its instrumentation disabled: CPU time compared with bare`,
      actual: medianRatio(figuresOf(DISABLED, what), figuresOf(BARE, what)),
      sense: 'at most' as const,
      limit: 1.02,
      unit: ' ×',
    })),
  };
}
