// What is recorded of an SQL statement: its keyword, and its table where that is certain. Of its values, nothing ever.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NameQuote, sqlOperationOf } from '../../../src/recorders/db/sql-operation.ts';

const POSTGRES = '"';
const MYSQL = '`';

function said(statement: string, quote: NameQuote): string {
  const { keyword, table } = sqlOperationOf(statement, quote);
  return table === undefined ? keyword : `${keyword} ${table}`;
}

describe('an SQL statement', () => {
  it.each([
    ['select 1', 'SELECT'],
    ['SELECT * FROM users', 'SELECT users'],
    ['Select id, name From users Where id = $1', 'SELECT users'],
    ['select\n\tid\nfrom\n\tpublic.users\n', 'SELECT public.users'],
    ['select "users"."id" as "id" from "public"."users" where "id" = $1', 'SELECT public.users'],
    ['select count(*), max(coalesce(a, 1)) from users;', 'SELECT users'],
    ['select distinct on (a) a::text, b[1:2] from users', 'SELECT'],
    ['select a::text from only users', 'SELECT users'],
    ['select extract(year from created) from users', 'SELECT users'],
    ['select a is distinct from b from users', 'SELECT users'],
    ['(select * from users) union (select * from others)', 'SELECT users'],
    ['select * from users, others', 'SELECT users'],
    ['select * from users u join others o on u.id = o.id', 'SELECT users'],
    ['select * from (select * from users) u', 'SELECT'],
    ['select * from generate_series(1, 2)', 'SELECT'],
    ['select * from lateral (values (1)) v', 'SELECT'],
    ['select $1::int from users', 'SELECT users'],
    ['insert into users (id) values ($1)', 'INSERT users'],
    ['insert into users(id) select 1', 'INSERT users'],
    ['insert into "order" default values', 'INSERT order'],
    ['update users set name = $1', 'UPDATE users'],
    ['update only users set name = $1', 'UPDATE users'],
    ['delete from users', 'DELETE users'],
    ['delete from users using others', 'DELETE users'],
    ['merge into users using others on true', 'MERGE users'],
    ['table users', 'TABLE users'],
    ['create table if not exists users (id int)', 'CREATE users'],
    ['create temp table users (id int)', 'CREATE users'],
    ['create index users_id on users (id)', 'CREATE'],
    ['alter table users add column a int', 'ALTER users'],
    ['drop table if exists users', 'DROP users'],
    ['truncate table users', 'TRUNCATE users'],
    ['with old as (select * from users) delete from others', 'WITH'],
    ['values (1), (2)', 'VALUES'],
    ['copy users from stdin', 'COPY'],
    ['begin', 'BEGIN'],
    ['BEGIN;', 'BEGIN'],
    ['explain analyze select * from users', 'EXPLAIN'],
    ['set search_path to a', 'SET'],
    [' ;; select 1', 'SELECT'],
    ['/* a comment */ -- another\n select * from users', 'SELECT users'],
  ])('sqlOperationOf %j is %j', (statement, expected) => {
    expect(said(statement, POSTGRES)).toBe(expected);
  });

  it.each([
    ['select `id` from `shop`.`users` where `id` = ?', 'SELECT shop.users'],
    ['insert ignore into users set a = 1', 'INSERT users'],
    ['replace into `users` values (1)', 'REPLACE users'],
    ['update low_priority users set a = 1', 'UPDATE'],
    ['call report(1)', 'CALL'],
    ['select "a" from users', 'SELECT'],
  ])('sqlOperationOf MySQL %j is %j', (statement, expected) => {
    expect(said(statement, MYSQL)).toBe(expected);
  });

  it.each([
    ['', '_OTHER'],
    ['   ', '_OTHER'],
    ['secret', '_OTHER'],
    ["'secret'", '_OTHER'],
    ['selectsecret from secret', '_OTHER'],
    ['select$secret from secret', '_OTHER'],
    ['séléct from secret', '_OTHER'],
    ['/* /* nested */ select * from secret */ select 1', '_OTHER'],
    ['/* never closed select * from secret', '_OTHER'],
    ['-- select * from secret', '_OTHER'],
    ["select 'a' from secret", 'SELECT'],
    ["select ' from secret '", 'SELECT'],
    ["select E'\\' from secret'", 'SELECT'],
    ['select $$ from secret $$', 'SELECT'],
    ['select $tag$ from secret $tag$', 'SELECT'],
    ['select " from secret " from users', 'SELECT users'],
    ['select "a"" from secret " from users', 'SELECT users'],
    ["select U&' from secret '", 'SELECT'],
    ['select 1 -- from secret', 'SELECT'],
    ['select /* from secret */ 1', 'SELECT'],
    ['update /* secret */ users set a = 1', 'UPDATE'],
    ["insert into 'secret' values (1)", 'INSERT'],
    ['select 1 from "sécret"', 'SELECT'],
    ['select 1 from "users', 'SELECT'],
    ['select 1 from users\u0000secret', 'SELECT'],
    ['select 1 from 7secret', 'SELECT'],
  ])('sqlOperationOf uncertain %j is %j', (statement, expected) => {
    expect(said(statement, POSTGRES)).toBe(expected);
  });

  it.each([
    ['select " from secret "', 'SELECT'],
    ["select '\\' from secret'", 'SELECT'],
    ['select 1 # from secret', 'SELECT'],
    ["select _utf8' from secret '", 'SELECT'],
    ['update "secret" set a = 1', 'UPDATE'],
  ])('sqlOperationOf uncertain MySQL %j is %j', (statement, expected) => {
    expect(said(statement, MYSQL)).toBe(expected);
  });
});

/** Parts of values that look like anything but a value. */
const PHRASES = ['secret', ' from secret ', ' into secret(', 'update secret ', 'select ', '\n', ' '];
const SIGNS = ['"', '`', "'", '\\', '$', '$$', '--', '#', ';', '(', ')', '%', '?', '\u00a0', '\u2028', '’', '＇', 'ʼ', '\ud800'];
const part = fc.constantFrom(...PHRASES, ...SIGNS);
const value = fc.array(part, { maxLength: 6 }).map((parts) => `${parts.join('')}secret`);

const doubled = (quote: string) => (text: string) => `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
const escaped = (quote: string) => (text: string) => doubled(quote)(text.replaceAll('\\', '\\\\'));
const comment = value.map((text) => `/*${text.replaceAll('*/', '')}*/`);
const lineOf = (begin: string) => value.map((text) => `${begin}${text.replaceAll('\n', ' ')}\n`);
const dollars = fc
  .tuple(fc.constantFrom('', 'tag', 'secret'), value)
  .map(([tag, text]) => `$${tag}$${text.replaceAll('$', '')}$${tag}$`);

/** Everything in which a statement may have a value, by what quotes its names. */
const VALUES: Readonly<Record<NameQuote, fc.Arbitrary<string>>> = {
  [POSTGRES]: fc.oneof(
    value.map(doubled("'")),
    value.map((text) => `E${escaped("'")(text)}`),
    value.map((text) => `U&${doubled("'")(text)}`),
    dollars,
    comment,
    comment.map((inner) => `/* ${inner} secret */`),
    lineOf('--'),
  ),
  [MYSQL]: fc.oneof(
    value.map(escaped("'")),
    value.map(escaped('"')),
    value.map((text) => `_utf8${escaped("'")(text)}`),
    comment,
    lineOf('-- '),
    lineOf('#'),
  ),
};

const WORDS = 'select SELECT insert into update delete from FROM table only distinct as where if exists create merge with';
const NAMES = ['a', 'b.c', '"a"', '`a`', '"a b"', '*', ',', '(', ')', '=', '1', '$1', '?', ';', '::int'];
const word = fc.constantFrom(...WORDS.split(' '), ...NAMES);

function statementOf(quote: NameQuote): fc.Arbitrary<string> {
  const names = word.filter((text) => !text.includes(quote === POSTGRES ? MYSQL : POSTGRES));
  const pieces = fc.array(fc.oneof({ arbitrary: names, weight: 3 }, VALUES[quote]), { maxLength: 15 });
  return fc
    .tuple(fc.constantFrom('select', 'insert into', 'update', 'delete from', ''), pieces)
    .map(([first, rest]) => [first, ...rest].join(' '));
}

describe('of any statement', () => {
  it.each([POSTGRES, MYSQL] as const)('sqlOperationOf never gives a value, where names are quoted by %s', (quote) => {
    const found = new Set<string>();
    fc.assert(
      fc.property(statementOf(quote), (statement) => {
        found.add(said(statement, quote));
        expect(said(statement, quote)).not.toContain('secret');
      }),
      { numRuns: 5000 },
    );
    // Or else it would have shown nothing.
    expect(found).toContain('SELECT a');
    expect(found).toContain('UPDATE b.c');
  });

  it('sqlOperationOf gives keywords of the list, and names that are in the statement', () => {
    const keywords = new Set<string>();
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), statementOf(POSTGRES)), (statement) => {
        const { keyword, table } = sqlOperationOf(statement, POSTGRES);
        keywords.add(keyword);
        if (table !== undefined) {
          expect(table).toMatch(/^[a-z_]\w*(\.[a-z_]\w*){0,2}$/i);
          expect(statement.replaceAll('"', '')).toContain(table);
        }
      }),
      { numRuns: 2000 },
    );
    for (const keyword of keywords) expect(keyword).toMatch(/^([A-Z]+|_OTHER)$/);
  });
});

describe('a long statement', () => {
  const columns = Array.from({ length: 200 }, (_, index) => `"column_${index}_${'x'.repeat(60)}"`).join(', ');

  it('sqlOperationOf parses a long statement up to a limit', () => {
    expect(said(`select ${columns} from users`, POSTGRES)).toBe('SELECT');
    expect(said(`select ${columns.slice(0, columns.indexOf(', "column_90_'))} from users`, POSTGRES)).toBe('SELECT users');
  });

  it('sqlOperationOf never gives a part of a name, wherever a long statement is cut', () => {
    const found = new Set<string>();
    const statement = 'select * from "some_schema"."a_long_name"';
    for (let length = 7970; length <= 8030; length += 1)
      found.add(said(`${statement.padStart(length)} where a = 'secret'`, POSTGRES));
    expect(found).toEqual(new Set(['SELECT some_schema.a_long_name', 'SELECT']));
  });

  it.each([
    ['blanks', ' '],
    ['parentheses', '('],
    ['calls', 'a('],
    ['closed calls', '(a)'],
    ['nested calls', '((a)'],
    ['quotes', '"'],
    ['quoted names', '"a" '],
    ['parameters', '$1 '],
    ['words', 'from '],
    ['comments', '/* a */'],
    ['nested comments', '/*'],
    ['lines', '--\n'],
    ['dots', 'a.'],
    ['letters', 'a'],
  ])('sqlOperationOf takes bounded time for a long statement of %s', (_, piece) => {
    const started = performance.now();
    for (const begin of ['', 'select ', 'select a from ', 'update ', 'insert into ', 'create table '])
      for (const quote of [POSTGRES, MYSQL] as const)
        for (const pieces of [100, 2000, 1_000_000]) sqlOperationOf(begin + piece.repeat(pieces), quote);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
