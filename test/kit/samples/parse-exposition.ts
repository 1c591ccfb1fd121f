// Reads a metrics page in either text format and refuses whatever a strict parser would, with the line that is wrong.

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

/** The families of a page by name, in its order. Throws at the first thing that is not as the format demands. */
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

/** The samples of a page by how they would be queried: name and sorted labels to value. */
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
    if (line.startsWith('#')) this.#readComment(new Cursor(line));
    else this.#readSample(new Cursor(line));
  }

  #readComment(cursor: Cursor): void {
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

  #readSample(cursor: Cursor): void {
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

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;

/** Walks along one line. */
class Cursor {
  readonly #line: string;
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  peek(): string {
    return this.#line.charAt(this.#at);
  }

  expect(text: string): void {
    if (!this.#line.startsWith(text, this.#at)) throw new Error(`${JSON.stringify(text)} is missing at ${this.#at}`);
    this.#at += text.length;
  }

  match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#line) ?? [];
    if (found === undefined) throw new Error(`not ${pattern} at ${this.#at}`);
    this.#at += found.length;
    return found;
  }

  quoted(): string {
    const text = this.match(/"(?:[^"\\]|\\[\\"n])*"/y);
    return unescaped(text.slice(1, -1), /\\(.)/gs);
  }

  rest(): string {
    const rest = this.#line.slice(this.#at);
    this.#at = this.#line.length;
    return rest;
  }

  series(): { name: string; labels: Record<string, string> } {
    if (this.peek() !== '{') {
      const name = this.match(METRIC_NAME);
      return { name, labels: this.peek() === '{' ? this.labels(undefined) : {} };
    }
    let name: string | undefined;
    const labels = this.labels((quoted) => {
      name = quoted;
    });
    if (name === undefined) throw new Error('a series without a name');
    return { name, labels };
  }

  /** The pairs between braces; a quoted text without a value, as the first, is a metric's name. */
  labels(takeName: ((name: string) => void) | undefined): Record<string, string> {
    const labels: [string, string][] = [];
    this.expect('{');
    let mayName = takeName;
    while (this.peek() !== '}') {
      const isQuoted = this.peek() === '"';
      const name = isQuoted ? this.quoted() : this.match(LABEL_NAME);
      if (isQuoted && this.peek() !== '=' && mayName !== undefined) {
        mayName(name);
      } else {
        this.expect('=');
        if (labels.some(([other]) => other === name) || name === '__name__') throw new Error(`label ${name} is there already`);
        const value = this.quoted();
        if (value === '') throw new Error(`label ${name} has no value`);
        labels.push([name, value]);
      }
      mayName = undefined;
      if (this.peek() !== '}') this.expect(',');
    }
    this.expect('}');
    return Object.fromEntries(labels);
  }
}

function unescaped(text: string, pattern: RegExp): string {
  return text.replace(pattern, (whole, escaped: string | undefined) => {
    if (escaped === undefined) throw new Error('a quote that is not escaped');
    if (escaped === 'n') return '\n';
    if (escaped === '\\' || escaped === '"') return escaped;
    throw new Error(`the escape ${whole}`);
  });
}

function numberOf(text: string): number {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw new Error(`${text} is no number`);
  return Number(text);
}

const MOST_EXEMPLAR_CHARACTERS = 128;

function exemplarOf(cursor: Cursor): ParsedExemplar {
  cursor.expect(' # ');
  const labels = cursor.labels(undefined);
  if (Object.entries(labels).flat().join('').length > MOST_EXEMPLAR_CHARACTERS)
    throw new Error('an exemplar of more than 128 characters');
  cursor.expect(' ');
  const value = numberOf(cursor.match(/[^ ]+/y));
  if (cursor.peek() !== ' ') return { labels, value, timestampSeconds: undefined };
  cursor.expect(' ');
  return { labels, value, timestampSeconds: numberOf(cursor.match(/[^ ]+/y)) };
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

/** No family may be named as the series of another one are. */
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
