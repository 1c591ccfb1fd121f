// Whether the tests run in continuous integration, where nothing that they need may be missing.

/** Every CI service sets the variable CI; `false`, `0` and an empty one say that this is none. */
export function isCi(env: NodeJS.ProcessEnv = process.env): boolean {
  return !['', '0', 'false'].includes(env['CI'] ?? '');
}
