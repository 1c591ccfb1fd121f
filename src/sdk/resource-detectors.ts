// Resource detectors: one function for each name of `OTEL_NODE_RESOURCE_DETECTORS`.
import { dirname, parse, sep } from 'node:path';
import type { AttributeValue } from '../core/attribute.ts';
import { readText } from '../core/linux/procfs.ts';
import { type Manifest, readManifest } from '../hooks/modules/package-manifest.ts';

export type ResourceAttributes = Readonly<Record<string, AttributeValue>>;

/** The host. Its id is read from a file, which only Linux has. */
export function hostAttributes(): ResourceAttributes {
  const os = process.getBuiltinModule('node:os');
  const id = attempt(() => readText('/etc/machine-id') ?? readText('/var/lib/dbus/machine-id'))?.trim();
  const arch = { x64: 'amd64', arm: 'arm32', ppc: 'ppc32' }[process.arch as string] ?? process.arch;
  return { 'host.name': os.hostname(), 'host.arch': arch, ...(id ? { 'host.id': id } : {}) };
}

export function osAttributes(): ResourceAttributes {
  const type = { win32: 'windows', sunos: 'solaris' }[process.platform as string] ?? process.platform;
  return { 'os.type': type, 'os.version': process.getBuiltinModule('node:os').release() };
}

/** The process. Its arguments are left out: they may hold a secret, and the metrics page may be public. */
export function processAttributes(): ResourceAttributes {
  const owner = attempt(() => process.getBuiltinModule('node:os').userInfo().username);
  const [, command] = process.argv;
  return {
    'process.pid': process.pid,
    'process.executable.name': executableName(),
    'process.executable.path': process.execPath,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
    ...(command === undefined ? {} : { 'process.command': command }),
    ...(owner === undefined ? {} : { 'process.owner': owner }),
  };
}

/** The container. Its id is found in the control group (version 1) or in the mounts (version 2). */
export function containerAttributes(): ResourceAttributes {
  const id =
    /[0-9a-f]{64}/.exec(attempt(() => readText('/proc/self/cgroup')) ?? '')?.[0] ??
    /containers\/([0-9a-f]{64})\//.exec(attempt(() => readText('/proc/self/mountinfo')) ?? '')?.[1];
  return id === undefined ? {} : { 'container.id': id };
}

export function serviceInstanceAttributes(): ResourceAttributes {
  return { 'service.instance.id': process.getBuiltinModule('node:crypto').randomUUID() };
}

/** The service, by the package.json of the program: a better default than `unknown_service`. */
export function serviceAttributes(): ResourceAttributes {
  const { name, version } = manifestOfProgram() ?? {};
  if (name === undefined) return { 'service.name': `unknown_service:${executableName()}` };
  return { 'service.name': name, ...(version === undefined ? {} : { 'service.version': version }) };
}

function executableName(): string {
  return parse(process.execPath).name;
}

/** The package.json of the main script, or of the working directory if the script is a tool that is installed there. */
function manifestOfProgram(): Manifest | undefined {
  const script = attempt(() => process.getBuiltinModule('node:fs').realpathSync(process.argv[1]!));
  const isTool = script === undefined || script.includes(`${sep}node_modules${sep}`);
  // The working directory may have been deleted.
  let folder = isTool ? attempt(() => process.cwd()) : dirname(script);
  while (folder !== undefined) {
    const manifest = readManifest(folder);
    if (manifest?.name !== undefined) return manifest;
    folder = folder === dirname(folder) ? undefined : dirname(folder);
  }
  return undefined;
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
