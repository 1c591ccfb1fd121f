// Every instrumentation there is keeps the contract of instrumentations, or is excused here for a reason.
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { instrumentations } from '../../src/instrumentations/index.ts';
import { instrumentationOf } from '../kit/exercise.ts';
import { verifyInstrumentation } from '../kit/instrumentation-kit.ts';

/** These listen to no library, so there is nothing to be exercised. */
const EXCUSED: Readonly<Record<string, string>> = {
  'process.ts': 'reads the process when metrics are collected',
  'runtime.ts': 'reads the runtime when metrics are collected',
  'self.ts': 'reads the registry when metrics are collected',
  'system.ts': 'reads the machine when metrics are collected',
};

const folder = new URL('../../src/instrumentations/', import.meta.url);
const files = readdirSync(folder).filter((file) => file !== 'index.ts');

it('is every instrumentation that there is a file of', async () => {
  const found = await Promise.all(files.map((file) => instrumentationOf(new URL(file, folder).href)));
  expect(new Set(instrumentations)).toEqual(new Set(found));
  expect(instrumentations).toHaveLength(files.length);
});

it('excuses only what there is', () => {
  expect(files).toEqual(expect.arrayContaining(Object.keys(EXCUSED)));
});

for (const file of files) {
  const exercise = new URL(`exercises/${file}`, import.meta.url);
  describe(file.replace('.ts', ''), () => {
    it('has an exercise, or else an excuse', () => {
      expect(existsSync(exercise)).toBe(!Object.hasOwn(EXCUSED, file));
    });
    if (existsSync(exercise)) verifyInstrumentation({ module: new URL(file, folder), exercise });
  });
}
