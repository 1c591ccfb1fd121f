// Compatibility with 0.1: the metrics, attributes, settings and exported types that there were are as they were, but for listed changes.
//
// test/golden/contract-0.1.json was made once, of the references and the declaration files of the commit that it names. It stays as it
// is: what changes is listed here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicApi } from './public-api.ts';
import { type Row, rowsOf } from './reference-tables.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

type Part = 'metrics' | 'attributes' | 'settings' | 'promtel' | 'promtel/testing';
type Contract = Readonly<Record<Part, Readonly<Record<string, unknown>>>>;

interface Change {
  readonly part: Part;
  /** The name that there was. */
  readonly was: string;
  /** What there is now, by its name; nothing if it was removed. */
  readonly is: Readonly<Record<string, unknown>>;
  /** Text of CHANGELOG.md by which a user finds the change. */
  readonly changelog: string;
}

const CHANGES: readonly Change[] = [
  {
    part: 'metrics',
    was: '`queue.paused`<br>`queue_paused_ratio`',
    is: { '`queue.paused`<br>`queue_paused`': { Kind: 'gauge', Unit: '`{queue}`', Attributes: '`queue.name`' } },
    changelog: '`queue_paused_ratio`',
  },
];

const golden = JSON.parse(read('test/golden/contract-0.1.json')) as Contract;
const settingsBefore = golden.settings as Readonly<Record<string, Row>>;
const before: Contract = { ...golden, settings: withEachWord(settingsBefore) };
const metricsPage = read('otel/metrics.md');
const now: Contract = {
  metrics: rowsOf(metricsPage, 'Name, and on the page'),
  attributes: rowsOf(metricsPage, 'Attribute'),
  settings: withEachWord(rowsOf(read('otel/settings.md'), 'Variable')),
  promtel: publicApi(join(root, 'dist/types/index.d.ts')),
  'promtel/testing': publicApi(join(root, 'dist/types/testing.d.ts')),
};
const changelog = read('CHANGELOG.md');

/** Has each word that a setting of 0.1 lists as accepted, as `VARIABLE=word`, so that a further one is an addition. */
function withEachWord(settings: Readonly<Record<string, Row>>): Record<string, Row> {
  const rows = Object.entries(settings).flatMap(([name, row]): [string, Row][] => {
    const [, list, words] = /^(one|a comma-separated list) of ([\w./-]+(?:, [\w./-]+)*)$/.exec(row['Accepted']!) ?? [];
    if (list === undefined || words === undefined || !(name in settingsBefore)) return [[name, row]];
    const variable = name.replaceAll('`', '');
    return [[name, { ...row, Accepted: list }], ...words.split(', ').map((word): [string, Row] => [`${variable}=${word}`, {}])];
  });
  return Object.fromEntries(rows);
}

describe.each(Object.keys(now) as Part[])('contract of 0.1: %s', (part) => {
  const changes = CHANGES.filter((change) => change.part === part);
  const replaced = new Set(changes.map(({ was }) => was));
  const kept = Object.entries(before[part]).filter(([name]) => !replaced.has(name));
  const expected = Object.fromEntries([...kept, ...changes.flatMap(({ is }) => Object.entries(is))]);

  it(`contract of 0.1: ${part} are what they were, but for the listed changes`, () => {
    expect(Object.keys(before[part]).length).toBeGreaterThan(5);
    const stillThere = Object.entries(now[part]).filter(([name]) => name in expected);
    expect(Object.fromEntries(stillThere)).toEqual(expected);
  });

  it(`contract of 0.1: additions to ${part} are in CHANGELOG.md`, () => {
    const added = Object.keys(now[part]).filter((name) => !(name in expected));
    const names = added.map((name) => name.replace(/`([^`]+)`.*/, '$1'));
    expect(names.filter((name) => !changelog.includes(name))).toEqual([]);
  });
});

it('contract of 0.1: every listed change replaces something and is in CHANGELOG.md', () => {
  expect(CHANGES.filter(({ part, was }) => !(was in before[part]))).toEqual([]);
  expect(CHANGES.filter((change) => !changelog.includes(change.changelog))).toEqual([]);
});
