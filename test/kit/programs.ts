// Finds the real programs that tests run promtel against, with their tools, and makes sure that they start.
//
// Where a program is missing, its tests are skipped, with one line for all of them; in CI they fail: see with-program.ts.
// PROMTEL_TEST_HIDE_PROGRAMS, set to `all` or to names separated by commas, hides programs that are installed, so that the tests
// run as they do on a machine without them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { SERVER_USER } from './servers/server-folder.ts';

type Env = Readonly<Record<string, string | undefined>>;

const HIDE = 'PROMTEL_TEST_HIDE_PROGRAMS';

const HOW_TO_INSTALL = '.ci/install-programs installs it (Debian)';

/** Where `.ci/install-programs` puts its Python. */
const PYTHON_HOME = process.env['PROMTEL_PYTHON_HOME'] ?? join(homedir(), '.cache/promtel/python');

/** Where it puts the MongoDB server that it builds. */
const MONGO_HOME = process.env['PROMTEL_MONGO_HOME'] ?? join(homedir(), '.cache/promtel/mongo');

const MONGO_SERVER = ['-cp', [MONGO_HOME, join(MONGO_HOME, '*')].join(delimiter), 'MongoServerMain'];

interface ProgramSpec {
  /** The paths where it may be, the preferred one first. */
  places(env: Env): readonly string[];
  /** What tests run beside it, from its own folder or from the search path. */
  readonly tools: readonly string[];
  /** Arguments with which it does nothing and exits with 0. */
  readonly trial: readonly string[];
  /** Whether it refuses to run as root. */
  readonly isDatabase?: true;
}

const PROGRAMS = {
  promtool: { places: (env) => onPath('promtool', env), tools: [], trial: ['--version'] },
  prometheus: { places: (env) => onPath('prometheus', env), tools: [], trial: ['--version'] },
  'redis-server': { places: (env) => onPath('redis-server', env), tools: ['redis-cli'], trial: ['--version'] },
  postgres: {
    places: (env) => [...onPath('postgres', env), ...inVersions('/usr/lib/postgresql', 'bin/postgres')],
    tools: ['initdb', 'pg_isready'],
    trial: ['--version'],
    isDatabase: true,
  },
  mariadbd: {
    places: (env) => [...onPath('mariadbd', env), '/usr/sbin/mariadbd'].filter(isExecutable),
    tools: ['mariadb-install-db', 'mariadb'],
    trial: ['--version'],
    isDatabase: true,
  },
  /** Its path is that of the Java which runs it. */
  'mongo-java-server': {
    places: (env) => (existsSync(join(MONGO_HOME, 'MongoServerMain.class')) ? onPath('java', env) : []),
    tools: [],
    // It ends with its standard input, which is empty.
    trial: [...MONGO_SERVER, '0'],
  },
  /** One that has prometheus_client. */
  python: {
    places: (env) => [join(PYTHON_HOME, 'bin/python'), ...onPath('python3', env)].filter(isExecutable),
    tools: [],
    trial: ['-c', 'import prometheus_client.openmetrics.parser'],
  },
} as const satisfies Record<string, ProgramSpec>;

export type ProgramName = keyof typeof PROGRAMS;

type ToolName<Name extends ProgramName> = (typeof PROGRAMS)[Name]['tools'][number];

/** An available program. Functions that start a server require one, so that every test checks for it first. */
export interface Program<Name extends ProgramName = ProgramName> {
  readonly name: Name;
  readonly path: string;
  /** The path of each of its tools. */
  readonly tools: Readonly<Record<ToolName<Name>, string>>;
}

export interface MissingProgram {
  /** Why it cannot be used, and what to do about it. */
  readonly missing: string;
}

const found = new Map<ProgramName, Program | MissingProgram>();

/** A program, or why it cannot be used. */
export function findProgram<Name extends ProgramName>(name: Name): Program<Name> | MissingProgram {
  if (!found.has(name)) found.set(name, lookUp(name, process.env));
  return found.get(name) as Program<Name> | MissingProgram;
}

/** Looks for a program, without remembering it. */
export function lookUp(name: ProgramName, env: Env): Program | MissingProgram {
  if (hiddenBy(env).has(name)) return { missing: `${name} is hidden by ${HIDE}` };
  const spec: ProgramSpec = PROGRAMS[name];
  let missing = `${name} is not installed`;
  for (const path of spec.places(env)) {
    try {
      start(path, spec.trial, spec);
      return { name, path, tools: toolsOf(path, spec, env) };
    } catch (error) {
      missing = `${name} cannot be used: ${(error as Error).message}`;
    }
  }
  return { missing: `${missing}; ${HOW_TO_INSTALL}` };
}

/** The arguments with which Java starts the MongoDB server, on a port or on 0 for any that is free. */
export function mongoArguments(port: number): string[] {
  return [...MONGO_SERVER, String(port)];
}

function hiddenBy(env: Env): ReadonlySet<string> {
  const names = (env[HIDE] ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => name !== 'all' && !Object.hasOwn(PROGRAMS, name));
  if (unknown !== undefined)
    throw new Error(`${HIDE}: ${unknown} is no program of the tests; give all, or some of ${Object.keys(PROGRAMS).join(', ')}`);
  return new Set(names.includes('all') ? Object.keys(PROGRAMS) : names);
}

function toolsOf(program: string, spec: ProgramSpec, env: Env): Program['tools'] {
  const tools: Record<string, string> = {};
  for (const tool of spec.tools) {
    const path = [join(dirname(realpathSync(program)), tool), ...onPath(tool, env)].find(isExecutable);
    if (path === undefined) throw new Error(`${tool} is not installed`);
    // Not every tool exits with 0 when it has said how it is used.
    start(path, ['--help'], spec, { anyStatus: true });
    tools[tool] = path;
  }
  return tools as Program['tools'];
}

/** Runs a program until it exits; throws if it cannot be started, or fails. */
function start(path: string, args: readonly string[], { isDatabase }: ProgramSpec, { anyStatus = false } = {}): void {
  const user = isDatabase === true ? SERVER_USER : {};
  const { error, status } = spawnSync(path, args, { ...user, cwd: tmpdir(), stdio: 'ignore', timeout: 30_000 });
  if (error !== undefined) throw new Error(`${path} does not start: ${error.message}`);
  if (status !== 0 && !anyStatus) throw new Error(`${path} ${args.join(' ')} exits with ${status}`);
}

function onPath(program: string, env: Env): string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).filter(isExecutable);
}

/** A program that Debian keeps in a folder of its version, the newest first. */
function inVersions(folder: string, program: string): string[] {
  const versions = existsSync(folder) ? readdirSync(folder).toSorted().toReversed() : [];
  return versions.map((version) => join(folder, version, program)).filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
