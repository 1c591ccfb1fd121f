// Parsers of lists: a bad item is reported, and the good ones are used.
import { decimal, matching, wordOf } from './parse.ts';
import type { ParseContext, Parser } from './setting.ts';

/** Parses items one by one; undefined unless at least one can be used. */
function each<T>(text: string, separator: string, read: (item: string) => T | undefined): readonly T[] | undefined {
  const items = text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const values = items.map(read).filter((value) => value !== undefined);
  return values.length > 0 || text === '' ? [...new Set(values)] : undefined;
}

/** A comma-separated list, duplicates taken once. */
export function list<T>(item: Parser<T>, plural: string): Parser<readonly T[]> {
  return {
    accepts: `a comma-separated list of ${plural}`,
    parse: (text, context) => each(text, ',', (part) => item.parse(part, context)),
  };
}

/** A list of words; `none` alone means the empty list and, if `withAll`, `all` means every word. */
export function choices<const T extends string>(words: readonly T[], { withAll = false } = {}): Parser<readonly T[]> {
  const shortcuts = withAll ? (['all', 'none'] as const) : (['none'] as const);
  const accepted = [...words, ...shortcuts].join(', ');
  return {
    accepts: `a comma-separated list of ${accepted}`,
    parse(text, { reject }) {
      const chosen = each(text, ',', (part) => {
        const word = wordOf<T | 'all' | 'none'>([...words, ...shortcuts], part);
        if (word === undefined) reject(part, `one of ${accepted}`);
        return word;
      });
      if (chosen === undefined) return undefined;
      if (chosen.length === 1 && chosen[0] === 'none') return [];
      if (chosen.includes('none')) reject('none', 'to be combined with other names');
      return words.filter((word) => chosen.includes('all') || chosen.includes(word));
    },
  };
}

/** Names of instrumentations, compared with those that `loadConfig` was given. */
export const instrumentationNames: Parser<readonly string[]> = {
  accepts: 'a comma-separated list of instrumentation names',
  parse(text, { reject, instrumentations }) {
    return each(text, ',', (part) => {
      const name = instrumentations === undefined ? part : wordOf(instrumentations, part);
      if (name === undefined) reject(part, `an instrumentation of promtel (${instrumentations?.join(', ')})`);
      return name;
    });
  },
};

export type Pairs = Readonly<Record<string, string>>;

/**
 * `key=value` pairs, percent-decoded. The resource SDK specification 1.60 advises to discard the whole variable for one
 * malformed pair; promtel reports it and keeps the others, since a service without its name helps nobody.
 */
export const attributePairs: Parser<Pairs> = {
  accepts: 'a comma-separated list of key=value pairs, percent-encoded where they hold a comma, = or %',
  parse: (text, context) => pairs(text, context, 'a key=value pair, percent-encoded where it holds a comma, = or %', isAttribute),
};

/** HTTP headers in the same form, but a value may hold `=`, as base64 does. */
export const headerPairs: Parser<Pairs> = {
  accepts: 'a comma-separated list of header=value pairs, percent-encoded where they hold a comma or %',
  parse: (text, context) => pairs(text, context, 'a header=value pair, percent-encoded where it holds a comma or %', isHeader),
};

interface Pair {
  readonly key: string;
  readonly value: string;
  readonly encodedValue: string;
}

function isAttribute({ key, encodedValue }: Pair): boolean {
  return key !== '' && !encodedValue.includes('=');
}

function isHeader({ key, value }: Pair): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(key) && /^[\t\x20-\x7e\x80-\xff]+$/.test(value);
}

function pairs(text: string, { reject }: ParseContext, accepted: string, isGood: (pair: Pair) => boolean): Pairs | undefined {
  const parsed = each(text, ',', (part) => {
    const pair = decodedPair(part);
    if (pair !== undefined && isGood(pair)) return [pair.key, pair.value] as const;
    reject(part, accepted);
    return undefined;
  });
  return parsed && Object.fromEntries(parsed);
}

function decodedPair(part: string): Pair | undefined {
  const [key, encodedValue] = splitOnce(part, '=');
  if (encodedValue === undefined) return undefined;
  try {
    return { key: decodeURIComponent(key), value: decodeURIComponent(encodedValue), encodedValue };
  } catch {
    return undefined;
  }
}

/** A value for the metrics whose name matches a pattern. */
export interface PatternValue<T> {
  readonly pattern: string;
  readonly value: T;
}

const METRIC_PATTERN = /^[A-Za-z*?][\w./*?-]*$/;

export const metricPattern = matching('an OpenTelemetry metric name, with * and ? as wildcards', METRIC_PATTERN);

/** `name=value` entries of a form, separated by semicolons. */
export function entries<T>(form: string, read: (name: string, value: string) => T | undefined): Parser<readonly T[]> {
  return {
    accepts: `${form} entries separated by semicolons`,
    parse: (text, { reject }) =>
      each(text, ';', (part) => {
        const [name, rest] = splitOnce(part, '=');
        const value = rest === undefined || name === '' ? undefined : read(name, rest);
        if (value === undefined) reject(part, `of the form ${form}`);
        return value;
      }),
  };
}

/** The same with a metric pattern for a name. */
export function perMetric<T>(form: string, read: (text: string) => T | undefined): Parser<readonly PatternValue<T>[]> {
  return entries(form, (pattern, text) => {
    const value = METRIC_PATTERN.test(pattern) ? read(text) : undefined;
    return value === undefined ? undefined : { pattern, value };
  });
}

/** Histogram bounds: at least one, finite, each above the one before. */
export function ascendingNumbers(text: string): readonly number[] | undefined {
  const bounds = text.split(',').map((item) => decimal(item.trim()) ?? NaN);
  return bounds.every((bound, index) => (index === 0 ? !Number.isNaN(bound) : bound > bounds[index - 1]!)) ? bounds : undefined;
}

/** Attribute keys separated by commas, at least one. */
export function attributeKeys(text: string): readonly string[] | undefined {
  const items = text.split(',').map((item) => item.trim());
  return items.every((item) => /^[^\s=;]+$/.test(item)) ? items : undefined;
}

function splitOnce(text: string, separator: string): [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
