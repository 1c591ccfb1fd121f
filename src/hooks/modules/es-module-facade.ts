// Loads an ES module so that functions that it exports can be replaced, which they cannot on an ES module itself.
//
// A facade stands at the module's own URL, and the module behind it at the same URL with a query. Putting it there needs a loader
// hook, which is in place only while this one module is being loaded. It is too late where a program starts promtel by its own first
// import: Node has loaded by then what the others name. A default export would be lost: the module must not have one.

/** What the facade finds its maker by. */
const MAKER = Symbol.for('promtel.esModuleFacade');
const BEHIND = '?promtel';

type Exports = Record<string, unknown>;

/** What each facade's functions call, by the path of its module. */
const replaceables = new Map<string, Exports>();

export interface Loaded {
  /** Of a module behind a facade, an object on which what is to be replaced can be. */
  readonly exports: object;
  readonly isEsModule: boolean;
  /** No if somebody loaded it before and without a facade. */
  readonly isReplaceable: boolean;
}

/** Requires a file, behind a facade if anything of it is to be replaced. */
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

/** Without its maker, as where it is run later than it was loaded, the facade gives the functions themselves. */
function sourceOf(url: string, replaced: readonly string[]): string {
  const behind = JSON.stringify(url + BEHIND);
  const maker = `(globalThis[Symbol.for('${MAKER.description}')] ?? ((exports) => exports))`;
  return [
    `import * as behind from ${behind};`,
    `export * from ${behind};`,
    `export const { ${replaced.join(', ')} } = ${maker}(behind);`,
  ].join('\n');
}

/** Looks like the function, and calls whatever is in its place just then. */
function callerOf(replaceable: Exports, name: string): unknown {
  const original = replaceable[name];
  if (typeof original !== 'function') return original;
  return new Proxy(original, {
    apply: (_, self, values) => Reflect.apply(replaceable[name] as () => unknown, self, values) as unknown,
  });
}
