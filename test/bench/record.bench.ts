// Benchmark of recording one value, in CPU nanoseconds.
import { type Benchmark, figure, type Figures, type Findings, medianRatio, ratio } from './kit/benchmark.ts';
import { interleave, pick } from './kit/rounds.ts';
import { Variant } from './kit/variant.ts';
import type { RecordCosts } from './record/workload.ts';

const LIBRARIES = ['prom-client', 'sdk', 'promtel'];
const TITLES: Readonly<Record<string, string>> = { 'prom-client': 'prom-client', sdk: 'the SDK' };
const CASES = ['counter, labelled', 'histogram, labelled', 'counter, bound', 'histogram, bound'];

export const record: Benchmark = {
  name: 'record',
  title: 'Recording one value',
  method:
    'Fifty sets of three labels in turn, a fresh object for each record, a thousand different values; histograms have 14 ' +
    'bounds. Bound means a series that was looked up before; the SDK has no bound instruments. CPU time of the process, ' +
    'garbage collector included.',
  async run({ quick }) {
    const schedule = quick ? { processes: 1, warmUps: 2, rounds: 3 } : { processes: 3, warmUps: 3, rounds: 5 };
    const start = async () => LIBRARIES.map((name) => new Variant(name, new URL(`record/${name}.ts`, import.meta.url)));
    const round = (variant: Variant) => variant.ask<RecordCosts>({ millis: quick ? 50 : 100 });
    const samples = await interleave({ start, round }, schedule);
    return findingsOf((library, name) => pick(samples, library, (costs) => costs[name]));
  },
};

function findingsOf(costs: (library: string, name: string) => Figures): Findings {
  const faster = (peer: string, name: string, limit: number) => ({
    subject: `Record, ${name}: faster than ${TITLES[peer]}`,
    actual: medianRatio(costs(peer, name), costs('promtel', name)),
    sense: 'at least' as const,
    limit,
    unit: ' ×',
  });
  return {
    ratios: {
      columns: ['promtel is faster by', 'than prom-client', 'than the SDK'],
      rows: CASES.map((name) => [
        name,
        ...['prom-client', 'sdk'].map((peer) => ratio(costs(peer, name), costs('promtel', name))),
      ]),
    },
    absolute: [
      {
        columns: ['ns per record', 'prom-client', 'SDK', 'promtel'],
        rows: CASES.map((name) => [name, ...LIBRARIES.map((library) => figure(costs(library, name)))]),
      },
    ],
    goals: CASES.flatMap((name) =>
      name.endsWith('labelled') ? [faster('prom-client', name, 5), faster('sdk', name, 10)] : [faster('prom-client', name, 15)],
    ),
  };
}
