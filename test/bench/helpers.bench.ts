// What the helpers cost: an agent's memory at 172,000 operations in a second, and single calls of others.
import type { HelperCosts, PacedCost } from './helpers/workload.ts';
import { type Benchmark, figure, type Figures, type Findings } from './kit/benchmark.ts';
import { interleave, pick } from './kit/rounds.ts';
import { summarize } from './kit/statistics.ts';
import { Variant } from './kit/variant.ts';

const PER_SECOND = 172_000;
const LABELLED = 'promtel, labelled';
const PACED = ['promtel, bound', LABELLED, 'prom-client, labelled'];

const script = new URL('helpers/workload.ts', import.meta.url);
const variantOf = (name: string): Variant => new Variant(name, script, { args: [name] });

export const helpers: Benchmark = {
  name: 'helpers',
  title: 'Helpers',
  method:
    `${PER_SECOND.toLocaleString('en')} memory operations with two labels in every second for ten seconds, in ticks of 10 ms: share of ` +
    'a core by CPU time of the process, less that of the same ticks with a function that does nothing. Single helpers are called ' +
    'one after another; what they track does nothing.',
  async run({ quick }) {
    const seconds = quick ? 2 : 10;
    const paced = await interleave(
      {
        start: async () => ['bare', ...PACED].map(variantOf),
        round: (variant, isWarmUp) => variant.ask<PacedCost>({ seconds: isWarmUp ? 1 : seconds, perSecond: PER_SECOND }),
      },
      { processes: quick ? 1 : 3, warmUps: 1, rounds: 1 },
    );
    const single = await interleave(
      {
        start: async () => [variantOf(LABELLED)],
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
        subject: `Helpers: ${PER_SECOND.toLocaleString('en')} labelled memory operations a second, share of a core`,
        actual: summarize(percentOf(LABELLED)).median,
        sense: 'at most',
        limit: 1,
        unit: ' %',
      },
    ],
  };
}
