// Calls back when a CommonJS module of a package has been loaded, by require or by import, as Node's own channel tells it.
import { channel } from 'node:diagnostics_channel';
import { readManifest } from './package-manifest.ts';

/** A module of a package. */
export interface ModuleFile {
  /** The name in the package's package.json, whatever name it is installed under. */
  readonly package: string;
  /** The file within the package, such as `lib/context.js`. */
  readonly file: string;
}

export type ModuleListener = (exports: object, version: string) => void;

interface RequireMessage {
  readonly id: string;
  readonly parentFilename?: string;
  readonly result?: unknown;
}

interface Hook extends ModuleFile {
  readonly listener: ModuleListener;
  /** What was looked at before: every later require of a loaded module is told as well. */
  readonly judged: WeakSet<object>;
}

/** By the last part of what a program may write to require the file: something is looked up here for every require. */
const hooksByStem = new Map<string, Set<Hook>>();

/** Calls back once for every copy of the module that is loaded from now on; the function returned ends it. */
export function onModule(target: ModuleFile, listener: ModuleListener): () => void {
  const hook: Hook = { ...target, listener, judged: new WeakSet() };
  const stems = new Set([stemOf(`${target.package}/${target.file}`), stemOf(target.package)]);
  if (hooksByStem.size === 0) channel('tracing:module.require:end').subscribe(onRequire);
  for (const stem of stems) hooksByStem.set(stem, (hooksByStem.get(stem) ?? new Set()).add(hook));
  return () => {
    for (const stem of stems) {
      const hooks = hooksByStem.get(stem);
      if (hooks?.delete(hook) && hooks.size === 0) hooksByStem.delete(stem);
    }
    if (hooksByStem.size === 0) channel('tracing:module.require:end').unsubscribe(onRequire);
  };
}

/** The last part without its extension; an index goes by the name of its folder, and a package's main file by the package's. */
function stemOf(id: string): string {
  const end = /(?:[/\\]index)?(?:\.[cm]?js)?$/.exec(id)!.index;
  const start = Math.max(id.lastIndexOf('/', end - 1), id.lastIndexOf('\\', end - 1)) + 1;
  return id.slice(start, end);
}

function onRequire(message: unknown): void {
  const { id, parentFilename, result } = message as RequireMessage;
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return;
  for (const hook of hooksByStem.get(stemOf(id)) ?? []) {
    if (!hook.judged.has(result)) judge(hook, id, parentFilename, result);
  }
}

function judge(hook: Hook, id: string, parentFilename: string | undefined, exports: object): void {
  let version: string | undefined;
  try {
    const require = process.getBuiltinModule('node:module').createRequire(parentFilename ?? id);
    const filename = require.resolve(id);
    // Modules that require each other in a circle: this one is told again when it is done.
    if (require.cache[filename]?.loaded === false) return;
    version = versionOf(hook, filename.replaceAll('\\', '/'));
  } catch {
    // A loader of the application's own found the module where Node does not.
  }
  hook.judged.add(exports);
  if (version !== undefined) hook.listener(exports, version);
}

/** The version of the package if this is the hook's module. */
function versionOf(hook: Hook, filename: string): string | undefined {
  if (!filename.endsWith(`/${hook.file}`)) return undefined;
  const manifest = readManifest(filename.slice(0, -hook.file.length));
  return manifest?.name === hook.package ? manifest.version : undefined;
}
