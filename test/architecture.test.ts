// The dependency rule of the source tree, and that no library's file was forgotten in its index.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import build from '../rolldown.config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each part of src may import from, beside itself. */
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

/** What each part may import the types of, beside those: what an exporter is given and what it gives is declared once. */
const MAY_IMPORT_TYPES: Partial<Record<string, readonly string[]>> = { exporters: ['config'], sdk: ['exporters'] };

/** Parts that may import the OpenTelemetry packages; the others know nothing of them. */
const KNOWS_OPENTELEMETRY = new Set(['sdk', 'exporters']);

/** What each package is for beside those is known to one file, which loads it when it is needed. */
const KNOWN_TO: Record<string, string> = { '@pydantic/genai-prices': 'src/recorders/llm/prices.ts' };

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
  it('has imports to look at in every part', () => {
    expect(new Set(imports.map(({ part }) => part))).toEqual(new Set(Object.keys(MAY_IMPORT)));
  });

  it('imports in one direction only', () => {
    const wrong = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .filter((found) => partOf(found) !== found.part && !mayImport(found, partOf(found)));
    expect(wrong.map(describeImport)).toEqual([]);
  });

  it('keeps instrumentations from importing each other', () => {
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

  it('has in each folder of an instrumentation a file of its name', () => {
    const folders = readdirSync(join(root, 'src/instrumentations'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const hasMainFile = (name: string): boolean =>
      existsSync(join(root, 'src/instrumentations', name, `${name}.ts`)) || name === 'http';
    expect(folders.map(({ name }) => name).filter((name) => !hasMainFile(name))).toEqual([]);
  });

  it('imports packages only where that is the job', () => {
    const wrong = imports
      .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter(({ part, specifier }) => !(KNOWS_OPENTELEMETRY.has(part) && specifier.startsWith('@opentelemetry/')))
      .filter(({ file, specifier }) => KNOWN_TO[specifier] !== file);
    expect(wrong.map(describeImport)).toEqual([]);
  });

  it('reads the environment in one file', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const readers = files.filter((name) =>
      /process\.env|process\['env'\]/.test(withoutComments(readFileSync(join(root, 'src', name), 'utf8'))),
    );
    expect(readers).toEqual(['register.ts']);
  });

  it('has a file of its own built for each that is loaded by its name', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const loaded = files.flatMap((file) => {
      const text = readFileSync(join(root, 'src', file), 'utf8');
      const names = [...text.matchAll(/(?:\brequire|new URL)\('\.\/([\w-]+)\.js'/g)].map(([, name]) => name!);
      return names.map((name) => [name, join('src', dirname(file), `${name}.ts`)]);
    });
    expect(loaded.length).toBeGreaterThan(0);
    expect(Object.entries(build.input as Record<string, string>)).toEqual(expect.arrayContaining(loaded));
  });

  it('has a test of its name for each recorder', () => {
    const recorders = readdirSync(join(root, 'src/recorders'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const hasTest = (name: string): boolean => existsSync(join(root, 'test/recorders', name.replace('.ts', '.test.ts')));
    expect(recorders.filter((name) => !hasTest(name))).toEqual([]);
  });

  it('says the job of each file in its first line', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    expect(files.filter((name) => !/^\/\/ .{20,}/.test(readFileSync(join(root, 'src', name), 'utf8')))).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
}
