// What one series costs in memory, before and after a scrape.
import { type Benchmark, figure, type Figures, type Findings, ratio } from './kit/benchmark.ts';
import { interleave, pick, type Samples } from './kit/rounds.ts';
import { Variant } from './kit/variant.ts';
import { LIBRARIES } from './libraries/library.ts';
import type { Kind, Question, SeriesMemory } from './memory/workload.ts';

const SERIES = 10_000;
const KINDS: readonly Kind[] = ['counter', 'histogram'];
const MOMENTS = { recorded: 'recorded', scraped: 'scraped' } as const satisfies Record<keyof SeriesMemory, string>;

export const memory: Benchmark = {
  name: 'memory',
  title: 'Memory of one series',
  method:
    `${SERIES.toLocaleString('en')} series of three labels in one metric, a histogram with 14 bounds: heap and buffers after a full ` +
    'collection, once they are recorded and once they are scraped. The strings of the labels belong to the application.',
  async run({ quick }) {
    const pace = { processes: quick ? 1 : 3, warmUps: 0, rounds: 1 };
    const samples = new Map<Kind, Samples<SeriesMemory>>();
    const script = new URL('memory/workload.ts', import.meta.url);
    const start = async () => LIBRARIES.map((name) => new Variant(name, script, { args: [name] }));
    for (const kind of KINDS) {
      const question: Question = { kind, series: SERIES };
      samples.set(kind, await interleave({ start, round: (variant) => variant.ask<SeriesMemory>(question) }, pace));
    }
    return findingsOf((library, kind, moment) => pick(samples.get(kind)!, library, (bytes) => bytes[moment]));
  },
};

function findingsOf(bytes: (library: string, kind: Kind, moment: keyof SeriesMemory) => Figures): Findings {
  const moments = Object.keys(MOMENTS) as (keyof SeriesMemory)[];
  const cases = KINDS.flatMap((kind) => moments.map((moment) => ({ kind, moment, label: `${kind}, ${MOMENTS[moment]}` })));
  const [promClient, official, promtel] = LIBRARIES;
  return {
    ratios: {
      columns: ['promtel needs less by', 'than prom-client', 'than the SDK'],
      rows: cases.map(({ kind, moment, label }) => [
        label,
        ...[promClient, official].map((peer) => ratio(bytes(peer, kind, moment), bytes(promtel, kind, moment))),
      ]),
    },
    absolute: [
      {
        columns: ['bytes per series', 'prom-client', 'SDK', 'promtel'],
        rows: cases.map(({ kind, moment, label }) => [
          label,
          ...LIBRARIES.map((library) => figure(bytes(library, kind, moment))),
        ]),
      },
    ],
    goals: [],
  };
}
