// Every instrumentation there is keeps the contract of instrumentations, or is excused here for a reason.
import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Instrumentation } from '../../src/hooks/instrumentation.ts';
import { instrumentations } from '../../src/instrumentations/index.ts';
import { instrumentationOf } from '../kit/contracts/exercise.ts';
import { verifyInstrumentation } from '../kit/contracts/instrumentation-kit.ts';

/** These listen to no library, so there is nothing to be exercised. */
const EXCUSED: Readonly<Record<string, string>> = {
  'process.ts': 'reads the process when metrics are collected',
  'runtime.ts': 'reads the runtime when metrics are collected',
  'self.ts': 'reads the registry when metrics are collected',
  'system.ts': 'reads the machine when metrics are collected',
};

const folder = new URL('../../src/instrumentations/', import.meta.url);

/** Whether a file is a library's own; what else it needs lies beside it. */
async function exportsInstrumentation(file: string): Promise<boolean> {
  const exports = Object.values((await import(new URL(file, folder).href)) as object) as unknown[];
  return exports.some((exported) => typeof (exported as Partial<Instrumentation> | null)?.attach === 'function');
}

const files: string[] = [];
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
  if (file.endsWith('.ts') && file !== 'index.ts' && (await exportsInstrumentation(file))) files.push(file);
}

it('is every instrumentation that there is a file of', async () => {
  const found = await Promise.all(files.map((file) => instrumentationOf(new URL(file, folder).href)));
  expect(new Set(instrumentations)).toEqual(new Set(found));
  expect(instrumentations).toHaveLength(files.length);
});

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
