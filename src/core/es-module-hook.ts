// Calls back with an ES module of a package before the program that uses it runs, by loading the module first.
//
// Node tells nobody what a static import has loaded. A loader hook would see it, but costs every module of the process 10 µs or
// more, and with one in place Node 22.15 fails on CommonJS packages that require themselves. So a package that the package.json
// of a program lists is loaded just before that program: its own import then finds this very module, at no further cost.
// Only where the program itself starts all this by an import of its own, Node 22 is too far on already; later ones are not.
import { channel } from 'node:diagnostics_channel';
import type { ModuleFile, ModuleListener } from './module-hook.ts';
import { type Manifest, readManifest, uses } from './package-manifest.ts';
import { reportProblem } from './problem.ts';

interface ImportMessage {
  /** What the program wrote; a URL for the file that a process or a worker starts with. */
  readonly url: string | URL;
  readonly parentURL?: string;
}

interface Hook extends ModuleFile {
  readonly listener: ModuleListener;
  /** The package.json of every copy that was loaded. */
  readonly loaded: Set<string>;
}

const OWN_FILES = new URL('..', import.meta.url).href;

const hooks = new Set<Hook>();

/** Every package.json from a program's folder upwards, within its package if it is an installed one. */
const manifestsByFolder = new Map<string, readonly Manifest[]>();

/** Calls back once for every copy of the module that a program is about to use; the function returned ends it. */
export function onEsModule(target: ModuleFile, listener: ModuleListener): () => void {
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
  if (parentURL?.startsWith(OWN_FILES)) return;
  for (const hook of hooks) {
    try {
      if (specifier === hook.package || specifier.startsWith(`${hook.package}/`)) load(hook, parentURL);
      else if (/^(?:file:|\.{0,2}\/)/.test(specifier)) loadFor(hook, new URL(specifier, parentURL));
    } catch {
      // No such file: the import itself will say so.
    }
  }
}

function loadFor(hook: Hook, program: URL): void {
  const path = process.getBuiltinModule('node:url').fileURLToPath(program);
  const manifests = manifestsAbove(path);
  const isInstalled = /[\\/]node_modules[\\/]/.test(path);
  const isUser = manifests.some((manifest) => uses(manifest, hook.package, isInstalled));
  if (isUser && isEsModule(path, manifests[0])) load(hook, program.href);
}

function load(hook: Hook, importer: string | undefined): void {
  const { createRequire, findPackageJSON } = process.getBuiltinModule('node:module');
  try {
    const found = findPackageJSON(hook.package, importer);
    if (found === undefined || hook.loaded.has(found)) return;
    hook.loaded.add(found);
    const exports = createRequire(found)(`./${hook.file}`) as object;
    const version = readManifest(process.getBuiltinModule('node:path').dirname(found))?.version ?? '';
    if (process.getBuiltinModule('node:util').types.isModuleNamespaceObject(exports)) hook.listener(exports, version);
    else
      reportProblem(
        `package ${hook.package}`,
        'is out of sight behind another loader; put --import promtel/register before its --import',
      );
  } catch {
    // Not installed after all, or a version that is laid out differently.
  }
}

function manifestsAbove(path: string): readonly Manifest[] {
  const paths = process.getBuiltinModule('node:path');
  const folder = paths.dirname(path);
  if (folder === path || paths.basename(folder) === 'node_modules') return [];
  let manifests = manifestsByFolder.get(folder);
  if (manifests === undefined) {
    const own = readManifest(folder);
    const above = manifestsAbove(folder);
    manifests = own === undefined ? above : [own, ...above];
    manifestsByFolder.set(folder, manifests);
  }
  return manifests;
}

function isEsModule(path: string, manifest: Manifest | undefined): boolean {
  if (/\.m[jt]s$/.test(path)) return true;
  if (/\.c[jt]s$/.test(path) || manifest?.type === 'commonjs') return false;
  if (manifest?.type === 'module') return true;
  // Neither says it: Node goes by the syntax then.
  return path.endsWith('.js') && /^\s*(?:import|export)\b/m.test(process.getBuiltinModule('node:fs').readFileSync(path, 'utf8'));
}
