// Tests that need a real program: skipped where it is missing, with one line for all of them, and failed in CI.
import { afterAll, test } from 'vitest';
import { isCi } from './ci.ts';
import { findProgram, type MissingProgram, type Program, type ProgramName } from './programs.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a program that the test needs is missing. */
    missingProgram?: string;
  }
}

/** What a test that needs programs is given, by their names. */
export type Programs<Name extends ProgramName> = { readonly [One in Name]: Program<One> };

/** Defines a test that needs a program. */
export function testWith<Name extends ProgramName>(
  name: Name,
  title: string,
  run: (program: Program<Name>) => void | Promise<void>,
): void {
  testWithAll([name], title, (programs) => run(programs[name]));
}

/** Defines a test that needs several programs. */
export function testWithAll<Name extends ProgramName>(
  names: readonly Name[],
  title: string,
  run: (programs: Programs<Name>) => void | Promise<void>,
): void {
  const programs: Partial<Record<ProgramName, Program>> = {};
  for (const name of names) {
    const program = findProgram(name);
    if ('missing' in program) {
      testWithout(program, title);
      return;
    }
    programs[name] = program;
  }
  test(title, () => run(programs as Programs<Name>));
}

function testWithout({ missing }: MissingProgram, title: string): void {
  if (!isCi()) {
    test.skip(title, { meta: { missingProgram: missing } }, () => {});
    return;
  }
  test(title, () => {
    throw new Error(missing);
  });
}

/**
 * Defines tests that need a program and share a server of it, which is started for the first of them and stopped after the last of
 * the file or of the `describe`.
 */
export function testsWithServer<Name extends ProgramName, Server extends AsyncDisposable>(
  name: Name,
  start: (program: Program<Name>) => Promise<Server>,
): (title: string, run: (server: Server, program: Program<Name>) => Promise<void>) => void {
  let server: Promise<Server> | undefined;
  afterAll(async () => (await server)?.[Symbol.asyncDispose]());
  return (title, run) => testWith(name, title, async (program) => run(await (server ??= start(program)), program));
}
