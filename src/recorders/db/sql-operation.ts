// Parses what a metric may have of an SQL statement: its keyword, from a fixed list, and in the simplest forms its table.
//
// Nothing else of a statement is ever recorded, and what is not certain is left out: a name counts only where no literal or
// comment can have come before it, so that none can be mistaken for a name.
import { OTHER } from '../../core/attribute.ts';

export interface SqlOperation {
  /** In upper case; `_OTHER` if it is no keyword that begins a statement. */
  readonly keyword: string;
  /** As it is written, without quotes; undefined if it is not certain. */
  readonly table: string | undefined;
}

/** What quotes names: in MySQL, double quotes are for values. */
export type NameQuote = '"' | '`';

const DATA = 'SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT VALUES TABLE WITH COPY LOAD CALL DO HANDLER';
const SCHEMA = 'CREATE ALTER DROP TRUNCATE RENAME COMMENT GRANT REVOKE REASSIGN REFRESH IMPORT SECURITY INSTALL UNINSTALL';
const TRANSACTION = 'BEGIN START COMMIT END ROLLBACK ABORT SAVEPOINT RELEASE LOCK UNLOCK XA PREPARE DEALLOCATE EXECUTE';
const CURSOR = 'DECLARE FETCH MOVE CLOSE OPEN';
const SERVER = 'SET RESET SHOW USE EXPLAIN DESCRIBE DESC ANALYZE ANALYSE VACUUM REINDEX CLUSTER OPTIMIZE REPAIR CHECK CHECKSUM';
const SESSION = 'LISTEN NOTIFY UNLISTEN DISCARD CHECKPOINT FLUSH KILL PURGE CHANGE SHUTDOWN HELP SIGNAL RESIGNAL GET';
const KEYWORDS = [DATA, SCHEMA, TRANSACTION, CURSOR, SERVER, SESSION].flatMap((list) => list.split(' '));

/** By their usual spellings, so that no string is made to look one up. */
const knownKeywords = new Map(KEYWORDS.flatMap((keyword) => [keyword, keyword.toLowerCase()].map((text) => [text, keyword])));

/** Spaces, parentheses and comments; no nested ones, which only PostgreSQL has. */
const LEAD = /(?:[\s(;]{1,1000}|\/\*(?:[^*/]|\*(?!\/)|\/(?!\*)){0,1000}\*\/|--[^\r\n]{0,1000}\r?\n){0,20}/y;

const KEYWORD = /[A-Za-z]{2,12}(?![\w$])/y;

/** For each keyword, what follows up to the name of a table, and the name. */
const tablePatterns: Readonly<Record<NameQuote, ReadonlyMap<string, RegExp>>> = { '"': patternsFor('"'), '`': patternsFor('`') };

function patternsFor(quote: NameQuote): ReadonlyMap<string, RegExp> {
  const space = '\\s{1,100}';
  const part = `(?:[A-Za-z_]\\w{0,62}|${quote}[A-Za-z_]\\w{0,62}${quote})`;
  // The whole name, and no keyword that may come before one.
  const name = `(?!(?:ONLY|LATERAL|IF|LOW_PRIORITY|IGNORE|SELECT|VALUES|TABLE)\\b)(${part}(?:\\.${part}){0,2})(?=[\\s,;()]|$)`;
  const target = `${space}(?:ONLY${space})?${name}`;
  // What may be listed after SELECT: names, numbers, parameters, and function calls of these. No literal, no comment.
  const item = `[\\w\\s.,*=<>+%|:?@]|\\$\\d|${quote}[^"'\`\\\\]{0,100}${quote}`;
  const call = `\\((?:${item}|\\((?:${item}){0,100}\\)){0,200}\\)`;
  const list = `(?:${item}|${call}){0,1000}?`;
  // A name before a parenthesis is a function's, and DISTINCT FROM is a comparison.
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

/** How many characters of a statement are parsed. */
const MOST_READ = 8000;

/** Parses the beginning of a statement, in bounded time whatever the statement. */
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
  // A name that ends where the statement was cut may be incomplete.
  const isCut = pattern.lastIndex === statement.length && statement !== whole;
  return { keyword, table: table === undefined || isCut ? undefined : ownName(table.replaceAll(quote, '')) };
}

const UNKNOWN: SqlOperation = { keyword: OTHER, table: undefined };

const MOST_NAMES = 1000;

const names = new Map<string, string>();

/** A copy of the name: a slice would keep the whole statement in memory, values included. */
function ownName(cut: string): string {
  const known = names.get(cut);
  if (known !== undefined) return known;
  const own = Buffer.from(cut, 'latin1').toString('latin1');
  if (names.size < MOST_NAMES) names.set(own, own);
  return own;
}
