// Loads a CommonJS package anew, as an application does that starts: what is patched is patched as it is loaded.

/** Requires a package as if it, with all files of its folder, had not been loaded before. */
export function freshCopy(require: NodeJS.Require, name: string): any {
  const folder = require.resolve(`${name}/package.json`).replace('package.json', '');
  for (const file of Object.keys(require.cache))
    if (file.startsWith(folder) && !file.startsWith(`${folder}node_modules/`)) Reflect.deleteProperty(require.cache, file);
  return require(name);
}
