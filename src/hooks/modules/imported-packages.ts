// Finds the packages that a program imports, itself or in files of its own that it imports: read from their text, before any runs.

/** A program of more files is not read further. */
const MOST_FILES = 500;

const SPECIFIER = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g;

/** Reads the program and, through relative imports, its other files. Those of other packages are not read. */
export function packagesImportedBy(program: string): ReadonlySet<string> {
  const packages = new Set<string>();
  const files = new Set([program]);
  for (const file of files) {
    for (const specifier of specifiersOf(file)) {
      if (!specifier.startsWith('.')) packages.add(packageOf(specifier));
      else if (files.size < MOST_FILES) addFile(files, file, specifier);
    }
  }
  return packages;
}

/** Without the path within the package; the names of some have two parts. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/', specifier.startsWith('@') ? 2 : 1);
  return parts.join('/');
}

function addFile(files: Set<string>, importer: string, specifier: string): void {
  const found = fileOf(importer, specifier);
  if (found !== undefined) files.add(found);
}

function* specifiersOf(file: string): Generator<string> {
  let text = '';
  try {
    text = process.getBuiltinModule('node:fs').readFileSync(file, 'utf8');
  } catch {
    // Whoever imports it gets the error.
  }
  for (const [, specifier] of text.matchAll(SPECIFIER)) yield specifier!;
}

/** As Node finds a file, and as TypeScript does, which writes `.js` for `.ts`, or nothing. */
function fileOf(importer: string, specifier: string): string | undefined {
  const path = process.getBuiltinModule('node:path').resolve(importer, '..', specifier);
  const candidates = [path, path.replace(/\.([cm]?)js$/, '.$1ts'), `${path}.ts`, `${path}.js`, `${path}/index.ts`];
  return candidates.find((candidate) =>
    process.getBuiltinModule('node:fs').statSync(candidate, { throwIfNoEntry: false })?.isFile(),
  );
}
