// JSON for property tests of its parser: any document, written in any way, cut anywhere, and the fields to be found in it.
import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Paths = Readonly<Record<string, readonly string[]>>;

/** The values at the paths, in the order of the document, which is parsed as a whole and then walked. */
export function foundIn(text: string, paths: Paths, marks: readonly string[] = []): [field: string, value: unknown][] {
  const parsed = JSON.parse(text) as Json;
  const found: [string, unknown][] = [];
  for (const document of Array.isArray(parsed) ? parsed : [parsed]) {
    if (Array.isArray(document)) continue;
    visit(document, [], (path, value) => {
      for (const [field, alternatives] of Object.entries(paths)) {
        if (!alternatives.some((alternative) => isSame(alternative.split('.'), path)) || value === null) continue;
        const isContainer = typeof value === 'object';
        if (marks.includes(field)) {
          if (value !== '') found.push([field, true]);
        } else found.push([field, isContainer ? true : value]);
      }
    });
  }
  return found;
}

const ITEM = Symbol('item');
type Step = string | typeof ITEM;

function visit(value: Json, path: readonly Step[], onValue: (path: readonly Step[], value: Json) => void): void {
  if (path.length > 0) onValue(path, value);
  if (Array.isArray(value)) for (const item of value) visit(item, [...path, ITEM], onValue);
  else if (typeof value === 'object' && value !== null)
    for (const key of Object.keys(value)) visit(value[key]!, [...path, key], onValue);
}

function isSame(wanted: readonly string[], path: readonly Step[]): boolean {
  return wanted.length === path.length && wanted.every((key, index) => path[index] === (key === '*' ? ITEM : key));
}

/** Any JSON in which these keys come up often. */
export function anyJson(keys: readonly string[]): fc.Arbitrary<Json> {
  const key = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...keys) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('*', '', 'mode', 'models', 'Model', '__proto__', 'é', 'a"b', 'a\\', '}', '[', 'a.b'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  );
  return fc.letrec<{ any: Json; object: Json; array: Json; leaf: Json }>((tie) => ({
    any: fc.oneof({ maxDepth: 5, depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('object'), tie('array')),
    object: fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
    array: fc.array(tie('any'), { maxLength: 4 }),
    leaf: anyLeaf,
  })).object;
}

const anyLeaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(null, true, false, 0, '', 'stop', 'gpt-5', '\\', '"', '\\"', '\ud800', 'a\udc00b', '\u0000', '\u2028', '😀'),
  fc.nat(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

/** Decides, one after the other, how something is written. */
export type Choices = () => number;

export const anyChoices: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(255), { minLength: 1, maxLength: 24 });

/** The same choices over and over. */
export function choicesOf(numbers: readonly number[]): Choices {
  let index = -1;
  return () => numbers[(index += 1) % numbers.length]!;
}

/** A document in JSON, with white space and escapes as they are chosen. */
export function written(value: Json, choose: Choices): string {
  const space = (): string => ['', '', '', ' ', '\n', '\t \r\n'][choose() % 6]!;
  const spaced = (text: string): string => `${space()}${text}${space()}`;
  if (typeof value === 'string') return spaced(quoted(value, choose));
  if (value === null || typeof value !== 'object') return spaced(JSON.stringify(value));
  if (Array.isArray(value)) return spaced(`[${space()}${value.map((item) => written(item, choose)).join(',')}]`);
  const entries = Object.entries(value).map(([key, entry]) => `${spaced(quoted(key, choose))}:${written(entry, choose)}`);
  return spaced(`{${space()}${entries.join(',')}}`);
}

function quoted(text: string, choose: Choices): string {
  const isPlain = choose() % 4 > 0;
  const characters = Array.from(text, (character) => {
    const usual = JSON.stringify(character).slice(1, -1);
    if (isPlain || choose() % 3 > 0) return usual;
    return character === '/' ? '\\/' : codesOf(character);
  });
  return `"${characters.join('')}"`;
}

function codesOf(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Bytes cut into parts where it is chosen; some parts are empty. */
export function cut(bytes: Uint8Array, choose: Choices): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const most = [1, 2, 7, 40, 5000][choose() % 5]!;
  for (let from = 0; from < bytes.length;) {
    const length = choose() % (most + 1);
    parts.push(bytes.subarray(from, from + length));
    from += length;
    if (length === 0) {
      parts.push(bytes.subarray(from, from + 1));
      from += 1;
    }
  }
  return parts;
}

/** The last word on each field. */
export function lastOf(found: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(found);
}
