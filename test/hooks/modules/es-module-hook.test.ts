// ES modules are loaded ahead of the programs that use them, and only of those; the program then has the very same module.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runToEnd } from '../../kit/apps/run-to-end.ts';

const hook = new URL('../../../build/hooks/modules/es-module-hook.js', import.meta.url).href;

/** Prints what it is told, at once. */
const PRELOAD = `
import { onEsModule } from '${hook}';
onEsModule({ package: 'shelf', file: 'lib/part.js' }, (exports, version) => console.log('told', version, typeof exports.Part));
`;

/** Whatever is loaded prints that it is, so the order shows whether the watcher came first. */
const PROGRAM = `import { Part } from 'shelf'; console.log('runs', typeof Part);`;

let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'promtel-es-modules-')));
  write('preload.mjs', PRELOAD);
  write('node_modules/shelf/package.json', { name: 'shelf', version: '1.2.3', type: 'module', exports: './lib/main.js' });
  write('node_modules/shelf/lib/main.js', `console.log('loads'); export { Part } from './part.js';`);
  write('node_modules/shelf/lib/part.js', `console.log('loads part'); export class Part {}`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, content: string | object): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
}

async function linesOf(program: string, option = '--import'): Promise<string[]> {
  // Node's advice to a program that does not say what it is.
  const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
  const args =
    option === ''
      ? []
      : [option, option === '--import' ? pathToFileURL(join(folder, 'preload.mjs')).href : join(folder, 'preload.mjs')];
  const { stdout, stderr, code } = await runToEnd([quiet, ...args, join(folder, program)]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout.trim().split('\n');
}

const AHEAD = ['loads part', 'told 1.2.3 function', 'loads', 'runs function'];
const UNTOLD = ['loads part', 'loads', 'runs function'];
const NEEDS = { dependencies: { shelf: '*' } };

describe('an ES module', () => {
  it.each(['--import', '--require'])('is told under %s before a program runs that imports its package', async (option) => {
    write('program.mjs', PROGRAM);
    expect(await linesOf('program.mjs', option)).toEqual(AHEAD);
  });

  it('is told before a program runs that imports it in another of its files', async () => {
    write('program.mjs', `import './lib/server.mjs';`);
    write('lib/server.mjs', `export * from '../lib/deep.mjs';`);
    write('lib/deep.mjs', PROGRAM);
    expect(await linesOf('program.mjs')).toEqual(AHEAD);
  });

  describe('that comes by another package', () => {
    beforeEach(() => {
      write('node_modules/between/package.json', { name: 'between', type: 'module', exports: './main.js' });
      write('node_modules/between/main.js', PROGRAM);
    });

    it.each([
      ['a folder above', { 'package.json': NEEDS, 'src/deep/package.json': { type: 'module' } }, AHEAD],
      ['its own folder', { 'src/deep/package.json': { type: 'module', peerDependencies: { shelf: '*' } } }, AHEAD],
      ['nobody', { 'package.json': { type: 'module', devDependencies: { shelf: '*' } } }, UNTOLD],
    ])('is told if the package.json of %s needs it', async (_place, manifests, lines) => {
      for (const [file, manifest] of Object.entries(manifests)) write(file, manifest);
      write('src/deep/program.js', `import 'between';`);
      expect(await linesOf('src/deep/program.js')).toEqual(lines);
    });
  });

  it('is told to a program that starts the watch itself', async () => {
    write('program.mjs', `import './preload.mjs'; ${PROGRAM}`);
    // Node 22 cannot load what an import under way is about to load; it does no harm there.
    const isNode22 = process.versions.node.startsWith('22.');
    expect(await linesOf('program.mjs', '')).toEqual(isNode22 ? UNTOLD : AHEAD);
  });

  it.each([
    ['a folder above', { 'package.json': { devDependencies: { shelf: '*' } }, 'src/deep/package.json': { type: 'module' } }],
    ['its own folder', { 'src/deep/package.json': { type: 'module', peerDependencies: { shelf: '*' } } }],
  ])('is told if the package.json of %s lists it', async (_place, manifests) => {
    for (const [file, manifest] of Object.entries(manifests)) write(file, manifest);
    write('src/deep/program.js', PROGRAM);
    expect(await linesOf('src/deep/program.js')).toEqual(AHEAD);
  });

  it('is told to a program that is an ES module by its syntax alone', async () => {
    write('program.js', PROGRAM);
    expect((await linesOf('program.js')).slice(0, 2)).toEqual(AHEAD.slice(0, 2));
  });

  it('is told to a program that CommonJS starts by import()', async () => {
    write('program.mjs', PROGRAM);
    write('start.cjs', `console.log('starts'); import('./program.mjs');`);
    expect(await linesOf('start.cjs')).toEqual(['starts', ...AHEAD]);
  });

  it('is told as CommonJS imports the package itself, whatever it lists', async () => {
    write('start.cjs', `console.log('starts'); import('shelf').then(({ Part }) => console.log('runs', typeof Part));`);
    expect(await linesOf('start.cjs')).toEqual(['starts', ...AHEAD]);
  });

  it('is not loaded for a CommonJS program, though that needs it', async () => {
    write('package.json', NEEDS);
    write('program.js', `console.log('runs');`);
    expect(await linesOf('program.js')).toEqual(['runs']);
  });

  it('is not loaded for a program that has it installed and makes no use of it', async () => {
    write('program.mjs', `import './lib/part.mjs'; // from shelf\nconsole.log('runs');`);
    write('lib/part.mjs', `import 'node:fs'; const shelf = "import 'shelves'";`);
    expect(await linesOf('program.mjs')).toEqual(['runs']);
  });

  it('is loaded for an installed program that needs it, and not for one beside it', async () => {
    write('package.json', NEEDS);
    for (const [name, manifest] of Object.entries({ needs: NEEDS, tool: {} })) {
      write(`node_modules/${name}/package.json`, { name, type: 'module', ...manifest });
      write(`node_modules/${name}/cli.js`, `console.log('runs');`);
    }
    expect(await linesOf('node_modules/needs/cli.js')).toEqual(['loads part', 'told 1.2.3 function', 'runs']);
    expect(await linesOf('node_modules/tool/cli.js')).toEqual(['runs']);
  });

  it('does not get in the way where it is needed but not installed', async () => {
    rmSync(join(folder, 'node_modules'), { recursive: true });
    write('package.json', NEEDS);
    write('program.mjs', `console.log('runs');`);
    expect(await linesOf('program.mjs')).toEqual(['runs']);
  });

  it('does not get in the way of a program that cannot be found', async () => {
    const { stderr, code } = await runToEnd([
      '--import',
      pathToFileURL(join(folder, 'preload.mjs')).href,
      join(folder, 'none.mjs'),
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('none.mjs') });
  });
});
