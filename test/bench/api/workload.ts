// The process of the API benchmark: memory operations at a fixed rate, and other helpers in a loop.
import { Counter, Registry } from 'prom-client';
import { answerQuestions } from '../kit/answer.ts';
import { cpuNanosSince, nanosPerOperation } from '../kit/cpu.ts';

/** One round: operations at a rate, or each helper for some CPU time. */
export type Round = { readonly seconds: number; readonly perSecond: number } | { readonly millis: number };

/** Share of a core used by the operations, including the timer that paces them. */
export interface PacedCost {
  readonly coreShare: number;
}

/** CPU nanoseconds per call, by helper. */
export type HelperCosts = Record<string, number>;

const TICK_MILLIS = 10;
const BATCH_SIZE = 1000;
const OPERATIONS = ['learning', 'retrieval', 'extraction'];
const PATTERNS = ['trajectory', 'fix', 'style', 'api', 'test'];

const dist = (path: string): string => new URL(`../../../dist/${path}`, import.meta.url).href;
const { agents, jobs, llm, tools, usage } = (await import(dist('index.js'))) as typeof import('../../../src/index.ts');
const { collect } = (await import(dist('testing.js'))) as typeof import('../../../src/testing.ts');

interface Recorder {
  /** Records one operation with two labels. */
  readonly record: (operation: string, pattern: string) => void;
  /** The number of recorded operations. */
  readonly recorded?: () => Promise<number>;
}

const RECORDERS: Readonly<Record<string, () => Recorder>> = {
  bare: () => ({ record: () => {} }),
  'promtel, labelled': () => ({
    record: (operation, pattern) => agents.memory.operated({ operation, pattern }),
    recorded: countInPromtel,
  }),
  'promtel, bound': () => {
    const bound = new Map(
      OPERATIONS.flatMap((operation) =>
        PATTERNS.map((pattern) => [operation + pattern, agents.memory.bind({ operation, pattern })]),
      ),
    );
    const series = OPERATIONS.map((operation) => PATTERNS.map((pattern) => bound.get(operation + pattern)!));
    let index = 0;
    return {
      record: () => {
        index += 1;
        series[index % OPERATIONS.length]![index % PATTERNS.length]!.operated();
      },
      recorded: countInPromtel,
    };
  },
  'prom-client, labelled': () => {
    const registers = [new Registry()];
    const counter = new Counter({ name: 'operations_total', help: 'x', labelNames: ['operation', 'pattern'], registers });
    return {
      record: (operation, pattern) => counter.inc({ operation, pattern }),
      recorded: async () => (await counter.get()).values.reduce((sum, { value }) => sum + value, 0),
    };
  },
};

async function countInPromtel(): Promise<number> {
  const series = (await collect()).filter(({ name }) => name === 'agent.memory.operations');
  return series.reduce((sum, { value }) => sum + value, 0);
}

const score = agents.bind({ agent: 'coder' });
const search = tools.bind({ tool: 'search' });
const noop = (): void => {};

/** Other helpers that are called often, with labels unless marked as bound. */
const HELPERS: Readonly<Record<string, (index: number) => void>> = {
  'agents.memory.operated': (index) =>
    agents.memory.operated({ operation: OPERATIONS[index % 3]!, pattern: PATTERNS[index % 5]! }),
  'agents.memory.confidence': (index) => agents.memory.confidence({ pattern: PATTERNS[index % 5]! }, (index % 100) / 100),
  'agents.score': (index) => agents.score({ agent: PATTERNS[index % 5]!, score: 'truth' }, (index % 100) / 100),
  'agents.score, bound': (index) => score.score('truth', (index % 100) / 100),
  'jobs.added': (index) => jobs.added({ queue: OPERATIONS[index % 3]!, job: PATTERNS[index % 5]! }),
  'tools.track, bound': () => search.track(noop),
  'agents.invoke': () => agents.invoke({ agent: 'coder' }, noop),
  'llm.withPurpose': () => llm.withPurpose('test', noop),
  'usage.user': (index) => usage.user(index % 1000),
};

const { record, recorded } = RECORDERS[process.argv[2]!]!();
let expected = 0;

answerQuestions(async (round: Round): Promise<PacedCost | HelperCosts> => {
  if ('millis' in round) return helperCosts(round.millis);
  const { seconds, perSecond } = round;
  const coreShare = await recordAtRate(seconds, perSecond);
  expected += Math.round(seconds * perSecond);
  const stored = (await recorded?.()) ?? expected;
  if (stored !== expected) throw new Error(`${expected} operations were recorded and ${stored} are stored`);
  return { coreShare };
});

/** Records at a fixed rate; a late tick also records the operations that are overdue. Returns the share of a core. */
async function recordAtRate(seconds: number, perSecond: number): Promise<number> {
  const total = Math.round(seconds * perSecond);
  const start = process.cpuUsage();
  const startMillis = performance.now();
  let done = 0;
  while (done < total) {
    await new Promise((resolve) => setTimeout(resolve, TICK_MILLIS));
    const due = Math.min(total, Math.floor(((performance.now() - startMillis) / 1000) * perSecond));
    recordFrom(done, due);
    done = due;
  }
  return cpuNanosSince(start) / ((performance.now() - startMillis) * 1e6);
}

/** A function of its own, since V8 resumes an async function with a loop in the interpreter. */
function recordFrom(begin: number, end: number): void {
  for (let index = begin; index < end; index += 1)
    record(OPERATIONS[index % OPERATIONS.length]!, PATTERNS[index % PATTERNS.length]!);
}

function helperCosts(millis: number): HelperCosts {
  return Object.fromEntries(
    Object.entries(HELPERS).map(([name, call]) => {
      const runBatch = (): void => {
        for (let index = 0; index < BATCH_SIZE; index += 1) call(index);
      };
      return [name, nanosPerOperation(runBatch, BATCH_SIZE, millis).nanos];
    }),
  );
}
