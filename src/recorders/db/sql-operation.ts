// What a metric may say of an SQL statement: its keyword from a fixed list and, in the simplest shapes, the table it is about.
//
// Nothing else of a statement is ever told, and what is not plain at first sight is left out: a name is taken only where no
// literal or comment can have come before it, so that none can be mistaken for a name.
import { OTHER } from '../../core/attribute.ts';

export interface SqlOperation {
  /** In upper case; `_OTHER` if it is no keyword that begins a statement. */
  readonly keyword: string;
  /** As it is written, without quotes; undefined if it cannot be told. */
  readonly table: string | undefined;
}

/** What names are quoted with: in MySQL, double quotes are for values. */
export type NameQuote = '"' | '`';

const DATA = 'SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT VALUES TABLE WITH COPY LOAD CALL DO HANDLER';
const SCHEMA = 'CREATE ALTER DROP TRUNCATE RENAME COMMENT GRANT REVOKE REASSIGN REFRESH IMPORT SECURITY INSTALL UNINSTALL';
const TRANSACTION = 'BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT RELEASE LOCK UNLOCK XA PREPARE DEALLOCATE EXECUTE';
const CURSOR = 'DECLARE FETCH MOVE CLOSE OPEN';
const SERVER = 'SET RESET SHOW USE EXPLAIN DESCRIBE DESC ANALYZE ANALYSE VACUUM REINDEX CLUSTER OPTIMIZE REPAIR CHECK CHECKSUM';
const SESSION = 'LISTEN NOTIFY UNLISTEN DISCARD CHECKPOINT FLUSH KILL PURGE CHANGE SHUTDOWN HELP SIGNAL RESIGNAL GET';
const KEYWORDS = [DATA, SCHEMA, TRANSACTION, CURSOR, SERVER, SESSION].flatMap((list) => list.split(' '));

/** By what is usually written, so that nothing is made of it. */
const knownKeywords = new Map(KEYWORDS.flatMap((keyword) => [keyword, keyword.toLowerCase()].map((text) => [text, keyword])));

/** Blanks, parentheses and comments, of which none may be nested: only PostgreSQL nests them. */
const LEAD = /(?:[\s(;]{1,1000}|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*)){0,1000}\*\/|--[^\r\n]{0,1000}\r?\n){0,20}/y;

const KEYWORD = /[A-Za-z]{2,12}(?![\w$])/y;

/** What follows each keyword up to the name of a table, and the name. */
const tablePatterns: Readonly<Record<NameQuote, ReadonlyMap<string, RegExp>>> = { '"': patternsFor('"'), '`': patternsFor('`') };

function patternsFor(quote: NameQuote): ReadonlyMap<string, RegExp> {
  const space = '\\s{1,100}';
  const part = `(?:[A-Za-z_]\\w{0,62}|${quote}[A-Za-z_]\\w{0,62}${quote})`;
  // Whole, and not a word that may stand before a name.
  const name = `(?!(?:ONLY|LATERAL|IF|LOW_PRIORITY|IGNORE|SELECT|VALUES|TABLE)\\b)(${part}(?:\\.${part}){0,2})(?=[\\s,;()]|$)`;
  const target = `${space}(?:ONLY${space})?${name}`;
  // What may be listed after SELECT: names, numbers, parameters, and calls of the same. No literal, no comment.
  const item = `[\\w\\s.,*=<>+%|:?@]|\\$\\d|${quote}[^"'\`\\\\]{0,100}${quote}`;
  const call = `\\((?:${item}|\\((?:${item}){0,100}\\)){0,200}\\)`;
  const list = `(?:${item}|${call}){0,1000}?`;
  // A name before a parenthesis is a function's, and what comes after DISTINCT FROM is compared.
  const from = `(?<!\\s|\\bDISTINCT)${space}FROM${target}(?!\\s{0,100}\\()`;
  const table = `${space}(?:(?:TEMPORARY|TEMP|UNLOGGED)${space})?TABLE(?:${space}IF${space}(?:NOT${space})?EXISTS)?${target}`;
  const sources: Readonly<Record<string, string>> = {
    SELECT: `(?=\\W)${list}${from}`,
    DELETE: from,
    INSERT: `(?:${space}IGNORE)?${space}INTO${target}`,
    REPLACE: `${space}INTO${target}`,
    MERGE: `${space}INTO${target}`,
    UPDATE: target,
    TABLE: target,
    CREATE: table,
    ALTER: table,
    DROP: table,
    TRUNCATE: table,
  };
  return new Map(Object.entries(sources).map(([keyword, source]) => [keyword, new RegExp(source, 'iy')]));
}

/** Characters of a statement that are looked at. */
const MOST_READ = 8000;

/** Reads a statement's beginning; the time that takes is bounded, whatever the statement. */
export function sqlOperationOf(whole: string, quote: NameQuote): SqlOperation {
  const statement = whole.length > MOST_READ ? whole.slice(0, MOST_READ) : whole;
  LEAD.lastIndex = 0;
  LEAD.test(statement);
  KEYWORD.lastIndex = LEAD.lastIndex;
  const written = KEYWORD.exec(statement)?.[0];
  if (written === undefined) return UNKNOWN;
  const keyword = knownKeywords.get(written) ?? knownKeywords.get(written.toUpperCase());
  if (keyword === undefined) return UNKNOWN;
  const pattern = tablePatterns[quote].get(keyword);
  if (pattern === undefined) return { keyword, table: undefined };
  pattern.lastIndex = KEYWORD.lastIndex;
  const table = pattern.exec(statement)?.[1];
  // What ends where the reading ends may be half a name.
  const isCut = pattern.lastIndex === statement.length && statement !== whole;
  return { keyword, table: table === undefined || isCut ? undefined : ownName(table.replaceAll(quote, '')) };
}

const UNKNOWN: SqlOperation = { keyword: OTHER, table: undefined };

const MOST_NAMES = 1000;

const names = new Map<string, string>();

/** The name as a string of its own: one that was cut out of a statement would keep all of that alive, values included. */
function ownName(cut: string): string {
  const known = names.get(cut);
  if (known !== undefined) return known;
  const own = Buffer.from(cut, 'latin1').toString('latin1');
  if (names.size < MOST_NAMES) names.set(own, own);
  return own;
}
