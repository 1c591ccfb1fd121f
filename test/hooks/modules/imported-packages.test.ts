// What a program imports is found in its text, however it is written and in whichever of its files.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagesImportedBy } from '../../../src/hooks/modules/imported-packages.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'promtel-imports-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return join(folder, Object.keys(files)[0]!);
}

describe('a program imports a package', () => {
  it.each([
    `import { Part } from 'shelf';`,
    `import {\n  Part,\n  type Other,\n} from "shelf/part";`,
    `import 'shelf';`,
    `export * from 'shelf';`,
    `const { Part } = await import('shelf');`,
    `import{Part}from"shelf";`,
  ])('as %j', (text) => {
    expect(packagesImportedBy(program({ 'main.js': text })).has('shelf')).toBe(true);
  });

  it.each([`import 'shelf-life';`, `import './shelf';`, `const shelf = 'shelf';`, '', `import x from '@my/shelf';`])(
    'not as %j',
    (text) => {
      expect(packagesImportedBy(program({ 'main.js': text })).has('shelf')).toBe(false);
    },
  );

  it.each([
    ['./part.js', 'part.js'],
    ['./part.js', 'part.ts'],
    ['./part.mjs', 'part.mts'],
    ['./part', 'part.ts'],
    ['./part', 'part.js'],
    ['./part', 'part/index.ts'],
    ['../other/part.mjs', '../other/part.mjs'],
  ])('in %s, which is %s', (specifier, file) => {
    const files = { 'src/main.ts': `import '${specifier}';`, [join('src', file)]: `import './main.ts'; import 'shelf';` };
    expect(packagesImportedBy(program(files)).has('shelf')).toBe(true);
  });

  it('not if its files are not there', () => {
    expect(packagesImportedBy(program({ 'main.js': `import './none.js'; import './main.js';` })).has('shelf')).toBe(false);
    expect(packagesImportedBy(join(folder, 'none.js')).has('shelf')).toBe(false);
  });
});
