// Calls back when a CommonJS module of a package has been loaded, by require or by import.
//
// The function through which Node loads each of them is wrapped. Node also publishes them on `tracing:module.require`, but then
// every require of the program takes 6 µs longer: 2 ms of the start of an Express application.
import { readManifest } from './package-manifest.ts';

/** A module of a package. */
export interface ModuleFile {
  /** The name in the package's package.json, whatever name it is installed under. */
  readonly package: string;
  /** The file within the package, such as `lib/context.js`. */
  readonly file: string;
}

export type ModuleListener = (exports: object, version: string) => void;

/** What follows differs between versions of Node: whether it is the main module, what hooks have resolved. */
type Load = (this: unknown, id: string, parent: { readonly filename?: string } | undefined, ...rest: unknown[]) => unknown;

/** Node's own: undocumented, but what mocking and monitoring tools have wrapped for ten years. */
interface Loader {
  _load: Load;
}

interface Hook extends ModuleFile {
  readonly listener: ModuleListener;
  /** Modules that were compared before: every later require of a loaded module passes here as well. */
  readonly compared: WeakSet<object>;
}

/** A copy of a package. */
interface Copy {
  readonly package: string;
  readonly version: string;
  /** The path of the package's folder, with a separator at its end. */
  readonly folder: string;
}

/** By the last part of the specifiers by which the file may be required: every require is looked up here. */
const hooksByStem = new Map<string, Set<Hook>>();

/** The copy of a package that a listener is being called about. */
let current: Copy | undefined;

/**
 * Calls back once for every copy of the module that is loaded from now on; the function returned ends it. Called by a listener, it
 * calls back at once if the listener's copy of the package has loaded the module already.
 */
export function onModule(target: ModuleFile, listener: ModuleListener): () => void {
  const hook: Hook = { ...target, listener, compared: new WeakSet() };
  const stems = new Set([stemOf(`${target.package}/${target.file}`), stemOf(target.package)]);
  if (hooksByStem.size === 0) wrapLoader();
  for (const stem of stems) hooksByStem.set(stem, (hooksByStem.get(stem) ?? new Set()).add(hook));
  if (current?.package === target.package) notifyIfLoaded(hook, current);
  return () => {
    for (const stem of stems) {
      const hooks = hooksByStem.get(stem);
      if (hooks?.delete(hook) && hooks.size === 0) hooksByStem.delete(stem);
    }
    if (hooksByStem.size === 0) unwrapLoader();
  };
}

/** The last part without its extension; an index goes by the name of its folder, and a package's main file by the package's. */
function stemOf(id: string): string {
  let end = id.length;
  if (id.endsWith('.js')) end -= '.js'.length;
  else if (id.endsWith('.cjs') || id.endsWith('.mjs')) end -= '.cjs'.length;
  if (id.endsWith('/index', end) || id.endsWith('\\index', end)) end -= '/index'.length;
  const start = Math.max(id.lastIndexOf('/', end - 1), id.lastIndexOf('\\', end - 1)) + 1;
  return id.slice(start, end);
}

const loader = process.getBuiltinModule('node:module') as unknown as Loader;
let original = loader._load;
let isWrapped = false;

function wrapLoader(): void {
  // Still wrapped where somebody else has wrapped it after us.
  if (isWrapped) return;
  original = loader._load;
  loader._load = load;
  isWrapped = true;
}

function unwrapLoader(): void {
  if (loader._load !== load) return;
  loader._load = original;
  isWrapped = false;
}

const load: Load = function (id, parent, ...rest) {
  const exports = original.call(this, id, parent, ...rest);
  const hooks = hooksByStem.get(stemOf(id));
  if (hooks !== undefined) onLoad(hooks, id, parent?.filename, exports);
  return exports;
};

function onLoad(hooks: ReadonlySet<Hook>, id: string, parentFilename: string | undefined, exports: unknown): void {
  if (exports === null || (typeof exports !== 'object' && typeof exports !== 'function')) return;
  let filename: string | undefined;
  for (const hook of hooks) {
    if (hook.compared.has(exports)) continue;
    filename ??= filenameOf(id, parentFilename);
    if (filename !== HALF_LOADED) compare(hook, filename, exports);
  }
}

/** Of modules that require each other in a circle: the outer require passes here when the module is complete. */
const HALF_LOADED = 'half loaded';

/** The path of a module; none if a loader of the application's own found it where Node does not. */
function filenameOf(id: string, parentFilename: string | undefined): string {
  try {
    const require = process.getBuiltinModule('node:module').createRequire(parentFilename ?? id);
    const filename = require.resolve(id);
    return require.cache[filename]?.loaded === false ? HALF_LOADED : filename;
  } catch {
    return '';
  }
}

function compare(hook: Hook, filename: string, exports: object): void {
  const copy = copyOf(hook, filename);
  if (copy === undefined) hook.compared.add(exports);
  else notify(hook, copy, exports);
}

function notifyIfLoaded(hook: Hook, copy: Copy): void {
  const { createRequire } = process.getBuiltinModule('node:module');
  const filename = process.getBuiltinModule('node:path').join(copy.folder, hook.file);
  const module = createRequire(filename).cache[filename];
  if (module?.loaded === true) notify(hook, copy, module.exports as object);
}

function notify(hook: Hook, copy: Copy, exports: object): void {
  hook.compared.add(exports);
  const outer = current;
  current = copy;
  try {
    hook.listener(exports, copy.version);
  } finally {
    current = outer;
  }
}

/** The copy of the package that a file belongs to if it is the hook's module. */
function copyOf(hook: Hook, filename: string): Copy | undefined {
  if (!filename.replaceAll('\\', '/').endsWith(`/${hook.file}`)) return undefined;
  const folder = filename.slice(0, -hook.file.length);
  const { name, version } = readManifest(folder) ?? {};
  return name === hook.package && version !== undefined ? { package: name, version, folder } : undefined;
}
