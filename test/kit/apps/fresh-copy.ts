// Loads a CommonJS package again, so that an instrumentation that patches modules as they are loaded patches it.

/** Requires a package as if no file of its folder had been loaded before. */
export function freshCopy(require: NodeJS.Require, name: string): any {
  const folder = require.resolve(`${name}/package.json`).replace('package.json', '');
  for (const file of Object.keys(require.cache))
    if (file.startsWith(folder) && !file.startsWith(`${folder}node_modules/`)) Reflect.deleteProperty(require.cache, file);
  return require(name);
}
