// Reads a package.json: the package's name, version and kind of modules, and the packages that it depends on.

export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The package.json in a folder; undefined if there is none or it cannot be read. */
export function readManifest(folder: string): Manifest | undefined {
  const file = process.getBuiltinModule('node:path').join(folder, 'package.json');
  try {
    return JSON.parse(process.getBuiltinModule('node:fs').readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** Whether a package is the manifest's own or among its dependencies, without those for development. */
export function needs(manifest: Manifest, name: string): boolean {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return (
    manifest.name === name ||
    [dependencies, peerDependencies, optionalDependencies].some((listed) => listed?.[name] !== undefined)
  );
}
