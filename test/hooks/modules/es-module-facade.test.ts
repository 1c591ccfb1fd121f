// A function that an ES module exports can be replaced for the programs that import it, and nothing else about the module changes.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runToEnd } from '../../kit/apps/run-to-end.ts';

const build = new URL('../../../build', import.meta.url).href;

/** Two listen; the second would be content with the module as it is. */
const PRELOAD = `
import { onEsModule } from '${build}/hooks/modules/es-module-hook.js';
import { onProblem } from '${build}/core/problem.js';
onProblem(({ subject, message }) => console.log(subject, message));
const shelf = { package: 'shelf', file: 'main.js' };
onEsModule({ ...shelf, replaces: ['add'] }, (exports) => {
  const { add } = exports;
  exports.add = function (...values) { return [this?.name ?? 'none', 'replaced', add.apply(this, values)].join(' '); };
  globalThis.putBack = () => { exports.add = add; };
});
onEsModule(shelf, (exports) => console.log('told', exports.twice(2)));
`;

const SHELF = `
console.log('loads');
export function add(left, right) { return left + right; }
export const twice = (value) => add(value, value);
export class Book {}
`;

let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'promtel-facade-')));
  write('preload.mjs', PRELOAD);
  write(
    'node_modules/shelf/package.json',
    JSON.stringify({ name: 'shelf', version: '1.2.3', type: 'module', exports: './main.js' }),
  );
  write('node_modules/shelf/main.js', SHELF);
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

async function linesOf(program: string, ...before: string[]): Promise<string[]> {
  write('program.mjs', program);
  const imports = [...before, 'preload.mjs'].flatMap((file) => ['--import', pathToFileURL(join(folder, file)).href]);
  const { stdout, stderr, code } = await runToEnd([...imports, join(folder, 'program.mjs')]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim().split('\n');
}

describe('an ES module behind a facade', () => {
  it('is loaded once, looks the same, and calls what is in the place of its function', async () => {
    const program = `
      import { add, twice, Book } from 'shelf';
      import * as shelf from 'shelf';
      console.log(add(1, 2), '|', add.call({ name: 'it' }, 1, 2), '|', twice(2));
      console.log(Object.keys(shelf).join(), add.name, add.length, typeof Book, shelf.add === add);
      globalThis.putBack();
      console.log(add(1, 2));`;
    expect(await linesOf(program)).toEqual([
      'loads',
      'told 4',
      'none replaced 3 | it replaced 3 | 4',
      'Book,add,twice add 2 function true',
      '3',
    ]);
  });

  it('is found where it is installed as a link', async () => {
    write('elsewhere/package.json', JSON.stringify({ name: 'shelf', version: '1.2.3', type: 'module', exports: './main.js' }));
    write('elsewhere/main.js', SHELF);
    rmSync(join(folder, 'node_modules/shelf'), { recursive: true });
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'node_modules/shelf'));
    const lines = await linesOf(`import { add } from 'shelf'; console.log(add(1, 2));`);
    expect(lines).toEqual(['loads', 'told 4', 'none replaced 3']);
  });

  it('can still fail to load, with its own error', async () => {
    write('node_modules/shelf/main.js', `${SHELF} throw new Error('on purpose');`);
    expect(await linesOf(`await import('shelf').catch(({ message }) => console.log(message));`)).toEqual(['loads', 'on purpose']);
  });

  it('can wait for something while it is loaded, and is left as it is then', async () => {
    write('node_modules/shelf/main.js', `${SHELF} await null;`);
    expect(await linesOf(`import { add } from 'shelf'; console.log(add(1, 2));`)).toEqual(['loads', '3']);
  });

  it('is told of where it was loaded before, and left as it is', async () => {
    write('first.mjs', `import 'shelf';`);
    const lines = await linesOf(`import { add } from 'shelf'; console.log(add(1, 2));`, 'first.mjs');
    expect(lines).toEqual([
      'loads',
      expect.stringMatching(/^package shelf is out of sight, because it was loaded before promtel; /),
      'told 4',
      '3',
    ]);
  });

  it('cannot be put before a program that starts all this by its own first import, and does it no harm', async () => {
    write('program.mjs', `import './preload.mjs'; import { add } from 'shelf'; console.log(add(1, 2));`);
    const { stdout, stderr, code } = await runToEnd([join(folder, 'program.mjs')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('package shelf is out of sight');
    expect(stdout.trim().split('\n').at(-1)).toBe('3');
  });
});
