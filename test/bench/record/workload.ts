// The process of the record benchmark: cycles through label sets and values, and checks how many the library stored.
import { answerQuestions } from '../kit/answer.ts';
import { nanosPerOperation } from '../kit/cpu.ts';
import { durations, type Labels, labelSets } from '../kit/series.ts';

/** One round: how long to record, in milliseconds of CPU time. */
export interface Round {
  readonly millis: number;
}

/** CPU nanoseconds per record, by case; only the cases that the library supports. */
export type RecordCosts = Record<string, number>;

export interface Case {
  /** Records `BATCH_SIZE` values. */
  readonly runBatch: (batch: Batch) => void;
  /** The number of records that the library has stored. */
  readonly recorded: () => number | Promise<number>;
}

export interface Batch {
  readonly sets: readonly Labels[];
  readonly values: readonly number[];
}

export const BATCH_SIZE = 10_000;
export const SETS = 50;
export const VALUES = 1000;

const batch: Batch = { sets: labelSets(SETS), values: durations(VALUES) };

/** Answers each round with the cost of each case; throws if the library lost records. */
export function answerRounds(cases: Readonly<Record<string, Case>>): void {
  const expected = new Map<string, number>();
  answerQuestions(async ({ millis }: Round): Promise<RecordCosts> => {
    const costs: RecordCosts = {};
    for (const [name, { runBatch, recorded }] of Object.entries(cases)) {
      const { nanos, operations } = nanosPerOperation(() => runBatch(batch), BATCH_SIZE, millis);
      costs[name] = nanos;
      expected.set(name, (expected.get(name) ?? 0) + operations);
      const stored = await recorded();
      if (stored !== expected.get(name))
        throw new Error(`${name}: ${expected.get(name)} values were recorded and ${stored} are stored`);
    }
    return costs;
  });
}
