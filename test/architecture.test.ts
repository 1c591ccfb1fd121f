// The architecture of src: which folder may import which, and where packages, the environment and tests belong.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import build from '../rolldown.config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The folders that each folder of src may import from, besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  hooks: ['core'],
  catalog: ['core'],
  recorders: ['core', 'hooks', 'catalog'],
  'llm-wire': ['core', 'catalog'],
  instrumentations: ['core', 'hooks', 'catalog', 'recorders', 'llm-wire'],
  api: ['core', 'catalog', 'recorders'],
  config: ['core'],
  sdk: ['core', 'hooks', 'catalog', 'config'],
  exporters: ['core'],
  endpoint: ['core', 'exporters'],
  start: ['core', 'hooks', 'catalog', 'instrumentations', 'config', 'sdk', 'exporters', 'endpoint'],
};

/** Further folders of which a folder may import types only, so that settings and the interface of exporters are declared once. */
const MAY_IMPORT_TYPES: Partial<Record<string, readonly string[]>> = {
  hooks: ['config'],
  exporters: ['config'],
  sdk: ['exporters'],
};

/** The only folders that may import OpenTelemetry packages. */
const MAY_IMPORT_OPENTELEMETRY = new Set(['sdk', 'exporters']);

/** Every other package is imported by a single file, which loads it when it is needed. */
const ONLY_IMPORTER: Record<string, string> = { '@pydantic/genai-prices': 'src/recorders/llm/prices.ts' };

/** Files that name the instrumentations of others. */
const LISTS_INSTRUMENTATIONS = new Set(['src/instrumentations/index.ts', 'src/instrumentations/at-collection.ts']);

interface Import {
  readonly file: string;
  readonly part: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const IMPORT = /^(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

function importsOf(folder: string): Import[] {
  return readdirSync(join(root, 'src', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join('src', folder, name);
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(IMPORT)].map((found) => ({
        file,
        part: folder,
        specifier: found[2] ?? found[3] ?? found[4] ?? '',
        typeOnly: found[1] !== undefined,
      }));
    });
}

function partOf({ file, specifier }: Import): string {
  const target = relative(join(root, 'src'), resolve(root, dirname(file), specifier));
  return target.includes('/') ? target.slice(0, target.indexOf('/')) : 'the composition root';
}

function mayImport({ part, typeOnly }: Import, imported: string): boolean {
  return MAY_IMPORT[part]!.includes(imported) || (typeOnly && MAY_IMPORT_TYPES[part]?.includes(imported) === true);
}

const imports = Object.keys(MAY_IMPORT).flatMap(importsOf);
const describeImport = ({ file, specifier }: Import): string => `${file} imports ${specifier}`;

describe('the source tree', () => {
  it('every folder of src has imports', () => {
    expect(new Set(imports.map(({ part }) => part))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  });

  it('folders of src import in one direction only', () => {
    const wrong = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .filter((found) => partOf(found) !== found.part && !mayImport(found, partOf(found)));
    expect(wrong.map(describeImport)).toEqual([]);
  });

  it('instrumentations do not import each other', () => {
    const libraryOf = (path: string): string => relative('src/instrumentations', path).split('/')[0]!.replace('.ts', '');
    const wrong = imports.filter(
      (found) =>
        found.part === 'instrumentations' &&
        found.specifier.startsWith('.') &&
        partOf(found) === 'instrumentations' &&
        !LISTS_INSTRUMENTATIONS.has(found.file) &&
        libraryOf(join(dirname(found.file), found.specifier)) !== libraryOf(found.file),
    );
    expect(wrong.map(describeImport)).toEqual([]);
  });

  it('each folder of an instrumentation has a file of its name', () => {
    const folders = readdirSync(join(root, 'src/instrumentations'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const hasMainFile = (name: string): boolean =>
      existsSync(join(root, 'src/instrumentations', name, `${name}.ts`)) || name === 'http';
    expect(folders.map(({ name }) => name).filter((name) => !hasMainFile(name))).toEqual([]);
  });

  it('packages are imported only in the folders and files that may', () => {
    const wrong = imports
      .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter(({ part, specifier }) => !(MAY_IMPORT_OPENTELEMETRY.has(part) && specifier.startsWith('@opentelemetry/')))
      .filter(({ file, specifier }) => ONLY_IMPORTER[specifier] !== file);
    expect(wrong.map(describeImport)).toEqual([]);
  });

  it('the environment is read in one file', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const readers = files.filter((name) =>
      /process\.env|process\['env'\]/.test(withoutComments(readFileSync(join(root, 'src', name), 'utf8'))),
    );
    expect(readers).toEqual(['register.ts']);
  });

  it('every module that is loaded by file name is an entry of the build', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const loaded = files.flatMap((file) => {
      const text = readFileSync(join(root, 'src', file), 'utf8');
      const names = [...text.matchAll(/(?:\brequire|new URL)\('\.\/([\w-]+)\.js'/g)].map(([, name]) => name!);
      return names.map((name) => [name, join('src', dirname(file), `${name}.ts`)]);
    });
    expect(loaded.length).toBeGreaterThan(0);
    expect(Object.entries(build.input as Record<string, string>)).toEqual(expect.arrayContaining(loaded));
  });

  it('every recorder has a test file of its name', () => {
    const recorders = readdirSync(join(root, 'src/recorders'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const hasTest = (name: string): boolean => existsSync(join(root, 'test/recorders', name.replace('.ts', '.test.ts')));
    expect(recorders.filter((name) => !hasTest(name))).toEqual([]);
  });

  it('every file of src begins with a comment on its purpose', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    expect(files.filter((name) => !/^\/\/ .{20,}/.test(readFileSync(join(root, 'src', name), 'utf8')))).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
}
