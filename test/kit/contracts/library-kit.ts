// The contract of a library's line in the index: by each of its signs, the library is noticed in time.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runToEnd } from '../apps/run-to-end.ts';
import type { Program } from '../programs.ts';
import { testWith } from '../with-program.ts';
import type { Exercise } from './exercise.ts';
import type { LibraryUse } from './library-use.ts';

export interface LibrarySubject {
  /** The file of the instrumentation, as in the index. */
  readonly file: string;
  readonly exerciseFile: URL;
  readonly exercise: Exercise;
  /** The signs that installed versions do not show. */
  readonly unnoticedSigns: readonly string[];
}

const script = fileURLToPath(new URL('library-use.ts', import.meta.url));

/** Defines the test that a library is noticed. */
export function verifyLibraryUse({ file, exerciseFile, exercise: { needs }, unnoticedSigns }: LibrarySubject): void {
  const title = `${file} is noticed by each of its signs when its exercise uses it, and attached in time to record everything`;
  const run = async (program?: Program): Promise<void> => {
    const args = [script, file, exerciseFile.href, ...(program ? [JSON.stringify(program)] : [])];
    const { stdout, stderr } = await runToEnd(args);
    expect(stderr).toBe('');
    const expected: LibraryUse = { unnoticedSigns, unrecordedMetrics: [] };
    expect(JSON.parse(stdout)).toEqual(expected);
  };
  if (needs === undefined) it(title, () => run());
  else testWith(needs, title, run);
}
