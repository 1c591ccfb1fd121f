// Calls back with an ES module of a package before a program that uses the package runs, by loading the module first.
//
// The program's own import then finds the same module, at no further cost. Only where the program itself imports promtel first,
// Node 22 has begun to load the other imports by then; later versions have not.
import { reportProblem } from '../../core/problem.ts';
import { requireBehindFacade } from './es-module-facade.ts';
import type { ModuleFile, ModuleListener } from './module-hook.ts';
import { readManifest } from './package-manifest.ts';
import { onPackageUse } from './package-use.ts';

/** A module to be loaded ahead of the program that uses it. */
export interface EsModuleFile extends ModuleFile {
  /** Whether it is a CommonJS module, which an ES module may import as well; no unless said. */
  readonly isCommonJs?: boolean;
  /** Exported functions to be replaced: the listener gets an object on which they can be. */
  readonly replaces?: readonly string[] | undefined;
}

interface Hook extends EsModuleFile {
  readonly listener: ModuleListener;
  /** The package.json of every copy that was loaded. */
  readonly loaded: Set<string>;
}

const hooks = new Set<Hook>();

/** Calls back once for every copy of the module that a program is about to use; the function returned ends it. */
export function onEsModule(target: EsModuleFile, listener: ModuleListener): () => void {
  const hook: Hook = { ...target, listener, loaded: new Set() };
  hooks.add(hook);
  const stop = onPackageUse(target.package, (manifestPath) => load(hook, manifestPath));
  return () => {
    hooks.delete(hook);
    stop();
  };
}

function load(hook: Hook, manifestPath: string): void {
  if (hook.loaded.has(manifestPath)) return;
  hook.loaded.add(manifestPath);
  const paths = process.getBuiltinModule('node:path');
  const folder = paths.dirname(manifestPath);
  const loaded = requireBehindFacade(paths.join(folder, hook.file), replacedIn(hook));
  const subject = `package ${hook.package}`;
  if (loaded.isEsModule === (hook.isCommonJs === true))
    reportProblem(subject, 'is out of sight behind another loader; put --import promtel/register before its --import');
  else if (loaded.isEsModule && (!wasRun(loaded.exports) || (hook.replaces !== undefined && !loaded.isReplaceable)))
    reportProblem(subject, 'is out of sight, because it was loaded before promtel; use node --import promtel/register');
  else hook.listener(loaded.exports, readManifest(folder)?.version ?? '');
}

/** False where the import that is under way has loaded it and not run it yet: Node 22 returns it in that state. */
function wasRun(exports: object): boolean {
  try {
    return Object.values(exports).length >= 0;
  } catch {
    return false;
  }
}

/** Of all hooks, since the module is loaded once for all of them. */
function replacedIn({ package: name, file }: Hook): string[] {
  const same = [...hooks].filter((hook) => hook.package === name && hook.file === file);
  return [...new Set(same.flatMap(({ replaces = [] }) => replaces))];
}
