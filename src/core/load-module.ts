// Loads a file of promtel itself when it is needed, synchronously: the very module that an import of it finds.
//
// To require it would be simpler. But where the program runs under a loader such as tsx, that makes a CommonJS module of each
// file that is required, and loads again all that the file imports, with a state of its own: routes that an instrumentation sets
// would not be found by the one that records requests. So Node compiles an ES module of one line, which imports the file.

interface EsModule {
  readonly exports: object;
  /** Undocumented, but what loaders have called for ten years; the format is given by Node's own since 22.12. */
  _compile(text: string, filename: string, format: 'module'): void;
}

/**
 * Loads a file by its path, which is relative to the URL of who loads it.
 *
 * @throws Error where the file is missing, as when promtel itself was bundled
 */
export function loadModule(path: string, importer: string): object {
  const { Module, createRequire } = process.getBuiltinModule('node:module');
  const url = new URL(path, importer);
  const filename = `${process.getBuiltinModule('node:url').fileURLToPath(url)}.load`;
  try {
    const module = new Module(filename) as unknown as EsModule;
    module._compile(`export * from ${JSON.stringify(url.href)};`, filename, 'module');
    return module.exports;
  } catch {
    // A version of Node that compiles in another way; or the file is missing, which this reports in fewer words.
    return createRequire(importer)(path) as object;
  }
}
