// Benchmark of LLM calls: CPU time of a streamed call, of each of its events, and of an unrelated fetch.
import { freePort } from '../kit/free-port.ts';
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import { countOnPage } from './kit/page-count.ts';
import { REGISTER } from './kit/promtel.ts';
import { interleave, type Schedule, pick } from './kit/rounds.ts';
import { Variant, type VariantOptions } from './kit/variant.ts';
import type { ParsingCosts } from './llm/parsing.ts';
import type { LlmCosts, Round } from './llm/workload.ts';

interface Peer extends VariantOptions {
  readonly name: string;
  readonly clientPackage: 'openai' | 'openai6';
  /** The metric that counts calls; undefined for a peer that records none. */
  readonly countMetric?: string;
}

const PROMTEL_OPTIONS = { nodeOptions: ['--import', REGISTER], countMetric: 'gen_ai_client_operation_duration_seconds_count' };
const BARE: Peer = { name: 'bare', clientPackage: 'openai' };
const PROMTEL: Peer = { ...PROMTEL_OPTIONS, name: 'promtel', clientPackage: 'openai' };
const PROMTEL_LLM_ONLY: Peer = {
  ...PROMTEL,
  name: 'promtel without its undici',
  env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici' },
};
const PROMTEL_WITHOUT: Peer = {
  name: 'promtel without both',
  clientPackage: 'openai',
  nodeOptions: ['--import', REGISTER],
  env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'undici,llm' },
};
/** The latest major version of the client that the official instrumentation supports. */
const BARE_6: Peer = { name: 'bare, openai 6', clientPackage: 'openai6' };
const PROMTEL_6: Peer = { ...PROMTEL_OPTIONS, name: 'promtel, openai 6', clientPackage: 'openai6' };
const OFFICIAL_6: Peer = {
  name: 'instrumentation-openai, openai 6',
  clientPackage: 'openai6',
  nodeOptions: ['--import', new URL('llm/official.ts', import.meta.url).href],
  countMetric: 'gen_ai_client_operation_duration_count',
};
const COMPARED: readonly (readonly [peer: Peer, bare: Peer])[] = [
  [PROMTEL, BARE],
  [PROMTEL_LLM_ONLY, BARE],
  [PROMTEL_WITHOUT, BARE],
  [PROMTEL_6, BARE_6],
  [OFFICIAL_6, BARE_6],
];
const PEERS = [BARE, PROMTEL, PROMTEL_LLM_ONLY, PROMTEL_WITHOUT, BARE_6, PROMTEL_6, OFFICIAL_6];

export const llm: Benchmark = {
  name: 'llm',
  title: 'One LLM call',
  method:
    "OpenAI's client and a provider in another process on the same machine, which streams a hundred events; eight calls at a " +
    'time, then eight fetches of a few bytes. CPU time is that of the calling process, kernel included. Every peer must have ' +
    'counted all calls. Parsing the events is also measured separately, compared with a JSON.parse of each.',
  async run({ quick }) {
    await using provider = new Variant('provider', new URL('llm/provider.ts', import.meta.url));
    const parsingOf = await measureParsing(quick);
    return findingsOf(await measure(await provider.receive<number>(), quick), parsingOf);
  },
};

type FiguresOf = (peer: Peer, figure: keyof LlmCosts) => Figures;

async function measure(port: number, quick: boolean): Promise<FiguresOf> {
  const schedule: Schedule = quick ? { processes: 1, warmUps: 3, rounds: 3 } : { processes: 4, warmUps: 4, rounds: 8 };
  const round: Round = quick ? { calls: 40, fetches: 800 } : { calls: 80, fetches: 2000 };
  const samples = await interleave(
    {
      start: () => Promise.all(PEERS.map((peer) => Caller.start(peer, port))),
      round: (caller: Caller) => caller.ask<LlmCosts>(round),
      check: (caller) => caller.expectCounted(round.calls * (schedule.warmUps + schedule.rounds)),
    },
    schedule,
  );
  return ({ name }, what) => pick(samples, name, (costs) => costs[what]);
}

type ParsingFiguresOf = (figure: keyof ParsingCosts) => Figures;

async function measureParsing(quick: boolean): Promise<ParsingFiguresOf> {
  const samples = await interleave(
    {
      start: async () => [new Variant('parsing', new URL('llm/parsing.ts', import.meta.url))],
      round: (variant) => variant.ask<ParsingCosts>({ millis: 50 }),
    },
    { processes: quick ? 1 : 4, warmUps: 20, rounds: 8 },
  );
  return (what) => pick(samples, 'parsing', (costs) => costs[what]);
}

/** A process that calls a model, bare or with a peer. */
class Caller extends Variant {
  readonly #peer: Peer;
  readonly #metricsPort: number;

  private constructor(peer: Peer, port: number, metricsPort: number) {
    super(peer.name, new URL('llm/workload.ts', import.meta.url), {
      nodeOptions: peer.nodeOptions ?? [],
      args: [String(port), peer.clientPackage],
      env: { ...peer.env, OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort) },
    });
    this.#peer = peer;
    this.#metricsPort = metricsPort;
  }

  static async start(peer: Peer, port: number): Promise<Caller> {
    return new Caller(peer, port, await freePort());
  }

  async expectCounted(calls: number): Promise<void> {
    const { countMetric } = this.#peer;
    if (countMetric === undefined) return;
    const counted = await countOnPage(`http://127.0.0.1:${this.#metricsPort}/metrics`, countMetric);
    if (counted !== calls) throw new Error(`${this.name}: ${calls} calls were made and ${counted} are on the page`);
  }
}

function findingsOf(figuresOf: FiguresOf, parsingOf: ParsingFiguresOf): Findings {
  const promtel = parsingOf('promtel');
  const jsonParse = parsingOf('jsonParse');
  const besideBare = (peer: Peer, bare: Peer, what: keyof LlmCosts): string =>
    ratio(figuresOf(peer, what), figuresOf(bare, what));
  return {
    ratios: {
      columns: ['CPU time compared with bare', 'a streamed call', 'another fetch'],
      rows: COMPARED.map(([peer, bare]) => [
        peer.name,
        besideBare(peer, bare, 'callMicros'),
        besideBare(peer, bare, 'fetchMicros'),
      ]),
    },
    absolute: [
      {
        columns: ['CPU µs', 'a streamed call', 'another fetch'],
        rows: PEERS.map((peer) => [peer.name, figure(figuresOf(peer, 'callMicros')), figure(figuresOf(peer, 'fetchMicros'))]),
      },
      {
        columns: ['per event', 'CPU ns'],
        rows: [
          ['parsed by promtel', figure(promtel)],
          ['JSON.parse', figure(jsonParse)],
        ],
      },
    ],
    goals: [
      {
        subject: 'fetch of something else, LLM calls measured: CPU time compared with bare',
        actual: medianRatio(figuresOf(PROMTEL_LLM_ONLY, 'fetchMicros'), figuresOf(BARE, 'fetchMicros')),
        sense: 'at most',
        limit: 1.02,
        unit: ' ×',
      },
      {
        subject: 'an event of a stream: parsing it compared with JSON.parse',
        actual: medianRatio(promtel, jsonParse),
        sense: 'at most',
        limit: 0.7,
        unit: ' ×',
      },
    ],
  };
}
