// Calls back with the package.json of a package when an ES module program that uses the package is about to run.
//
// Node publishes no event for what a static import loads. A loader hook would see it, but costs every module of the process 10 µs
// or more, and with one in place Node 22.15 fails on CommonJS packages that require themselves. So a program counts as using a
// package that its package.json lists or that its text imports; `import()` of the package itself is published.
import { channel } from 'node:diagnostics_channel';
import { packagesImportedBy } from './imported-packages.ts';
import { type Manifest, needs, readManifest } from './package-manifest.ts';

interface ImportMessage {
  /** What the program wrote; a URL for the file that a process or a worker starts with. */
  readonly url: string | URL;
  readonly parentURL?: string;
}

/** Called with the path of the package.json of the copy in use, again for every program. */
export type PackageUseListener = (manifestPath: string) => void;

interface Watch {
  readonly package: string;
  readonly listener: PackageUseListener;
}

const watches = new Set<Watch>();

/** By path. */
const programs = new Map<string, Program>();

/** The program that the process was started with. It may be running already, if it imports promtel itself. */
let mainProgram: Program | undefined;

/** Calls back before each program that uses the package, beginning with the one that the process was started with. */
export function onPackageUse(name: string, listener: PackageUseListener): () => void {
  const watch: Watch = { package: name, listener };
  if (watches.size === 0) channel('tracing:module.import:start').subscribe(onImport);
  watches.add(watch);
  checkMainProgram(watch);
  return () => {
    watches.delete(watch);
    if (watches.size === 0) channel('tracing:module.import:start').unsubscribe(onImport);
  };
}

function checkMainProgram(watch: Watch): void {
  try {
    notify(watch, (mainProgram ??= programAt(pathOfMainProgram())).pathOfManifest(watch.package));
  } catch {
    // Not a file, as with `node -`.
  }
}

function pathOfMainProgram(): string {
  return process.getBuiltinModule('node:fs').realpathSync(process.argv[1] ?? '');
}

function onImport(message: unknown): void {
  const { url, parentURL } = message as ImportMessage;
  const specifier = String(url);
  try {
    const program = isFile(specifier) ? programAt(pathOf(new URL(specifier, parentURL))) : undefined;
    // A listener may add watches, which see this import as well.
    for (const watch of watches)
      notify(watch, program?.pathOfManifest(watch.package) ?? manifestPathFor(watch, specifier, parentURL));
  } catch {
    // No such file: the import itself will say so.
  }
}

function isFile(specifier: string): boolean {
  return /^(?:file:|\.{0,2}\/)/.test(specifier);
}

/** Without the query of its URL, which programs change to load a file anew. */
function pathOf(program: URL): string {
  return process.getBuiltinModule('node:url').fileURLToPath(program);
}

/** Of an import of the package itself. */
function manifestPathFor({ package: name }: Watch, specifier: string, parentURL: string | undefined): string | undefined {
  return specifier === name || specifier.startsWith(`${name}/`) ? manifestPathOf(name, parentURL) : undefined;
}

function notify({ listener }: Watch, manifestPath: string | undefined): void {
  if (manifestPath === undefined) return;
  try {
    listener(manifestPath);
  } catch {
    // The package has no such file, or it fails: the program's own import will say so.
  }
}

function programAt(path: string): Program {
  let program = programs.get(path);
  if (program === undefined) programs.set(path, (program = new Program(path)));
  return program;
}

/** A file that is run; it is read once, and only if a package is installed that it may use. */
class Program {
  readonly #path: string;
  readonly #manifestPaths = new Map<string, string | undefined>();
  #manifests: readonly Manifest[] | undefined = undefined;
  #isEsModule: boolean | undefined = undefined;
  #imported: ReadonlySet<string> | undefined = undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The path of the package.json of a package that it uses; undefined if it does not, or is CommonJS. */
  pathOfManifest(name: string): string | undefined {
    if (!this.#manifestPaths.has(name)) this.#manifestPaths.set(name, this.#uses(name) ? this.#pathOf(name) : undefined);
    return this.#manifestPaths.get(name);
  }

  #uses(name: string): boolean {
    this.#isEsModule ??= isEsModule(this.#path);
    if (!this.#isEsModule) return false;
    this.#manifests ??= [...manifestsAbove(this.#path)];
    if (this.#manifests.some((manifest) => needs(manifest, name))) return true;
    // Most packages are not installed, and a program's files are not read for them.
    if (this.#pathOf(name) === undefined) return false;
    this.#imported ??= packagesImportedBy(this.#path);
    return this.#imported.has(name);
  }

  #pathOf(name: string): string | undefined {
    return manifestPathOf(name, this.#path);
  }
}

function manifestPathOf(name: string, importer: string | undefined): string | undefined {
  try {
    return process.getBuiltinModule('node:module').findPackageJSON(name, importer);
  } catch {
    return undefined;
  }
}

/** Every package.json from a program's folder upwards, within its package if it is an installed one. */
function* manifestsAbove(path: string): Generator<Manifest> {
  const paths = process.getBuiltinModule('node:path');
  for (let folder = paths.dirname(path); paths.basename(folder) !== 'node_modules'; folder = paths.dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest !== undefined) yield manifest;
    if (folder === paths.dirname(folder)) return;
  }
}

function isEsModule(path: string): boolean {
  if (/\.m[jt]s$/.test(path)) return true;
  if (/\.c[jt]s$/.test(path)) return false;
  const [manifest] = manifestsAbove(path);
  if (manifest?.type !== undefined) return manifest.type === 'module';
  // Where neither says so, Node goes by the syntax.
  return path.endsWith('.js') && /^\s*(?:import|export)\b/m.test(process.getBuiltinModule('node:fs').readFileSync(path, 'utf8'));
}
