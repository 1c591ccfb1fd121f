// Reads what is needed of a package.json: which package it is, and which packages it says it uses.

export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
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

/** Whether a package is among those that the manifest lists, for whatever purpose, or is the manifest's own. */
export function uses(manifest: Manifest, name: string): boolean {
  if (manifest.name === name) return true;
  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest;
  return [dependencies, devDependencies, peerDependencies, optionalDependencies].some((listed) => listed?.[name] !== undefined);
}
