// Every instrumentation keeps the contract of instrumentations: each has an exercise, or no library to exercise.
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Instrumentation } from '../../src/hooks/instrumentation.ts';
import { libraries, loadInstrumentation, nodeInstrumentations, readAtCollection } from '../../src/instrumentations/index.ts';
import { channelsOf, type Exercise, instrumentationOf, packagesOf } from '../kit/contracts/exercise.ts';
import { verifyInstrumentation } from '../kit/contracts/instrumentation-kit.ts';
import { verifyLibraryUse } from '../kit/contracts/library-kit.ts';

/** Instrumentations without an exercise, and why. */
const NOT_EXERCISED: Readonly<Record<string, string>> = {
  'process.ts': 'reads the process when metrics are collected',
  'runtime.ts': 'reads the runtime when metrics are collected',
  'self.ts': 'reads the registry when metrics are collected',
  'system.ts': 'reads the machine when metrics are collected',
};

/** Signs in the index that no installed version of the library shows, by the instrumentation's file, and why. */
const UNNOTICED_SIGNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'ioredis/ioredis': { 'ioredis/built/redis/index.js': 'is in version 4' },
  redis: { 'redis/index.js': 'is in versions up to 3' },
};

/** These name the instrumentations of other files. */
const LISTS = new Set(['index.ts', 'at-collection.ts']);

const folder = new URL('../../src/instrumentations/', import.meta.url);

/** Whether a file exports an instrumentation; others are parts of one. */
async function exportsInstrumentation(file: string): Promise<boolean> {
  const exports = Object.values((await import(new URL(file, folder).href)) as object) as unknown[];
  return exports.some((exported) => typeof (exported as Partial<Instrumentation> | null)?.attach === 'function');
}

/** The file of an instrumentation's exercise, and the exercise, if it has one. */
async function exerciseFor(file: string): Promise<{ exerciseFile: URL; exercise: Exercise | undefined }> {
  const exerciseFile = new URL(`exercises/${basename(file, '.ts')}.ts`, import.meta.url);
  if (!existsSync(exerciseFile)) return { exerciseFile, exercise: undefined };
  return { exerciseFile, exercise: ((await import(exerciseFile.href)) as { exercise: Exercise }).exercise };
}

const files: string[] = [];
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
  if (file.endsWith('.ts') && !LISTS.has(file) && (await exportsInstrumentation(file))) files.push(file);
}

const later = [...readAtCollection, ...libraries];

it('the index of instrumentations has one for each file', async () => {
  const found = await Promise.all(files.map((file) => instrumentationOf(new URL(file, folder).href)));
  const listed = [...nodeInstrumentations, ...later.map(loadInstrumentation)];
  expect(listed.map(describeTarget).toSorted()).toEqual(found.map(describeTarget).toSorted());
});

function describeTarget({ name, target, metrics }: Instrumentation): string {
  return [name, target.package, ...metrics.map((metric) => metric.name).toSorted()].join(' ');
}

for (const { name, file, packages = {}, channels = [], hasEsModules = false } of libraries) {
  const { exerciseFile, exercise } = await exerciseFor(file);
  describe(`the line of ${file} in the index`, () => {
    it('has the name that the instrumentation has', async () => {
      expect((await instrumentationOf(new URL(`${file}.ts`, folder).href)).name).toBe(name);
    });

    it('names every package that is patched, and whether it has ES modules', async () => {
      const patched = packagesOf(await instrumentationOf(new URL(`${file}.ts`, folder).href));
      expect(Object.keys(packages).toSorted()).toEqual([...new Set(patched.map((one) => one.package))].toSorted());
      expect(hasEsModules).toBe(patched.some(({ esFile }) => esFile !== undefined));
    });

    it('names channels on which the instrumentation listens', async () => {
      const all = channelsOf(await instrumentationOf(new URL(`${file}.ts`, folder).href));
      expect(all).toEqual(expect.arrayContaining([...channels]));
      expect(channels.length > 0).toBe(all.length > 0);
    });

    const unnoticedSigns = Object.keys(UNNOTICED_SIGNS[file] ?? {});
    if (exercise !== undefined) verifyLibraryUse({ file, exerciseFile, exercise, unnoticedSigns });
  });
}

it('only instrumentations are listed as not exercised, or as having signs that are not shown', () => {
  expect(files).toEqual(expect.arrayContaining(Object.keys(NOT_EXERCISED)));
  expect(libraries.map(({ file }) => file)).toEqual(expect.arrayContaining(Object.keys(UNNOTICED_SIGNS)));
});

for (const file of files) {
  const { exerciseFile, exercise } = await exerciseFor(file);
  describe(basename(file, '.ts'), () => {
    it('has an exercise, or is listed as not exercised', () => {
      expect(exercise !== undefined).toBe(!Object.hasOwn(NOT_EXERCISED, file));
    });
    if (exercise !== undefined) verifyInstrumentation({ module: new URL(file, folder), exerciseFile, exercise });
  });
}
