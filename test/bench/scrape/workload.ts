// A process with one library and many series, which records into some of them and is scraped.
import { answerQuestions } from '../kit/answer.ts';
import { cpuNanosSince } from '../kit/cpu.ts';
import { durations, fractions, labelSets } from '../kit/series.ts';
import { type LibraryName, load } from '../libraries/library.ts';

/** How many of the series record between two scrapes. */
export type Change = 'all' | 'one in a hundred' | 'none';

export interface Question {
  readonly change: Change;
  /** For how much CPU time to scrape again and again, in milliseconds. */
  readonly millis: number;
}

export interface ScrapeCost {
  /** CPU time of one scrape. */
  readonly cpuMillis: number;
  /** The longest time that the event loop could do nothing else during a scrape. */
  readonly stallMillis: number;
  readonly pageKilobytes: number;
}

/** A label set has a counter, one line, and a histogram: 15 buckets, sum and count. */
export const LINES_PER_SET = 18;
/** How many scrapes are watched at most; the longest stall of them counts. */
const MOST_WATCHED = 3;

const [libraryName, lines] = process.argv.slice(2);
const library = await load(libraryName as LibraryName);
const sets = labelSets(Number(lines) / LINES_PER_SET);
const values = durations(sets.length);
const random = fractions();
let counted = 0;

record('all');
answerQuestions(async ({ change, millis }: Question): Promise<ScrapeCost> => {
  const cpuMillis = await costOfScrape(change, millis);
  const { stallMillis, page } = await watchScrapes(change, millis);
  return { cpuMillis, stallMillis, pageKilobytes: check(page) / 1000 };
});

function record(change: Change): void {
  const share = { all: 1, 'one in a hundred': 0.01, none: 0 }[change];
  for (let index = 0; index < sets.length * share; index += 1) {
    // Scattered over all series: neighbours that change together would be kinder to promtel.
    const set = share === 1 ? index : Math.floor(random.next().value * sets.length);
    library.count(sets[set]!);
    library.observe(sets[set]!, values[set]!);
    counted += 1;
  }
}

async function costOfScrape(change: Change, millis: number): Promise<number> {
  let scrapes = 0;
  let nanos = 0;
  while (nanos < millis * 1e6) {
    record(change);
    const start = process.cpuUsage();
    await library.page();
    nanos += cpuNanosSince(start);
    scrapes += 1;
  }
  return nanos / scrapes / 1e6;
}

async function watchScrapes(change: Change, millis: number): Promise<{ stallMillis: number; page: readonly Buffer[] }> {
  const startMillis = performance.now();
  let stallMillis = 0;
  let page: readonly Buffer[] = [];
  for (let scrape = 0; scrape === 0 || (scrape < MOST_WATCHED && performance.now() - startMillis < millis); scrape += 1) {
    record(change);
    const stall = new StallWatch();
    stall.begin();
    page = await library.page();
    stallMillis = Math.max(stallMillis, stall.end());
  }
  return { stallMillis, page };
}

/** Watches for the longest turn of the event loop: what a request that comes in at the worst moment has to wait. */
class StallWatch {
  #longestMillis = 0;
  #lastMillis = 0;
  #isOver = false;

  begin(): void {
    this.#lastMillis = performance.now();
    setImmediate(() => this.#turn());
  }

  /** The longest turn since the beginning, the one under way included. */
  end(): number {
    this.#isOver = true;
    this.#turn();
    return this.#longestMillis;
  }

  #turn(): void {
    const nowMillis = performance.now();
    this.#longestMillis = Math.max(this.#longestMillis, nowMillis - this.#lastMillis);
    this.#lastMillis = nowMillis;
    if (!this.#isOver) setImmediate(() => this.#turn());
  }
}

function check(page: readonly Buffer[]): number {
  const body = Buffer.concat(page);
  const samples = body
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'));
  const onPage = samples
    .filter((line) => line.startsWith('requests_total{'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  if (samples.length !== Number(lines)) throw new Error(`the page has ${samples.length} lines instead of ${lines}`);
  if (onPage !== counted) throw new Error(`the page counts ${onPage} requests instead of ${counted}`);
  return body.length;
}
