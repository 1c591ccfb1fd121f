// Run by the library kit in a process of its own: prints the signs by which a library's use is not noticed, and the metrics that are
// not recorded for want of being attached in time.
import { createRequire } from 'node:module';
import { Registry } from '../../../src/core/recording/registry.ts';
import { samplesOf } from '../../../src/core/recording/samples.ts';
import { attach } from '../../../src/hooks/attach.ts';
import { type LibrarySigns, onLibraryUse } from '../../../src/hooks/modules/library-use.ts';
import { libraries, loadInstrumentation } from '../../../src/instrumentations/index.ts';
import type { Program } from '../programs.ts';
import type { Exercise } from './exercise.ts';
import { SETTINGS } from './instrumentation-settings.ts';

export interface LibraryUse {
  /** A file of a package, a package's ES modules, a channel, or a global list. */
  readonly unnoticedSigns: readonly string[];
  readonly unrecordedMetrics: readonly string[];
}

const [file, exerciseHref, programJson] = process.argv.slice(2) as [string, string, string?];
const program = programJson === undefined ? undefined : (JSON.parse(programJson) as Program);
const line = libraries.find((library) => library.file === file)!;
const instrumentation = loadInstrumentation(line);
const registry = new Registry();
const require = createRequire(import.meta.url);

/** Each sign by itself, with its name. */
function* signsOf({
  packages = {},
  hasEsModules = false,
  channels = [],
  globalList,
}: LibrarySigns): Generator<[string, LibrarySigns]> {
  for (const [name, files] of Object.entries(packages)) {
    for (const one of [files].flat()) yield [`${name}/${one}`, { packages: { [name]: one } }];
    if (hasEsModules) yield [`ES modules of ${name}`, { packages: { [name]: [] }, hasEsModules }];
  }
  for (const name of channels) yield [name, { channels: [name] }];
  if (globalList !== undefined) yield [globalList, { globalList }];
}

/** As CommonJS and as ES modules: an exercise loads a package in one of these ways. */
async function loadBothWays(name: string): Promise<void> {
  for (const load of [require, (id: string) => import(id) as Promise<unknown>]) {
    try {
      await load(name);
    } catch {
      // A package without a main module: its use is noticed all the same.
    }
  }
}

const unnoticed = new Set<string>();
for (const [name, signs] of signsOf(line)) {
  unnoticed.add(name);
  onLibraryUse(signs, () => unnoticed.delete(name));
}
onLibraryUse(line, (first) => attach(instrumentation, registry, SETTINGS, first));

// Imported only now, because it may load the library.
const { exercise } = (await import(exerciseHref)) as { exercise: Exercise };
await exercise.run(() => {}, program);
await new Promise((resolve) => setImmediate(resolve));
await registry.collect();
const recorded = new Set(samplesOf(registry).map(({ name }) => name));
if (line.hasEsModules === true) for (const name of Object.keys(line.packages ?? {})) await loadBothWays(name);

const use: LibraryUse = {
  unnoticedSigns: [...unnoticed],
  unrecordedMetrics: instrumentation.metrics.map(({ name }) => name).filter((name) => !recorded.has(name)),
};
console.log(JSON.stringify(use));
