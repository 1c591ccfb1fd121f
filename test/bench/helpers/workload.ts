// One round of memory operations as an agent has them, so many in every second, and of other helpers one after another.
import { Counter, Registry } from 'prom-client';
import { answerQuestions } from '../kit/answer.ts';
import { cpuNanosSince, nanosPerOperation } from '../kit/cpu.ts';

/** What is asked of a process. */
export type Question = { readonly seconds: number; readonly perSecond: number } | { readonly millis: number };

/** Share of a core that the operations took, with what keeps their pace. */
export interface PacedCost {
  readonly coreShare: number;
}

/** CPU time of one operation, by the helper. */
export type HelperCosts = Record<string, number>;

const TICK_MILLIS = 10;
const BATCH_SIZE = 1000;
const OPERATIONS = ['learning', 'retrieval', 'extraction'];
const PATTERNS = ['trajectory', 'fix', 'style', 'api', 'test'];

const dist = (path: string): string => new URL(`../../../dist/${path}`, import.meta.url).href;
const { agents, jobs, llm, tools, usage } = (await import(dist('index.js'))) as typeof import('../../../src/index.ts');
const { collect } = (await import(dist('testing.js'))) as typeof import('../../../src/testing.ts');

interface Recorder {
  /** Records one operation with its two labels. */
  readonly record: (operation: string, pattern: string) => void;
  /** How many it has recorded. */
  readonly recorded?: () => Promise<number>;
}

const RECORDERS: Readonly<Record<string, () => Recorder>> = {
  bare: () => ({ record: () => {} }),
  'promtel, labelled': () => ({
    record: (operation, pattern) => agents.memory.operated({ operation, pattern }),
    recorded: inPromtel,
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
      recorded: inPromtel,
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

async function inPromtel(): Promise<number> {
  const series = (await collect()).filter(({ name }) => name === 'agent.memory.operations');
  return series.reduce((sum, { value }) => sum + value, 0);
}

const score = agents.bind({ agent: 'coder' });
const search = tools.bind({ tool: 'search' });
const nothing = (): void => {};

/** What else is called often, with labels unless it says bound. */
const HELPERS: Readonly<Record<string, (index: number) => void>> = {
  'agents.memory.operated': (index) =>
    agents.memory.operated({ operation: OPERATIONS[index % 3]!, pattern: PATTERNS[index % 5]! }),
  'agents.memory.confidence': (index) => agents.memory.confidence({ pattern: PATTERNS[index % 5]! }, (index % 100) / 100),
  'agents.score': (index) => agents.score({ agent: PATTERNS[index % 5]!, score: 'truth' }, (index % 100) / 100),
  'agents.score, bound': (index) => score.score('truth', (index % 100) / 100),
  'jobs.added': (index) => jobs.added({ queue: OPERATIONS[index % 3]!, job: PATTERNS[index % 5]! }),
  'tools.track, bound': () => search.track(nothing),
  'agents.invoke': () => agents.invoke({ agent: 'coder' }, nothing),
  'llm.withPurpose': () => llm.withPurpose('test', nothing),
  'usage.user': (index) => usage.user(index % 1000),
};

const { record, recorded } = RECORDERS[process.argv[2]!]!();
let expected = 0;

answerQuestions(async (question: Question): Promise<PacedCost | HelperCosts> => {
  if ('millis' in question) return helperCosts(question.millis);
  const { seconds, perSecond } = question;
  const coreShare = await pace(seconds, perSecond);
  expected += Math.round(seconds * perSecond);
  const held = (await recorded?.()) ?? expected;
  if (held !== expected) throw new Error(`${expected} operations were recorded and ${held} are held`);
  return { coreShare };
});

/** The same number in every tick; one that comes late makes up for those that it is late by. */
async function pace(seconds: number, perSecond: number): Promise<number> {
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

/** In a function of its own: one that waits in between goes on in the interpreter. */
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
