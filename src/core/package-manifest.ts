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

/** Whether a package is the manifest's own or among those that it lists; what served to develop an installed one is not there. */
export function uses(manifest: Manifest, name: string, isInstalled: boolean): boolean {
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest;
  const listed = [dependencies, peerDependencies, optionalDependencies, isInstalled ? undefined : devDependencies];
  return manifest.name === name || listed.some((versions) => versions?.[name] !== undefined);
}
