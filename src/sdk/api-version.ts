// Finds the version of the copy of @opentelemetry/api that a call comes from: of a package, or of a bundle.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readManifest } from '../hooks/modules/package-manifest.ts';

/** A call in a loaded script, as `util.getCallSites` gives it. */
export interface CallSite {
  /** Path or file URL of the script. */
  readonly scriptName: string;
  /** Counted from 1. */
  readonly lineNumber: number;
  /** Counted from 1. */
  readonly columnNumber: number;
}

const versionByCall = new Map<string, string | undefined>();

/** The version of the copy that the call comes from; undefined if neither its package nor its text says it. */
export function apiVersionAt({ scriptName, lineNumber, columnNumber }: CallSite): string | undefined {
  const call = `${scriptName}:${lineNumber}:${columnNumber}`;
  if (!versionByCall.has(call)) versionByCall.set(call, findVersion(scriptName, lineNumber, columnNumber));
  return versionByCall.get(call);
}

function findVersion(scriptName: string, line: number, column: number): string | undefined {
  try {
    const file = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
    return versionOfPackage(file) ?? versionInText(read(file), line, column);
  } catch {
    // The script has no file: it was evaluated, or is part of a single executable.
    return undefined;
  }
}

function versionOfPackage(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(folder);
    // Some folders of a build have a package.json that says nothing but the type of its modules.
    if (manifest?.name !== undefined) return manifest.name === '@opentelemetry/api' ? manifest.version : undefined;
  }
  return undefined;
}

/**
 * The literal with the copy's version in a bundle. Bundlers keep the order of imports, so it comes right before the module
 * with the key of the global object; of several copies in the bundle, the one whose key is nearest to the call is taken.
 */
function versionInText(text: string, line: number, column: number): string | undefined {
  const call = offsetOf(text, line, column);
  const keys = Array.from(text.matchAll(/opentelemetry\.js\.api\./g), ({ index }) => index);
  const key = keys.toSorted((a, b) => Math.abs(a - call) - Math.abs(b - call))[0] ?? call;
  const versions = Array.from(text.matchAll(/(["'`])(1\.\d+\.\d+)\1/g), ({ index, 2: version }) => ({ index, version }));
  return (versions.findLast(({ index }) => index < key) ?? versions[0])?.version;
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) start = text.indexOf('\n', start) + 1;
  return start + column;
}

function read(file: string): string {
  return process.getBuiltinModule('node:fs').readFileSync(file, 'utf8');
}
