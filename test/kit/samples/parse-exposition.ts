// Parses a metrics page in either text format, and throws at whatever a strict parser refuses, with the line that is wrong.
import { exemplarOf, LineCursor, METRIC_NAME, numberOf, unescaped } from './exposition-line.ts';

export interface ParsedExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestampSeconds: number | undefined;
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar: ParsedExemplar | undefined;
}

export interface ParsedFamily {
  readonly name: string;
  type: string | undefined;
  help: string | undefined;
  unit: string | undefined;
  readonly samples: ParsedSample[];
}

export type ExpositionSyntax = 'text' | 'openmetrics';

/** The families of a page by name, in its order. Throws at the first thing that the format does not allow. */
export function parseExposition(page: string, syntax: ExpositionSyntax = 'text'): Map<string, ParsedFamily> {
  if (!page.isWellFormed()) throw new Error('the page is not well-formed Unicode');
  if (page === '' && syntax === 'text') return new Map();
  if (!page.endsWith('\n')) throw new Error('the last line does not end');
  const lines = page.slice(0, -1).split('\n');
  if (syntax === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('the page does not end with # EOF');
  const reader = new PageReader(syntax);
  for (const [index, line] of lines.entries()) {
    try {
      reader.read(line);
    } catch (error) {
      throw new Error(`line ${index + 1}, ${line}: ${(error as Error).message}`, { cause: error });
    }
  }
  for (const family of reader.families.values()) checkFamily(family, syntax);
  checkNames(reader.families, syntax);
  return reader.families;
}

/** The values of a page by their series, as it would be queried: the name and the sorted labels. */
export function samplesOf(families: ReadonlyMap<string, ParsedFamily>): Record<string, number> {
  const samples = [...families.values()].flatMap((family) => family.samples);
  return Object.fromEntries(samples.map(({ name, labels, value }) => [seriesKey(name, labels), value]));
}

export function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.toSorted().join(',')}}`;
}

const SUFFIXES: Record<ExpositionSyntax, Record<string, readonly string[]>> = {
  text: {
    counter: [''],
    gauge: [''],
    untyped: [''],
    histogram: ['_bucket', '_sum', '_count'],
    summary: ['', '_sum', '_count'],
  },
  openmetrics: {
    counter: ['_total', '_created'],
    gauge: [''],
    unknown: [''],
    info: ['_info'],
    histogram: ['_bucket', '_sum', '_count', '_created'],
    summary: ['', '_sum', '_count', '_created'],
  },
};

class PageReader {
  readonly families = new Map<string, ParsedFamily>();
  readonly #syntax: ExpositionSyntax;
  readonly #series = new Set<string>();
  #family: ParsedFamily | undefined;

  constructor(syntax: ExpositionSyntax) {
    this.#syntax = syntax;
  }

  read(line: string): void {
    if (line === '') throw new Error('a blank line');
    if (line.startsWith('#')) this.#readComment(new LineCursor(line));
    else this.#readSample(new LineCursor(line));
  }

  #readComment(cursor: LineCursor): void {
    cursor.expect('# ');
    const keyword = cursor.match(/[A-Z]+/y);
    cursor.expect(' ');
    const name = cursor.peek() === '"' ? cursor.quoted() : cursor.match(METRIC_NAME);
    cursor.expect(' ');
    const rest = cursor.rest();
    const family = this.#familyNamed(name);
    if (family.samples.length > 0) throw new Error('comes after samples');
    if (keyword === 'TYPE') {
      if (family.type !== undefined) throw new Error('a second TYPE');
      if (SUFFIXES[this.#syntax][rest] === undefined) throw new Error('an unknown type');
      family.type = rest;
    } else if (keyword === 'HELP') {
      if (family.help !== undefined) throw new Error('a second HELP');
      family.help = unescaped(rest, this.#syntax === 'text' ? /\\(.)/gs : /\\(.)|"/gs);
    } else if (keyword === 'UNIT' && this.#syntax === 'openmetrics') {
      if (family.unit !== undefined) throw new Error('a second UNIT');
      if (!name.endsWith(`_${rest}`)) throw new Error('the name does not end with the unit');
      family.unit = rest;
    } else {
      throw new Error('neither HELP nor TYPE');
    }
  }

  #familyNamed(name: string): ParsedFamily {
    if (this.#family?.name === name) return this.#family;
    if (this.families.has(name)) throw new Error('a family that was ended already');
    this.#family = { name, type: undefined, help: undefined, unit: undefined, samples: [] };
    this.families.set(name, this.#family);
    return this.#family;
  }

  #readSample(cursor: LineCursor): void {
    const { name, labels } = cursor.series();
    cursor.expect(' ');
    const value = numberOf(cursor.match(/[^ ]+/y));
    const exemplar = this.#syntax === 'openmetrics' && cursor.peek() === ' ' ? exemplarOf(cursor) : undefined;
    if (cursor.rest() !== '') throw new Error('something after the value');
    const family = this.#family;
    if (family?.type === undefined) throw new Error('a sample without a TYPE');
    const suffixes = SUFFIXES[this.#syntax][family.type]!;
    if (!suffixes.some((suffix) => family.name + suffix === name)) throw new Error(`a sample that is none of ${family.name}`);
    const key = seriesKey(name, labels);
    if (this.#series.has(key)) throw new Error('a series that was there already');
    this.#series.add(key);
    if (exemplar !== undefined && !/_(?:bucket|total)$/.test(name)) throw new Error('an exemplar where none may be');
    family.samples.push({ name, labels, value, exemplar });
  }
}

function checkFamily(family: ParsedFamily, syntax: ExpositionSyntax): void {
  const { name, type, samples } = family;
  if (samples.length === 0) throw new Error(`${name} has no series`);
  if (type === 'histogram') checkHistogram(family, syntax);
  if (type === 'counter' && !samples.every(({ value }) => value >= 0))
    throw new Error(`${name} is a counter that is negative or no number`);
  if (type === 'info' && !samples.every(({ value }) => value === 1)) throw new Error(`${name} is an info that is not 1`);
}

function checkHistogram({ name, samples }: ParsedFamily, syntax: ExpositionSyntax): void {
  const groups = Map.groupBy(samples, ({ labels }) =>
    seriesKey(name, Object.fromEntries(Object.entries(labels).filter(([key]) => key !== 'le'))),
  );
  let at = 0;
  for (const [key, group] of groups) {
    for (const sample of group) if (samples[at++] !== sample) throw new Error(`${key} is not in one piece`);
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    checkBuckets(key, buckets);
    const sum = group.find((sample) => sample.name === `${name}_sum`);
    const count = group.find((sample) => sample.name === `${name}_count`);
    if (count !== undefined && count.value !== buckets.at(-1)?.value)
      throw new Error(`${key} has a count that its buckets do not have`);
    if (syntax === 'openmetrics') checkSum(key, buckets, sum?.value, count?.value);
  }
}

function checkBuckets(key: string, buckets: readonly ParsedSample[]): void {
  const bounds = buckets.map(({ labels }) => numberOf(labels['le'] ?? 'no le'));
  if (bounds.at(-1) !== Infinity) throw new Error(`${key} does not end with le="+Inf"`);
  if (bounds.some((bound, index) => bound <= bounds[index - 1]!)) throw new Error(`${key} has bounds out of order`);
  if (buckets.some(({ value }, index) => value < (buckets[index - 1]?.value ?? 0))) throw new Error(`${key} is not cumulative`);
}

/** OpenMetrics has a sum only where it cannot go down, a count only beside a sum, and bounds with a decimal point. */
function checkSum(key: string, buckets: readonly ParsedSample[], sum: number | undefined, count: number | undefined): void {
  const bounds = buckets.map(({ labels }) => labels['le']!);
  if ((sum === undefined) !== (count === undefined)) throw new Error(`${key} has a sum or a count only`);
  if (sum !== undefined && (Number(bounds[0]) < 0 || !(sum >= 0))) throw new Error(`${key} has a sum that can go down`);
  const odd = bounds.find((bound) => !/[.eI]/.test(bound));
  if (odd !== undefined) throw new Error(`${key} has le="${odd}"`);
}

/** No family may have the name of a series of another. */
function checkNames(families: ReadonlyMap<string, ParsedFamily>, syntax: ExpositionSyntax): void {
  const seen = new Map<string, string>();
  for (const { name, type } of families.values()) {
    for (const taken of new Set(['', ...SUFFIXES[syntax][type ?? '']!].map((suffix) => name + suffix))) {
      const other = seen.get(taken);
      if (other !== undefined) throw new Error(`${name} and ${other} both have ${taken}`);
      seen.set(taken, name);
    }
  }
}
