// Benchmark of the API: agents.memory at 172,000 operations a second, and single calls of other helpers.
import type { HelperCosts, PacedCost } from './api/workload.ts';
import { type Benchmark, figure, type Figures, type Findings } from './kit/benchmark.ts';
import { interleave, pick } from './kit/rounds.ts';
import { summarize } from './kit/statistics.ts';
import { Variant } from './kit/variant.ts';

const PER_SECOND = 172_000;
const LABELLED = 'promtel, labelled';
const PACED = ['promtel, bound', LABELLED, 'prom-client, labelled'];

const script = new URL('api/workload.ts', import.meta.url);
const startVariant = (name: string): Variant => new Variant(name, script, { args: [name] });

export const api: Benchmark = {
  name: 'api',
  title: 'Calling the API',
  method:
    `${PER_SECOND.toLocaleString('en')} memory operations with two labels per second for ten seconds, in ticks of 10 ms: share ` +
    'of a core by CPU time of the process, minus that of the same ticks with an empty function. Single helpers are called in a ' +
    'loop; the functions that they track are empty.',
  async run({ quick }) {
    const seconds = quick ? 2 : 10;
    const paced = await interleave(
      {
        start: async () => ['bare', ...PACED].map(startVariant),
        round: (variant, isWarmUp) => variant.ask<PacedCost>({ seconds: isWarmUp ? 1 : seconds, perSecond: PER_SECOND }),
      },
      { processes: quick ? 1 : 3, warmUps: 1, rounds: 1 },
    );
    const single = await interleave(
      {
        start: async () => [startVariant(LABELLED)],
        round: (variant) => variant.ask<HelperCosts>({ millis: quick ? 50 : 100 }),
      },
      { processes: quick ? 1 : 3, warmUps: 2, rounds: quick ? 1 : 3 },
    );
    const shareOf = (name: string): Figures => pick(paced, name, ({ coreShare }) => coreShare);
    const names = Object.keys(single.get(LABELLED)![0]!);
    return findingsOf(shareOf, new Map(names.map((name) => [name, pick(single, LABELLED, (costs) => costs[name])])));
  },
};

function findingsOf(shareOf: (name: string) => Figures, single: ReadonlyMap<string, Figures>): Findings {
  const percentOf = (name: string): number[] => shareOf(name)!.map((share, round) => 100 * (share - shareOf('bare')![round]!));
  return {
    ratios: {
      columns: [`${PER_SECOND.toLocaleString('en')} operations/s`, '% of a core'],
      rows: PACED.map((name) => [name, figure(percentOf(name))]),
    },
    absolute: [{ columns: ['helper', 'ns per call'], rows: [...single].map(([name, nanos]) => [name, figure(nanos)]) }],
    goals: [
      {
        subject: `API: ${PER_SECOND.toLocaleString('en')} labelled memory operations a second, share of a core`,
        actual: summarize(percentOf(LABELLED)).median,
        sense: 'at most',
        limit: 1,
        unit: ' %',
      },
    ],
  };
}
