// Loads an ES module so that functions that it exports can be replaced, which they cannot on an ES module itself.
//
// A facade is loaded from the module's own URL, and the module behind it from the same URL with a query. That needs a loader hook,
// which is in place only while this one module is being loaded. It is too late where a program starts promtel by its own first
// import: Node has loaded by then what its other imports name. A default export would be lost: the module must not have one.

/** The global by which the facade finds the function that makes its exports. */
const MAKER = Symbol.for('promtel.esModuleFacade');
const BEHIND = '?promtel';

type Exports = Record<string, unknown>;

/** The objects whose functions the facades call, by the path of the module. */
const replaceables = new Map<string, Exports>();

export interface Loaded {
  /** The exports; of a module behind a facade, an object on which its functions can be replaced. */
  readonly exports: object;
  readonly isEsModule: boolean;
  /** False if the module had been loaded before, without a facade. */
  readonly isReplaceable: boolean;
}

/** Requires a file, behind a facade if functions of it are to be replaced. */
export function requireBehindFacade(file: string, replaced: readonly string[]): Loaded {
  const path = process.getBuiltinModule('node:fs').realpathSync(file);
  const load = (): object => process.getBuiltinModule('node:module').createRequire(path)(path) as object;
  const exports = replaced.length === 0 || replaceables.has(path) ? load() : loadFacade(path, replaced, load);
  const replaceable = replaceables.get(path);
  const isEsModule = process.getBuiltinModule('node:util').types.isModuleNamespaceObject(exports);
  return { exports: replaceable ?? exports, isEsModule, isReplaceable: replaceable !== undefined };
}

function loadFacade(path: string, replaced: readonly string[], load: () => object): object {
  const url = process.getBuiltinModule('node:url').pathToFileURL(path).href;
  const hooks = process.getBuiltinModule('node:module').registerHooks({
    load: (asked, context, next) =>
      asked === url ? { format: 'module', source: sourceOf(url, replaced), shortCircuit: true } : next(asked, context),
  });
  const holder = globalThis as { [MAKER]?: (exports: Exports) => Exports };
  holder[MAKER] = (exports) => {
    const replaceable = { ...exports };
    replaceables.set(path, replaceable);
    return Object.fromEntries(replaced.map((name) => [name, callerOf(replaceable, name)]));
  };
  try {
    return load();
  } finally {
    hooks.deregister();
    delete holder[MAKER];
  }
}

/** Where that global is missing, as when the facade is run later than it was loaded, it exports the functions themselves. */
function sourceOf(url: string, replaced: readonly string[]): string {
  const behind = JSON.stringify(url + BEHIND);
  const maker = `(globalThis[Symbol.for('${MAKER.description}')] ?? ((exports) => exports))`;
  return [
    `import * as behind from ${behind};`,
    `export * from ${behind};`,
    `export const { ${replaced.join(', ')} } = ${maker}(behind);`,
  ].join('\n');
}

/** Behaves as the function, and calls whatever has replaced it at the time of the call. */
function callerOf(replaceable: Exports, name: string): unknown {
  const original = replaceable[name];
  if (typeof original !== 'function') return original;
  return new Proxy(original, {
    apply: (_, self, values) => Reflect.apply(replaceable[name] as () => unknown, self, values) as unknown,
  });
}
