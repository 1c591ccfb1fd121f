// One round of recording: fifty label sets in turn, a thousand values in turn, checked against what the library holds.
import { answerQuestions } from '../kit/answer.ts';
import { nanosPerOperation } from '../kit/cpu.ts';
import { durations, type Labels, labelSets } from '../kit/series.ts';

/** What is asked of a process: how long to record, in milliseconds of CPU time. */
export interface Round {
  readonly millis: number;
}

/** Nanoseconds of CPU time for one record; only the cases that the library has. */
export type RecordCosts = Record<string, number>;

export interface Case {
  /** Records `value` with the labels of one of the fifty sets. */
  readonly runBatch: (batch: Batch) => void;
  /** How many records the library says it holds. */
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

/** Answers rounds with the cost of each case; fails where a library lost records. */
export function answerRounds(cases: Readonly<Record<string, Case>>): void {
  const expected = new Map<string, number>();
  answerQuestions(async ({ millis }: Round): Promise<RecordCosts> => {
    const costs: RecordCosts = {};
    for (const [name, { runBatch, recorded }] of Object.entries(cases)) {
      const { nanos, operations } = nanosPerOperation(() => runBatch(batch), BATCH_SIZE, millis);
      costs[name] = nanos;
      expected.set(name, (expected.get(name) ?? 0) + operations);
      const held = await recorded();
      if (held !== expected.get(name))
        throw new Error(`${name}: ${expected.get(name)} values were recorded and ${held} are held`);
    }
    return costs;
  });
}
