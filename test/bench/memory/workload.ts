// A process with one library that fills one metric with series, and says what memory they hold.
import { answerQuestions } from '../kit/answer.ts';
import { durations, type Labels, labelSets } from '../kit/series.ts';
import { type LibraryName, load } from '../libraries/library.ts';

export type Kind = 'counter' | 'histogram';

export interface Question {
  readonly kind: Kind;
  readonly series: number;
}

/** Bytes for each series. */
export interface SeriesMemory {
  readonly recorded: number;
  /** With what the library remembers from a scrape to the next. */
  readonly scraped: number;
}

const library = await load(process.argv[2] as LibraryName);

answerQuestions(async ({ kind, series }: Question): Promise<SeriesMemory> => {
  const sets = labelSets(series);
  const values = durations(series);
  // The first series and the first page also load and compile code, which is no cost of a series.
  await fill(kind, sets.slice(0, 1), values);
  const before = await usedBytes();
  await fill(kind, sets, values);
  const recorded = await usedBytes();
  await library.page();
  await fill(kind, sets, values);
  await library.page();
  const scraped = await usedBytes();
  // Held until here, so that what the application itself holds is in every figure.
  if (sets.length !== values.length) throw new Error('a value was lost');
  return { recorded: (recorded - before) / series, scraped: (scraped - before) / series };
});

async function fill(kind: Kind, sets: readonly Labels[], values: readonly number[]): Promise<void> {
  for (const [index, labels] of sets.entries()) {
    // A fresh object for each record, as a call in an application has; its strings are the application's own.
    if (kind === 'counter') library.count({ ...labels });
    else library.observe({ ...labels }, values[index]!);
  }
}

/** What is in use once everything collectable is gone, in the JavaScript heap and in buffers outside of it. */
async function usedBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    globalThis.gc!();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
