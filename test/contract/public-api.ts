// The public API as text: every exported name of an entry with its type, however it is called and wherever it lies inside.
//
// It is read from the declaration files that tsc writes. A type that is not exported has a number instead of its name, parameters
// have no name, private members and comments are left out, so that only what an application can see makes a difference.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A declaration in a file; `*` for a name that no file of the package declares. */
interface Place {
  readonly file: string;
  readonly name: string;
}

interface DeclarationFile {
  /** The declarations by their local name, as tokens. */
  readonly declared: ReadonlyMap<string, readonly string[]>;
  readonly imported: ReadonlyMap<string, Place>;
  /** What the file exports from others, by the name that it gives it. */
  readonly reExported: ReadonlyMap<string, Place>;
  readonly exported: readonly string[];
}

/** The types of an entry's exports, by name, sorted. `entry` is a declaration file. */
export function publicApi(entry: string): Record<string, string> {
  const files = new Map<string, DeclarationFile>();
  const open = (file: string): DeclarationFile => {
    const known = files.get(file) ?? readDeclarations(file);
    files.set(file, known);
    return known;
  };
  const { exported, reExported } = open(entry);
  const places = new Map<string, Place>([
    ...reExported,
    ...exported.map((name): [string, Place] => [name, { file: entry, name }]),
  ]);
  const publicNames = new Map([...places].map(([name, place]) => [keyOf(place), name]));
  return Object.fromEntries(
    [...places]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, place]) => [name, new Description(open, publicNames).of(place)]),
  );
}

const keyOf = ({ file, name }: Place): string => `${file} ${name}`;

/** The text of one export, and of what it refers to that is not exported. */
class Description {
  readonly #open;
  readonly #publicNames;
  readonly #internal = new Map<string, number>();
  readonly #queue: Place[] = [];

  constructor(open: (file: string) => DeclarationFile, publicNames: ReadonlyMap<string, string>) {
    this.#open = open;
    this.#publicNames = publicNames;
  }

  of(place: Place): string {
    this.#internal.set(keyOf(place), 0);
    this.#queue.push(place);
    const texts: string[] = [];
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) texts.push(this.#textOf(next));
    return texts.join(' ; ');
  }

  #textOf(place: Place): string {
    const tokens = this.#open(place.file).declared.get(place.name);
    if (tokens === undefined) throw new Error(`${place.file} does not declare ${place.name}`);
    const text: string[] = [];
    const brackets: string[] = [];
    for (let index = 0; index < tokens.length; index += 1) {
      const token = tokens[index]!;
      const before = tokens[index - 1] ?? '';
      const after = tokens[index + 1] ?? '';
      if ('({[<'.includes(token)) brackets.push(token);
      if (')}]>'.includes(token)) brackets.pop();
      if (token === 'import' && after === '(') {
        // import ( "./file.ts" ) . Name
        text.push(this.#nameOf({ file: fileOf(place.file, tokens[index + 2]!), name: tokens[index + 5]! }));
        index += 5;
      } else if (!/^[A-Za-z_$]/.test(token) || before === '.') text.push(token);
      else if (isParameter(brackets.at(-1), before, after)) text.push(token === 'this' ? token : '_');
      else if (isMember(brackets.at(-1), before, after)) text.push(token);
      else text.push(this.#resolve(place.file, token));
    }
    return text.join(' ');
  }

  #resolve(file: string, name: string): string {
    const { declared, imported } = this.#open(file);
    if (declared.has(name)) return this.#nameOf({ file, name });
    const place = imported.get(name);
    return place === undefined ? name : this.#nameOf(place);
  }

  #nameOf(place: Place): string {
    if (!place.file.endsWith('.d.ts')) return place.name;
    const key = keyOf(place);
    const known = this.#internal.get(key);
    if (known !== undefined) return `#${known}`;
    const publicName = this.#publicNames.get(key);
    if (publicName !== undefined) return publicName;
    this.#internal.set(key, this.#internal.size);
    this.#queue.push(place);
    return `#${this.#internal.get(key)}`;
  }
}

function isParameter(bracket: string | undefined, before: string, after: string): boolean {
  return bracket === '(' && ['(', ',', '...'].includes(before) && [':', '?'].includes(after);
}

function isMember(bracket: string | undefined, before: string, after: string): boolean {
  return bracket === '{' && ['{', ';', '}', 'readonly', 'get', 'set'].includes(before) && [':', '?', '(', '<'].includes(after);
}

/** `./metric.ts` as `file` imports it; the specifier of a package as it is. */
function fileOf(file: string, quoted: string): string {
  const specifier = quoted.slice(1, -1);
  return specifier.startsWith('.') ? join(dirname(file), specifier.replace(/\.ts$/, '.d.ts')) : specifier;
}

const FROM = /^(import|export) (?:type )?\{([^}]*)\} from ('[^']+');$/;
const DECLARATION = /^(export )?(?:declare )?(?:abstract )?(?:type|interface|class|const|function) ([\w$]+)/;

function readDeclarations(file: string): DeclarationFile {
  const text = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const declared = new Map<string, string[]>();
  const imported = new Map<string, Place>();
  const reExported = new Map<string, Place>();
  const exported: string[] = [];
  for (const statement of statementsOf(text)) {
    const from = FROM.exec(statement);
    if (from !== null) {
      const target = from[1] === 'import' ? imported : reExported;
      for (const [name, alias] of namesOf(from[2]!)) target.set(alias, { file: fileOf(file, from[3]!), name });
      continue;
    }
    const declaration = DECLARATION.exec(statement);
    if (declaration === null) continue;
    const [start, isExported, name] = declaration;
    if (isExported !== undefined && !exported.includes(name!)) exported.push(name!);
    const kind = start.replace('export ', '').replace('declare ', '').replace(name!, '').trim();
    const tokens = [...kind.split(' '), ...tokensOf(visible(statement.slice(start.length)))];
    declared.set(name!, [...(declared.get(name!) ?? []), ...tokens]);
  }
  return { declared, imported, reExported, exported };
}

/** The statements of a file, each on one line. Those of a declaration file begin at the start of a line. */
function statementsOf(text: string): string[] {
  return text
    .split(/\n(?=\S)(?!\}|\))/)
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

/** `A, type B as C` as pairs of name and alias. */
function namesOf(list: string): [string, string][] {
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => item.split(' as '))
    .map(([name, alias = name]) => [name!, alias!]);
}

/** Without private members, and without the briefs of metrics, which are text for people. */
function visible(declaration: string): string {
  return declaration
    .replace(/#private;/g, '')
    .replace(/private (?:readonly )?[\w$]+;/g, '')
    .replace(/readonly (?:brief|note): (?:'[^']*'|"[^"]*");/g, '');
}

function tokensOf(text: string): string[] {
  return [...text.matchAll(/'[^']*'|"[^"]*"|[A-Za-z_$][\w$]*|\d[\d._]*|=>|\.\.\.|[^\s]/g)].map(([token]) =>
    token.replaceAll("'", '"'),
  );
}
