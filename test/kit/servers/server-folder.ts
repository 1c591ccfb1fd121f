// A temporary folder for a database server, and the user that it runs as: database servers refuse to run as root.
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerFolder extends Disposable {
  readonly path: string;
}

/** Debian's `nobody`. */
const NOBODY = 65_534;

const isRoot = process.getuid?.() === 0;

/** What a database server, and what belongs to it, is spawned with: the user of the tests, but `nobody` where that is root. */
export const SERVER_USER: { readonly uid?: number; readonly gid?: number } = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

export function serverFolder(name: string): ServerFolder {
  const path = mkdtempSync(join(tmpdir(), `promtel-${name}-`));
  if (isRoot) chownSync(path, NOBODY, NOBODY);
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
