// A process with one library that fills one metric with series, is scraped, and reports what memory they hold.
import { answerQuestions } from '../kit/answer.ts';
import { durations, type LABEL_NAMES, type Labels, labelSets } from '../kit/series.ts';
import { type LibraryName, load } from '../libraries/library.ts';

export type Kind = 'counter' | 'histogram';

/** Which labels tell the series apart: all of them as in an application, or one that has a value for each series. */
export type Spread = 'all labels' | (typeof LABEL_NAMES)[number];

/** What happens before the memory is read; one after the other, and only the first one is needed. */
export type Step = 'record' | 'scrape text' | 'scrape two formats' | 'scrape eight forms';

export interface Question {
  readonly step: Step;
  readonly kind: Kind;
  readonly spread: Spread;
  readonly series: number;
}

const FORMS: Readonly<Record<Exclude<Step, 'record'>, number>> = {
  'scrape text': 1,
  'scrape two formats': 2,
  'scrape eight forms': 8,
};

const library = await load(process.argv[2] as LibraryName);
let sets: Labels[] = [];
let values: number[] = [];
let before = 0;

/** Answers with the bytes for each series, or with nothing where the library has text only. */
answerQuestions(async ({ step, kind, spread, series }: Question): Promise<number | null> => {
  if (step === 'record') {
    sets = setsOf(spread, series);
    values = durations(series);
    // The first series and the first page also load and compile code, which is no cost of a series.
    fill(kind, 1);
    await library.page();
    before = await usedBytes();
    fill(kind, series);
  } else {
    const forms = library.forms.slice(0, FORMS[step]);
    if (forms.length < 2 && step !== 'scrape text') return null;
    for (const accept of forms) {
      fill(kind, series);
      await library.page(accept);
    }
  }
  const bytes = (await usedBytes()) - before;
  // Held until here, so that what the application itself holds is in every figure.
  if (sets.length !== values.length) throw new Error('a value was lost');
  return bytes / series;
});

function setsOf(spread: Spread, series: number): Labels[] {
  const mixed = labelSets(series);
  if (spread === 'all labels') return mixed;
  return mixed.map((_, index) => ({
    method: `m${index % 2}`,
    route: `r${index % 3}`,
    status: `s${index % 4}`,
    [spread]: `/api/v1/things/${index}`,
  }));
}

function fill(kind: Kind, series: number): void {
  for (let index = 0; index < series; index += 1) {
    // A fresh object for each record, as a call in an application has; its strings are the application's own.
    const labels = { ...sets[index]! };
    if (kind === 'counter') library.count(labels);
    else library.observe(labels, values[index]!);
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
