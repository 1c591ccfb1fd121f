// What one series costs in memory: recorded, scraped, scraped in both formats, and in all eight forms of the Accept header.
import { type Benchmark, figure, type Figures, type Findings, type Goal, medianRatio, ratio } from './kit/benchmark.ts';
import { interleave, pick, type Samples } from './kit/rounds.ts';
import { Variant } from './kit/variant.ts';
import { LIBRARIES, TITLES } from './libraries/library.ts';
import type { Kind, Question, Spread, Step } from './memory/workload.ts';

const [promClient, prometheusIo, official, promtel] = LIBRARIES;

interface Case {
  readonly kind: Kind;
  readonly spread: Spread;
  readonly steps: readonly Step[];
}

const SCRAPES: readonly Step[] = ['record', 'scrape text', 'scrape two formats', 'scrape eight forms'];
const CASES: readonly Case[] = [
  { kind: 'counter', spread: 'all labels', steps: SCRAPES },
  { kind: 'histogram', spread: 'all labels', steps: SCRAPES },
  ...(['method', 'route', 'status'] as const).map((spread): Case => ({ kind: 'counter', spread, steps: ['record'] })),
];

const MOMENTS: Readonly<Record<Step, string>> = {
  record: 'recorded',
  'scrape text': 'scraped as text',
  'scrape two formats': 'scraped as text and OpenMetrics',
  'scrape eight forms': 'scraped in eight forms',
};

type Bytes = Partial<Record<Step, number>>;

export const memory: Benchmark = {
  name: 'memory',
  title: 'Memory of one series',
  method:
    '100,000 series of three labels in one metric (20,000 histograms with --quick), a histogram with 14 bounds: heap and buffers ' +
    'after a full collection, once they are recorded and once they are scraped, in turn with further records. The eight forms are both ' +
    'formats with each way to escape names that an Accept header can ask for; the SDK has text only, and prom-client and its ' +
    'successor two formats. “By method” means that this label has a value for each series, in the order of the labels: method, ' +
    'route, status. The strings of the labels belong to the application.',
  async run({ quick }) {
    const pace = { processes: quick ? 1 : 2, warmUps: 0, rounds: 1 };
    const script = new URL('memory/workload.ts', import.meta.url);
    const start = async () => LIBRARIES.map((name) => new Variant(name, script, { args: [name] }));
    const samples: Samples<Bytes>[] = [];
    for (const { kind, spread, steps } of CASES) {
      const round = async (contestant: Variant): Promise<Bytes> => {
        const bytes: Bytes = {};
        for (const step of steps) {
          const question: Question = { step, kind, spread, series: kind === 'histogram' && quick ? 20_000 : 100_000 };
          const answer = await contestant.ask<number | null>(question);
          if (answer !== null) bytes[step] = answer;
        }
        return bytes;
      };
      samples.push(await interleave({ start, round }, pace));
    }
    return findingsOf((index, library, step) => pick(samples[index]!, library, (bytes) => bytes[step]));
  },
};

type FiguresOf = (index: number, library: string, step: Step) => Figures;

function findingsOf(figuresOf: FiguresOf): Findings {
  const rows = CASES.flatMap(({ kind, spread, steps }, index) =>
    steps.map((step) => ({
      label: `${kind}, ${MOMENTS[step]}${spread === 'all labels' ? '' : `, by ${spread}`}`,
      bytes: (library: string): Figures => figuresOf(index, library, step),
    })),
  );
  const peers = [promClient, prometheusIo, official];
  return {
    ratios: {
      columns: ['memory of promtel compared with', ...peers.map((peer) => TITLES[peer])],
      rows: rows.map(({ label, bytes }) => [label, ...peers.map((peer) => ratio(bytes(promtel), bytes(peer)))]),
    },
    absolute: [
      {
        columns: ['bytes per series', ...LIBRARIES.map((library) => TITLES[library])],
        rows: rows.map(({ label, bytes }) => [label, ...LIBRARIES.map((library) => figure(bytes(library)))]),
      },
    ],
    goals: goalsOf(figuresOf),
  };
}

function goalsOf(figuresOf: FiguresOf): Goal[] {
  return CASES.flatMap(({ kind, spread }, index) => {
    if (spread !== 'all labels') return [];
    return (['scrape two formats', 'scrape eight forms'] as const).map((step): Goal => ({
      subject: `Memory of a ${kind} series, ${MOMENTS[step]}: compared with prom-client`,
      actual: medianRatio(figuresOf(index, promtel, step), figuresOf(index, promClient, step)),
      sense: 'at most',
      limit: kind === 'counter' ? 1.2 : 1.5,
      unit: ' ×',
    }));
  });
}
