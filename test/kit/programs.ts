// Finds the real programs that tests run promtel against. Without one, its tests are skipped in one line; in CI they fail.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'vitest';

const HOW_TO_GET = 'run .ci/install-programs (Debian)';

/** Where `.ci/install-programs` puts its Python. */
const PYTHON_HOME = process.env['PROMTEL_PYTHON_HOME'] ?? join(homedir(), '.cache/promtel/python');

/** Where it puts the MongoDB server that it builds. */
export const MONGO_HOME = process.env['PROMTEL_MONGO_HOME'] ?? join(homedir(), '.cache/promtel/mongo');

/** Each program by what finds it: a path, or undefined where it is not there. */
const FINDERS = {
  promtool: () => onPath('promtool'),
  prometheus: () => onPath('prometheus'),
  'redis-server': () => onPath('redis-server'),
  'redis-cli': () => onPath('redis-cli'),
  postgres: () => onPath('postgres') ?? inDebian('/usr/lib/postgresql', 'bin/postgres'),
  mariadbd: () => onPath('mariadbd') ?? inDebian('/usr', 'sbin/mariadbd'),
  /** The Java that runs it. */
  'mongo-java-server': () => (existsSync(join(MONGO_HOME, 'MongoServerMain.class')) ? onPath('java') : undefined),
  /** A Python that has prometheus_client. */
  python: () =>
    [join(PYTHON_HOME, 'bin/python'), onPath('python3')].find((python) => python !== undefined && hasPrometheusClient(python)),
} satisfies Record<string, () => string | undefined>;

export type ProgramName = keyof typeof FINDERS;

const found = new Map<ProgramName, string | undefined>();

/** The path of a program; undefined where it is not there. */
export function findProgram(name: ProgramName): string | undefined {
  if (!found.has(name)) found.set(name, FINDERS[name]());
  return found.get(name);
}

/** Defines a test that needs a program and is handed its path. */
export function testWith(name: ProgramName, title: string, run: (program: string) => void | Promise<void>): void {
  const program = findProgram(name);
  if (program !== undefined) {
    test(title, () => run(program));
    return;
  }
  const missing = `${name} is not there: ${HOW_TO_GET}`;
  if (process.env['CI'] === 'true') {
    test(title, () => {
      throw new Error(missing);
    });
    return;
  }
  console.log(`skipped "${title}": ${missing}`);
  test.skip(title);
}

/** A program that Debian keeps out of the search path, in a folder or in one of a version within it. */
function inDebian(folder: string, program: string): string | undefined {
  const versions = existsSync(folder) ? readdirSync(folder).toSorted().toReversed() : [];
  return ['.', ...versions].map((version) => join(folder, version, program)).find(isExecutable);
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasPrometheusClient(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import prometheus_client.openmetrics.parser'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
