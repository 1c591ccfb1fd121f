// Every instrumentation keeps the contract of instrumentations: each has an exercise, or no library to exercise.
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Instrumentation } from '../../src/hooks/instrumentation.ts';
import { instrumentations } from '../../src/instrumentations/index.ts';
import { type Exercise, instrumentationOf } from '../kit/contracts/exercise.ts';
import { verifyInstrumentation } from '../kit/contracts/instrumentation-kit.ts';

/** Instrumentations without an exercise, and why. */
const NOT_EXERCISED: Readonly<Record<string, string>> = {
  'process.ts': 'reads the process when metrics are collected',
  'runtime.ts': 'reads the runtime when metrics are collected',
  'self.ts': 'reads the registry when metrics are collected',
  'system.ts': 'reads the machine when metrics are collected',
};

const folder = new URL('../../src/instrumentations/', import.meta.url);

/** Whether a file exports an instrumentation; others are parts of one. */
async function exportsInstrumentation(file: string): Promise<boolean> {
  const exports = Object.values((await import(new URL(file, folder).href)) as object) as unknown[];
  return exports.some((exported) => typeof (exported as Partial<Instrumentation> | null)?.attach === 'function');
}

const files: string[] = [];
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
  if (file.endsWith('.ts') && file !== 'index.ts' && (await exportsInstrumentation(file))) files.push(file);
}

it('the index of instrumentations has one for each file', async () => {
  const found = await Promise.all(files.map((file) => instrumentationOf(new URL(file, folder).href)));
  expect(new Set(instrumentations)).toEqual(new Set(found));
  expect(instrumentations).toHaveLength(files.length);
});

it('only instrumentations are listed as not exercised', () => {
  expect(files).toEqual(expect.arrayContaining(Object.keys(NOT_EXERCISED)));
});

for (const file of files) {
  const exerciseFile = new URL(`exercises/${basename(file)}`, import.meta.url);
  const hasExercise = existsSync(exerciseFile);
  const exercise = hasExercise ? ((await import(exerciseFile.href)) as { exercise: Exercise }).exercise : undefined;
  describe(basename(file, '.ts'), () => {
    it('has an exercise, or is listed as not exercised', () => {
      expect(hasExercise).toBe(!Object.hasOwn(NOT_EXERCISED, file));
    });
    if (exercise !== undefined) verifyInstrumentation({ module: new URL(file, folder), exerciseFile, exercise });
  });
}
