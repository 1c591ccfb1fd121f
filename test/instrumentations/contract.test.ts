// Every instrumentation there is keeps the contract of instrumentations, or is excused here for a reason.
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Instrumentation } from '../../src/hooks/instrumentation.ts';
import { libraries, loadInstrumentation, nodeInstrumentations, readAtCollection } from '../../src/instrumentations/index.ts';
import { channelsOf, instrumentationOf, packagesOf } from '../kit/contracts/exercise.ts';
import { verifyInstrumentation } from '../kit/contracts/instrumentation-kit.ts';

/** These listen to no library, so there is nothing to be exercised. */
const EXCUSED: Readonly<Record<string, string>> = {
  'process.ts': 'reads the process when metrics are collected',
  'runtime.ts': 'reads the runtime when metrics are collected',
  'self.ts': 'reads the registry when metrics are collected',
  'system.ts': 'reads the machine when metrics are collected',
};

/** These name the instrumentations of other files. */
const LISTS = new Set(['index.ts', 'at-collection.ts']);

const folder = new URL('../../src/instrumentations/', import.meta.url);

/** Whether a file is a library's own; what else it needs lies beside it. */
async function exportsInstrumentation(file: string): Promise<boolean> {
  const exports = Object.values((await import(new URL(file, folder).href)) as object) as unknown[];
  return exports.some((exported) => typeof (exported as Partial<Instrumentation> | null)?.attach === 'function');
}

const files: string[] = [];
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
  if (file.endsWith('.ts') && !LISTS.has(file) && (await exportsInstrumentation(file))) files.push(file);
}

const later = [...readAtCollection, ...libraries];

it('is every instrumentation that there is a file of', async () => {
  const found = await Promise.all(files.map((file) => instrumentationOf(new URL(file, folder).href)));
  const listed = [...nodeInstrumentations, ...later.map(loadInstrumentation)];
  expect(listed.map(describeTarget).toSorted()).toEqual(found.map(describeTarget).toSorted());
});

function describeTarget({ name, target, metrics }: Instrumentation): string {
  return [name, target.package, ...metrics.map((metric) => metric.name).toSorted()].join(' ');
}

for (const { name, file, packages = {}, channels = [], hasEsModules = false } of libraries) {
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
  });
}

it('excuses only what there is', () => {
  expect(files).toEqual(expect.arrayContaining(Object.keys(EXCUSED)));
});

for (const file of files) {
  const exercise = new URL(`exercises/${basename(file)}`, import.meta.url);
  describe(basename(file, '.ts'), () => {
    it('has an exercise, or else an excuse', () => {
      expect(existsSync(exercise)).toBe(!Object.hasOwn(EXCUSED, file));
    });
    if (existsSync(exercise)) verifyInstrumentation({ module: new URL(file, folder), exercise });
  });
}
