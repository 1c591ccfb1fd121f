// Calls back with an ES module of a package before the program that uses it runs, by loading the module first.
//
// Node tells nobody what a static import has loaded. A loader hook would see it, but costs every module of the process 10 µs or
// more, and with one in place Node 22.15 fails on CommonJS packages that require themselves. So where a program needs a package
// by its package.json, or imports it by its text, the package is loaded just before the program: whose own import then finds
// this very module, at no further cost. Only where the program itself starts all this by its first import, Node 22 is too far
// on already; later ones are not.
import { channel } from 'node:diagnostics_channel';
import { reportProblem } from '../../core/problem.ts';
import { requireBehindFacade } from './es-module-facade.ts';
import { importsPackage } from './imported-packages.ts';
import type { ModuleFile, ModuleListener } from './module-hook.ts';
import { type Manifest, needs, readManifest } from './package-manifest.ts';

interface ImportMessage {
  /** What the program wrote; a URL for the file that a process or a worker starts with. */
  readonly url: string | URL;
  readonly parentURL?: string;
}

/** A module to be loaded ahead of the program that uses it. */
export interface EsModuleFile extends ModuleFile {
  /** Whether it is a CommonJS module, which an ES module may import as well; no unless said. */
  readonly isCommonJs?: boolean;
  /** Functions that it exports and that are to be replaced: the listener is given an object on which they can be. */
  readonly replaces?: readonly string[] | undefined;
}

interface Hook extends EsModuleFile {
  readonly listener: ModuleListener;
  /** The package.json of every copy that was loaded. */
  readonly loaded: Set<string>;
}

const hooks = new Set<Hook>();

/** What was found out of programs: the package.json of each package that they use, by package and program. */
const packagesUsed = new Map<string, string | undefined>();

/** Calls back once for every copy of the module that a program is about to use; the function returned ends it. */
export function onEsModule(target: EsModuleFile, listener: ModuleListener): () => void {
  const hook: Hook = { ...target, listener, loaded: new Set() };
  if (hooks.size === 0) channel('tracing:module.import:start').subscribe(onImport);
  hooks.add(hook);
  lookAtRunningProgram(hook);
  return () => {
    hooks.delete(hook);
    if (hooks.size === 0) channel('tracing:module.import:start').unsubscribe(onImport);
  };
}

/** The program may be running already, if it was its own first import that brought us here. */
function lookAtRunningProgram(hook: Hook): void {
  const program = process.argv[1];
  if (program === undefined) return;
  try {
    const path = process.getBuiltinModule('node:fs').realpathSync(program);
    loadFor(hook, process.getBuiltinModule('node:url').pathToFileURL(path));
  } catch {
    // Not a file, as with `node -`.
  }
}

function onImport(message: unknown): void {
  const { url, parentURL } = message as ImportMessage;
  const specifier = String(url);
  for (const hook of hooks) {
    try {
      if (specifier === hook.package || specifier.startsWith(`${hook.package}/`)) load(hook, manifestOf(hook.package, parentURL));
      else if (/^(?:file:|\.{0,2}\/)/.test(specifier)) loadFor(hook, new URL(specifier, parentURL));
    } catch {
      // No such file: the import itself will say so.
    }
  }
}

function loadFor(hook: Hook, program: URL): void {
  // Without its query, which programs change to load a file anew.
  const path = process.getBuiltinModule('node:url').fileURLToPath(program);
  const key = `${hook.package} ${path}`;
  if (!packagesUsed.has(key)) packagesUsed.set(key, packageUsedBy(path, hook.package));
  load(hook, packagesUsed.get(key));
}

function load(hook: Hook, manifest: string | undefined): void {
  if (manifest === undefined || hook.loaded.has(manifest)) return;
  hook.loaded.add(manifest);
  const paths = process.getBuiltinModule('node:path');
  const folder = paths.dirname(manifest);
  const loaded = requireBehindFacade(paths.join(folder, hook.file), replacedIn(hook));
  const subject = `package ${hook.package}`;
  if (loaded.isEsModule === (hook.isCommonJs === true))
    reportProblem(subject, 'is out of sight behind another loader; put --import promtel/register before its --import');
  else if (loaded.isEsModule && (!wasRun(loaded.exports) || (hook.replaces !== undefined && !loaded.isReplaceable)))
    reportProblem(subject, 'is out of sight, because it was loaded before promtel; use node --import promtel/register');
  else hook.listener(loaded.exports, readManifest(folder)?.version ?? '');
}

/** Where the package.json of a package is that a program uses; undefined if it does not, or requires it. */
function packageUsedBy(program: string, name: string): string | undefined {
  const found = manifestOf(name, program);
  if (found === undefined) return undefined;
  const manifests = manifestsAbove(program);
  if (!isEsModule(program, manifests[0])) return undefined;
  return manifests.some((manifest) => needs(manifest, name)) || importsPackage(program, name) ? found : undefined;
}

/** Not where the import under way that brought us here is about to run it, and Node 22 gives it as it is. */
function wasRun(exports: object): boolean {
  try {
    return Object.values(exports).length >= 0;
  } catch {
    return false;
  }
}

/** Whoever is first to have a module loaded has it loaded for all. */
function replacedIn({ package: name, file }: Hook): string[] {
  const same = [...hooks].filter((hook) => hook.package === name && hook.file === file);
  return [...new Set(same.flatMap(({ replaces = [] }) => replaces))];
}

function manifestOf(name: string, importer: string | undefined): string | undefined {
  try {
    return process.getBuiltinModule('node:module').findPackageJSON(name, importer);
  } catch {
    return undefined;
  }
}

/** Every package.json from a program's folder upwards, within its package if it is an installed one. */
function manifestsAbove(path: string): Manifest[] {
  const paths = process.getBuiltinModule('node:path');
  const folder = paths.dirname(path);
  if (folder === path || paths.basename(folder) === 'node_modules') return [];
  const own = readManifest(folder);
  return own === undefined ? manifestsAbove(folder) : [own, ...manifestsAbove(folder)];
}

function isEsModule(path: string, manifest: Manifest | undefined): boolean {
  if (/\.m[jt]s$/.test(path)) return true;
  if (/\.c[jt]s$/.test(path) || manifest?.type === 'commonjs') return false;
  if (manifest?.type === 'module') return true;
  // Neither says it: Node goes by the syntax then.
  return path.endsWith('.js') && /^\s*(?:import|export)\b/m.test(process.getBuiltinModule('node:fs').readFileSync(path, 'utf8'));
}
