// Units: those the catalogue may use, and the words that Prometheus' translator makes of any unit.

/** Base units of the catalogue. All are UCUM but `USD`: as the annotation `{USD}` it would be missing from the name. */
export const CATALOG_UNITS: readonly string[] = ['s', 'By', '1', 'Hz', 'USD'];

const ANNOTATION = /^\{[a-z][a-z0-9_]*\}$/;

/** Whether the catalogue may use a unit: one of `CATALOG_UNITS` or a count such as `{request}`, and either of them `/s`. */
export function isCatalogUnit(unit: string): boolean {
  const counted = unit.endsWith('/s') ? unit.slice(0, -2) : unit;
  return CATALOG_UNITS.includes(counted) || ANNOTATION.test(counted);
}

/** Units that have a word; any other stays as it is written. As github.com/prometheus/otlptranslator v1.0.0 has them. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
  ['1', ''],
]);

/** Units that have a word after "per". Here `m` is a minute. */
const WORDS_AFTER_PER: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** What a unit adds to a name: `By/s` gives `bytes` and `per_second`. Either may be empty, or hold any character. */
export interface UnitWords {
  readonly main: string;
  readonly per: string;
}

/** The words of a unit, before anything is escaped. */
export function unitWords(unit: string): UnitWords {
  const slash = unit.indexOf('/');
  if (slash === -1) return { main: wordOf(unit, WORDS), per: '' };
  const per = wordOf(unit.slice(slash + 1), WORDS_AFTER_PER);
  return { main: wordOf(unit.slice(0, slash), WORDS), per: per === '' ? '' : `per_${per}` };
}

// Unicode's White_Space as Go trims it; String.prototype.trim differs by U+0085 and U+FEFF.
const OUTER_SPACE = /^\p{White_Space}+|\p{White_Space}+$/gu;

function wordOf(part: string, words: ReadonlyMap<string, string>): string {
  const symbol = part.replace(OUTER_SPACE, '');
  if (/[{}]/.test(symbol)) return '';
  return words.get(symbol) ?? symbol;
}

/** The words of a unit in characters that a classic metric name may hold. A word may end with an underscore. */
export function escapedUnitWords(unit: string): UnitWords {
  const { main, per } = unitWords(unit);
  return { main: escapeWord(main), per: escapeWord(per) };
}

function escapeWord(word: string): string {
  return word.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_/, '');
}

/** The unit as one word, such as `bytes_per_second`; empty for a count, a ratio, and a unit without a usable character. */
export function unitPhrase(unit: string): string {
  const { main, per } = escapedUnitWords(unit);
  const phrase = main !== '' && per !== '' ? `${main}_${per}` : main + per;
  return phrase.replace(/^_|_$/g, '');
}
