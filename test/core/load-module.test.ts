// loadModule: a file is the module that others import, and one that is missing is named.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModule } from '../../src/core/load-module.ts';

let folder = '';
let importer = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'promtel-load-'));
  importer = pathToFileURL(join(folder, 'importer.mjs')).href;
  writeFileSync(join(folder, 'state.mjs'), 'export const state = {};');
  writeFileSync(join(folder, 'user.mjs'), `export { state } from './state.mjs';`);
  writeFileSync(join(folder, 'broken.mjs'), `throw new Error('broken on purpose');`);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('loadModule shares what a file imports with those that import it too', () => {
  const { state } = createRequire(importer)('./state.mjs') as { readonly state: object };
  expect((loadModule('./user.mjs', importer) as { readonly state: object }).state).toBe(state);
});

it('loadModule throws where a file is missing or fails, and says why', () => {
  expect(() => loadModule('./none.mjs', importer)).toThrow("Cannot find module './none.mjs'");
  expect(() => loadModule('./broken.mjs', importer)).toThrow('broken on purpose');
});
