// Reads what is needed of a package.json: which package it is, and which packages it says it uses.

export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The package.json in a folder; undefined if there is none that can be read. */
export function readManifest(folder: string): Manifest | undefined {
  const file = process.getBuiltinModule('node:path').join(folder, 'package.json');
  try {
    return JSON.parse(process.getBuiltinModule('node:fs').readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** Whether a package is the manifest's own or among those that it needs; what only serves its development is not. */
export function needs(manifest: Manifest, name: string): boolean {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return (
    manifest.name === name ||
    [dependencies, peerDependencies, optionalDependencies].some((listed) => listed?.[name] !== undefined)
  );
}
