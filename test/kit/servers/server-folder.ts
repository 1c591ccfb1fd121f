// A temporary folder for a database server, and the user to run it as: such servers refuse to run as root.
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerFolder extends Disposable {
  readonly path: string;
  /** What to start the server with. */
  readonly owner: { readonly uid?: number; readonly gid?: number };
}

/** Debian's `nobody`. */
const NOBODY = 65_534;

export function serverFolder(name: string): ServerFolder {
  const path = mkdtempSync(join(tmpdir(), `promtel-${name}-`));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(path, NOBODY, NOBODY);
  return {
    path,
    owner: isRoot ? { uid: NOBODY, gid: NOBODY } : {},
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
