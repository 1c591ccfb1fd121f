// Whether a program imports a package, itself or in a file of its own that it imports: read from their text, before any runs.

/** A program of more files is not read further. */
const MOST_FILES = 500;

const SPECIFIER = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g;

/** Looks at the program and, through relative imports, at its other files. Those of other packages are not looked at. */
export function importsPackage(program: string, name: string): boolean {
  const files = new Set([program]);
  for (const file of files) {
    for (const specifier of specifiersOf(file)) {
      if (specifier === name || specifier.startsWith(`${name}/`)) return true;
      const found = specifier.startsWith('.') && files.size < MOST_FILES ? fileOf(file, specifier) : undefined;
      if (found !== undefined) files.add(found);
    }
  }
  return false;
}

function* specifiersOf(file: string): Generator<string> {
  let text = '';
  try {
    text = process.getBuiltinModule('node:fs').readFileSync(file, 'utf8');
  } catch {
    // Whoever imports it will be told.
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
