// What a scrape costs by number of lines and of series that changed: CPU time, the longest stall of the event loop, size.
import { type Benchmark, figure, type Figures, type Findings, type Goal, medianRatio, ratio } from './kit/benchmark.ts';
import { interleave, pick, type Samples } from './kit/rounds.ts';
import { summarize } from './kit/statistics.ts';
import { Variant } from './kit/variant.ts';
import { LIBRARIES } from './libraries/library.ts';
import type { Change, Question, ScrapeCost } from './scrape/workload.ts';

const SIZES = [1800, 18_000, 180_000];
const CHANGES: readonly Change[] = ['all', 'one in a hundred', 'none'];

const TIMES = {
  cpuMillis: 'CPU time of a scrape, ms',
  stallMillis: 'longest stall of the event loop, ms',
} as const satisfies Partial<Record<keyof ScrapeCost, string>>;

type Round = Record<Change, ScrapeCost>;

export const scrape: Benchmark = {
  name: 'scrape',
  title: 'Scraping the metrics page',
  method:
    'The page in text format as bytes, within the process: 18 lines for each set of three labels, a counter and a histogram ' +
    'of 14 bounds. Those that changed since the last scrape are scattered over all. CPU time is that of all threads; a stall ' +
    'is the longest turn of the event loop in three scrapes. Every page is checked for its lines and values.',
  async run({ quick }) {
    const samples = new Map<number, Samples<Round>>();
    for (const size of SIZES) samples.set(size, await measure(size, quick));
    return findingsOf((size, library, change, field) => pick(samples.get(size)!, library, (round) => round[change][field]));
  },
};

function measure(size: number, quick: boolean): Promise<Samples<Round>> {
  const pace = quick ? { processes: 1, warmUps: 1, rounds: 1 } : { processes: 2, warmUps: 1, rounds: 3 };
  const script = new URL('scrape/workload.ts', import.meta.url);
  const start = async () => LIBRARIES.map((name) => new Variant(name, script, { args: [name, String(size)] }));
  const ask = (variant: Variant, change: Change) =>
    variant.ask<ScrapeCost>({ change, millis: quick ? 30 : 100 } satisfies Question);
  const round = async (variant: Variant): Promise<Round> => ({
    all: await ask(variant, 'all'),
    'one in a hundred': await ask(variant, 'one in a hundred'),
    none: await ask(variant, 'none'),
  });
  return interleave({ start, round }, pace);
}

type FiguresOf = (size: number, library: string, change: Change, field: keyof ScrapeCost) => Figures;

function findingsOf(figuresOf: FiguresOf): Findings {
  const cases = SIZES.flatMap((size) =>
    CHANGES.map((change) => ({ size, change, label: `${size.toLocaleString('en')} lines, ${change} changed` })),
  );
  const [promClient, official, promtel] = LIBRARIES;
  return {
    ratios: {
      columns: ['promtel is faster by', 'than prom-client', 'than the official exporter'],
      rows: cases.map(({ size, change, label }) => {
        const cpu = (library: string): Figures => figuresOf(size, library, change, 'cpuMillis');
        return [label, ...[promClient, official].map((peer) => ratio(cpu(peer), cpu(promtel)))];
      }),
    },
    absolute: [
      ...Object.entries(TIMES).map(([field, title]) => ({
        columns: [title, ...LIBRARIES],
        rows: cases.map(({ size, change, label }) => [
          label,
          ...LIBRARIES.map((library) => figure(figuresOf(size, library, change, field as keyof ScrapeCost))),
        ]),
      })),
      {
        columns: ['size of the page, kB', ...LIBRARIES],
        rows: SIZES.map((size) => [
          `${size.toLocaleString('en')} lines`,
          ...LIBRARIES.map((library) => figure(figuresOf(size, library, 'all', 'pageKilobytes'))),
        ]),
      },
    ],
    goals: goalsOf(figuresOf),
  };
}

function goalsOf(figuresOf: FiguresOf): Goal[] {
  const [promClient, official, promtel] = LIBRARIES;
  const faster = (peer: string, change: Change, limit: number): Goal => ({
    subject: `Scrape, 18,000 lines, ${change} changed: faster than ${peer === official ? 'the official exporter' : peer}`,
    actual: medianRatio(figuresOf(18_000, peer, change, 'cpuMillis'), figuresOf(18_000, promtel, change, 'cpuMillis')),
    sense: 'at least',
    limit,
    unit: ' ×',
  });
  return [
    faster(promClient, 'all', 5),
    faster(promClient, 'one in a hundred', 15),
    faster(official, 'all', 15),
    ...CHANGES.map((change): Goal => ({
      subject: `Scrape, 180,000 lines, ${change} changed: stall`,
      actual: summarize(figuresOf(180_000, promtel, change, 'stallMillis')!).median,
      sense: 'at most',
      limit: 10,
      unit: ' ms',
    })),
  ];
}
