// The first use of a library is noticed once, whichever sign of it comes first, and before the program has anything of the library.
import { channel } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FirstMessage, type LibrarySigns, onLibraryUse } from '../../../src/hooks/modules/library-use.ts';
import { onModule } from '../../../src/hooks/modules/module-hook.ts';

let folder = '';
let stops: (() => void)[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'promtel-library-')));
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  rmSync(folder, { recursive: true });
});

function install(files: Readonly<Record<string, string>>, as = 'shelf'): void {
  const all = { 'package.json': JSON.stringify({ name: 'shelf', version: '1.2.3', main: './main.js' }), ...files };
  for (const [file, text] of Object.entries(all)) {
    const path = join(folder, 'node_modules', as, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function watch(signs: LibrarySigns, then: () => void = () => {}): (FirstMessage | undefined)[] {
  const uses: (FirstMessage | undefined)[] = [];
  stops.push(
    onLibraryUse(signs, (first) => {
      uses.push(first);
      then();
    }),
  );
  return uses;
}

const load = (id: string): unknown => createRequire(join(folder, 'app.js'))(id);

const FILES = {
  'main.js': `exports.first = require('./lib/first'); exports.part = require('./lib/part');`,
  'lib/first.js': `exports.isFirst = true;`,
  'lib/part.js': `exports.isPart = true;`,
};
const SIGNS: LibrarySigns = { packages: { shelf: 'lib/part.js' } };

describe('a library that is required', () => {
  it.each(['shelf', 'old-shelf'])('is noticed once, installed as %s', (name) => {
    install(FILES, name);
    const uses = watch(SIGNS);
    expect(uses).toEqual([]);
    load(name);
    load(`${name}/lib/part.js`);
    expect(uses).toEqual([undefined]);
  });

  it('is noticed by any of several files', () => {
    install(FILES);
    const uses = watch({ packages: { shelf: ['lib/none.js', 'lib/part.js'] } });
    load('shelf');
    expect(uses).toHaveLength(1);
  });

  it('has its modules looked at that were loaded before the sign of its use, and those after it', () => {
    install({
      ...FILES,
      'main.js': `${FILES['main.js']} exports.last = require('./lib/last');`,
      'lib/last.js': `exports.isLast = 1;`,
    });
    const seen: object[] = [];
    const note = (exports: object): unknown => seen.push({ ...exports });
    watch(SIGNS, () => {
      for (const name of ['first', 'part', 'last']) stops.push(onModule({ package: 'shelf', file: `lib/${name}.js` }, note));
    });
    load('shelf');
    load('shelf/lib/first');
    expect(seen).toEqual([{ isFirst: true }, { isPart: true }, { isLast: 1 }]);
  });

  it('is not noticed any more once the watch is over', () => {
    install(FILES);
    const uses = watch(SIGNS);
    stops[0]!();
    load('shelf');
    expect(uses).toEqual([]);
  });
});

describe('a library that publishes', () => {
  const CHANNELS = ['promtel.test.shelf.a', 'promtel.test.shelf.b'];

  it('is noticed by its first message on any of its channels, which is handed on', () => {
    const uses = watch({ channels: CHANNELS });
    channel(CHANNELS[1]!).publish('one');
    channel(CHANNELS[1]!).publish('two');
    channel(CHANNELS[0]!).publish('three');
    expect(uses).toEqual([{ channel: CHANNELS[1], message: 'one' }]);
  });

  it('has nobody listening to it before its watch nor after its use', () => {
    const hasSubscribers = (): boolean[] => CHANNELS.map((name) => channel(name).hasSubscribers);
    expect(hasSubscribers()).toEqual([false, false]);
    watch({ channels: CHANNELS });
    expect(hasSubscribers()).toEqual([true, true]);
    channel(CHANNELS[0]!).publish({});
    expect(hasSubscribers()).toEqual([false, false]);
  });
});

describe('a library that calls back the objects of a global list', () => {
  const holder = globalThis as unknown as Record<string, object[] | undefined>;
  const LIST = 'PROMTEL_TEST_LIST';
  afterEach(() => delete holder[LIST]);

  it('is noticed when it looks for a function, and is given that of the object which was then added', () => {
    const own = { onStart: () => 'own' };
    holder[LIST] = [own];
    const uses = watch({ globalList: LIST }, () => holder[LIST]!.push({ onStart: () => 'added' }));
    const copy = [...holder[LIST]] as { onStart?: () => string }[];
    expect(uses).toEqual([]);
    expect(copy.map(({ onStart }) => onStart?.())).toEqual(['own', 'added']);
    expect(uses).toEqual([undefined]);
    expect(holder[LIST]).toHaveLength(2);
  });

  it.each([
    { kind: 'frozen', list: Object.freeze([]) as unknown as object[] },
    { kind: 'no array', list: {} as object[] },
  ])('counts as used at once where nothing can be added to the list, which is $kind', ({ list }) => {
    holder[LIST] = list;
    expect(watch({ globalList: LIST })).toEqual([undefined]);
  });

  it('is not noticed by those who look for a symbol, and finds nothing of a watch that is over', () => {
    const uses = watch({ globalList: LIST });
    expect(holder[LIST]!.map((one) => (one as Record<symbol, unknown>)[Symbol.iterator])).toEqual([undefined]);
    stops[0]!();
    expect(holder[LIST]).toEqual([]);
    expect(uses).toEqual([]);
  });
});
