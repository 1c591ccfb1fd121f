// Modules are seen as Node loads them, whatever wrote their name; other packages' files of the same name are not.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onModule } from '../../../src/hooks/modules/module-hook.ts';

let folder = '';
let stop = (): void => {};

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'promtel-modules-')));
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

function install(name: string, version: string, files: Readonly<Record<string, string>>, as = name): void {
  const root = join(folder, 'node_modules', as);
  const all = { 'package.json': JSON.stringify({ name, version, main: './lib/main.js' }), ...files };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

function watch(file: string): { exports: unknown; version: string }[] {
  const seen: { exports: unknown; version: string }[] = [];
  stop = onModule({ package: 'shelf', file }, (exports, version) => void seen.push({ exports, version }));
  return seen;
}

const load = (id: string): unknown => createRequire(join(folder, 'app.js'))(id);

const PARTS = {
  'lib/main.js': `exports.part = require('./part'); exports.again = require('./part.js'); exports.index = require('./deep');`,
  'lib/part.js': `exports.isPart = true;`,
  'lib/deep/index.js': `exports.isIndex = true;`,
};

describe('a module of a package', () => {
  it('is told once, with the version of its package, before whoever required it goes on', () => {
    install('shelf', '1.2.3', PARTS);
    const seen = watch('lib/part.js');
    expect(load('shelf')).toMatchObject({ part: { isPart: true } });
    load('shelf/lib/part');
    expect(seen).toEqual([{ exports: { isPart: true }, version: '1.2.3' }]);
  });

  it.each(['lib/main.js', 'lib/deep/index.js'])('is found at %s', (file) => {
    install('shelf', '1.2.3', PARTS);
    const seen = watch(file);
    load('shelf');
    expect(seen.map(({ version }) => version)).toEqual(['1.2.3']);
  });

  it('is found in a package that is installed under another name, and in every copy', () => {
    install('shelf', '1.0.0', PARTS, 'old-shelf');
    install('shelf', '2.0.0', PARTS);
    const seen = watch('lib/part.js');
    load('old-shelf');
    load('shelf');
    expect(seen.map(({ version }) => version)).toEqual(['1.0.0', '2.0.0']);
  });

  it('is found when an ES module imports it', async () => {
    install('shelf', '1.2.3', PARTS);
    const seen = watch('lib/main.js');
    await import(/* @vite-ignore */ join(folder, 'node_modules/shelf/lib/main.js'));
    expect(seen.map(({ version }) => version)).toEqual(['1.2.3']);
  });

  it('is told complete, though another module saw it half done', () => {
    install('shelf', '1.2.3', {
      'lib/main.js': `exports.part = require('./part');`,
      'lib/part.js': `require('./other'); exports.isPart = true;`,
      'lib/other.js': `require('./part');`,
    });
    let complete: unknown;
    stop = onModule({ package: 'shelf', file: 'lib/part.js' }, (exports) => {
      complete = { ...exports };
    });
    load('shelf');
    expect(complete).toEqual({ isPart: true });
  });

  it('is not taken for one of the same name in another package', () => {
    install('table', '1.2.3', PARTS);
    const seen = watch('lib/part.js');
    load('table');
    expect(seen).toEqual([]);
  });

  it('is left alone once nobody asks any more', () => {
    install('shelf', '1.2.3', PARTS);
    const seen = watch('lib/part.js');
    stop();
    load('shelf');
    expect(seen).toEqual([]);
  });

  it('is seen though somebody else wraps the loader of modules before and after', () => {
    const loader = nodeModule as unknown as { _load: (...values: unknown[]) => unknown };
    const original = loader._load;
    install('shelf', '1.2.3', PARTS);
    const seen = watch('lib/part.js');
    const ours = loader._load;
    loader._load = function (...values) {
      return ours.apply(this, values);
    };
    stop();
    stop = () => {};
    const again = watch('lib/part.js');
    load('shelf');
    expect([seen.length, again.length]).toEqual([0, 1]);
    loader._load = ours;
    stop();
    expect(loader._load).toBe(original);
  });

  it('Node gets every argument of its loader, also those that it added in later versions', () => {
    const loader = nodeModule as unknown as { _load: (...values: unknown[]) => unknown };
    const original = loader._load;
    let given: unknown[] = [];
    loader._load = (...values) => (given = values);
    watch('lib/part.js');
    loader._load('shelf', undefined, false, 'resolved', 'later');
    stop();
    loader._load = original;
    stop = () => {};
    expect(given).toEqual(['shelf', undefined, false, 'resolved', 'later']);
  });

  it('does not get in the way of modules that fail or export nothing of use', () => {
    install('shelf', '1.2.3', {
      'lib/main.js': `module.exports = null;`,
      'lib/part.js': `throw new Error('broken on purpose');`,
    });
    const seen = watch('lib/part.js');
    expect(load('shelf')).toBeNull();
    expect(() => load('shelf/lib/part')).toThrow('broken on purpose');
    expect(() => load('shelf/lib/none')).toThrow('none');
    expect(seen).toEqual([]);
  });
});
