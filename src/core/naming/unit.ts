// Units: the ones that the catalog may use, and the words that Prometheus' translator makes of any UCUM unit.

/** Base units of the catalog. All are UCUM except `USD`: as the annotation `{USD}` it would be missing from the Prometheus name. */
export const CATALOG_UNITS: readonly string[] = ['s', 'By', '1', 'Hz', 'USD'];

const ANNOTATION = /^\{[a-z][a-z0-9_]*\}$/;

/** Whether the catalog may use a unit: one of `CATALOG_UNITS` or a count such as `{request}`, each also per second (`/s`). */
export function isCatalogUnit(unit: string): boolean {
  const counted = unit.endsWith('/s') ? unit.slice(0, -2) : unit;
  return CATALOG_UNITS.includes(counted) || ANNOTATION.test(counted);
}

/** The words of units, as in github.com/prometheus/otlptranslator v1.0.0; any other unit is kept as it is. */
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

/** The words of units after "per", where `m` is a minute. */
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

/** The words of a unit, not escaped. */
export function unitWords(unit: string): UnitWords {
  const slash = unit.indexOf('/');
  if (slash === -1) return { main: wordOf(unit, WORDS), per: '' };
  const per = wordOf(unit.slice(slash + 1), WORDS_AFTER_PER);
  return { main: wordOf(unit.slice(0, slash), WORDS), per: per === '' ? '' : `per_${per}` };
}

// Go trims Unicode White_Space; String.prototype.trim differs in U+0085 and U+FEFF.
const OUTER_SPACE = /^\p{White_Space}+|\p{White_Space}+$/gu;

function wordOf(part: string, words: ReadonlyMap<string, string>): string {
  const symbol = part.replace(OUTER_SPACE, '');
  if (/[{}]/.test(symbol)) return '';
  return words.get(symbol) ?? symbol;
}

/** The words of a unit, escaped to the characters of classic metric names. A word may end with an underscore. */
export function escapedUnitWords(unit: string): UnitWords {
  const { main, per } = unitWords(unit);
  return { main: escapeWord(main), per: escapeWord(per) };
}

function escapeWord(word: string): string {
  return word.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_/, '');
}

/** The unit as it ends a name, such as `bytes_per_second`; empty for a count, a ratio, and a unit without a usable character. */
export function unitPhrase(unit: string): string {
  const { main, per } = escapedUnitWords(unit);
  const phrase = main !== '' && per !== '' ? `${main}_${per}` : main + per;
  return phrase.replace(/^_|_$/g, '');
}
