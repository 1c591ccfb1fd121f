// Reads memory usage, memory limit and CPU limit of the cgroup of this process; cgroup v1, v2 and both mounted together.
import type { ReadText } from './procfs.ts';

/** A value that the kernel does not report is undefined, and so is a limit that is not set. */
export interface CgroupUsage {
  readonly memoryUsageBytes: number | undefined;
  /** Usage without the inactive file cache, which the kernel can reclaim at once. */
  readonly memoryWorkingSetBytes: number | undefined;
  readonly memoryLimitBytes: number | undefined;
  /** In CPUs, such as 0.5. */
  readonly cpuLimit: number | undefined;
}

/** The files of one cgroup version, and how they are parsed. */
interface Version {
  readonly memory: Controller;
  readonly cpu: Controller;
  readonly limitFile: string;
  readonly inactiveFileKey: string;
  readonly cpuLimitOf: (read: ReadText) => number | undefined;
}

interface Controller {
  /** Its name in /proc/self/cgroup. */
  readonly name: string;
  readonly mountpoint: string;
  /** A file that exists in every cgroup of the controller. */
  readonly mainFile: string;
}

const VERSIONS: readonly Version[] = [
  {
    memory: { name: '', mountpoint: '/sys/fs/cgroup', mainFile: 'memory.current' },
    cpu: { name: '', mountpoint: '/sys/fs/cgroup', mainFile: 'cpu.max' },
    limitFile: 'memory.max',
    inactiveFileKey: 'inactive_file',
    cpuLimitOf(read) {
      const [quota, period] = read('cpu.max')?.split(' ') ?? [];
      return ratioOf(quota, period);
    },
  },
  {
    memory: { name: 'memory', mountpoint: '/sys/fs/cgroup/memory', mainFile: 'memory.usage_in_bytes' },
    cpu: { name: 'cpu', mountpoint: '/sys/fs/cgroup/cpu', mainFile: 'cpu.cfs_quota_us' },
    limitFile: 'memory.limit_in_bytes',
    inactiveFileKey: 'total_inactive_file',
    cpuLimitOf: (read) => ratioOf(read('cpu.cfs_quota_us'), read('cpu.cfs_period_us')),
  },
];

/** Finds the cgroup of this process and returns a function that reads it; undefined where no memory controller is mounted. */
export function findCgroup(read: ReadText): (() => CgroupUsage) | undefined {
  const paths = parseCgroupPaths(read('/proc/self/cgroup') ?? '');
  for (const version of VERSIONS) {
    const memory = findGroup(version.memory, paths, read);
    if (memory === undefined) continue;
    const cpu = findGroup(version.cpu, paths, read) ?? [];
    return () => usageOf(version, memory, cpu, read);
  }
  return undefined;
}

function usageOf(version: Version, memory: readonly string[], cpu: readonly string[], read: ReadText): CgroupUsage {
  const [own] = memory;
  const usage = bytesOf(read(`${own}/${version.memory.mainFile}`));
  const inactive = statOf(read(`${own}/memory.stat`), version.inactiveFileKey);
  return {
    memoryUsageBytes: usage,
    memoryWorkingSetBytes: usage === undefined || inactive === undefined ? undefined : Math.max(0, usage - inactive),
    memoryLimitBytes: least(memory.map((group) => bytesOf(read(`${group}/${version.limitFile}`)))),
    cpuLimit: least(cpu.map((group) => version.cpuLimitOf((file) => read(`${group}/${file}`)))),
  };
}

/**
 * The cgroup of the process followed by its ancestors: the limits of all of them apply. In a container only the root of
 * the hierarchy is visible, and it is the cgroup of the container.
 */
function findGroup(
  { name, mountpoint, mainFile }: Controller,
  paths: ReadonlyMap<string, string>,
  read: ReadText,
): string[] | undefined {
  const parts = (paths.get(name) ?? '').split('/').filter((part) => part !== '');
  const nested = parts.includes('..') ? [] : parts.map((_, index) => `${mountpoint}/${parts.slice(0, index + 1).join('/')}`);
  const chains = [[...nested.toReversed(), mountpoint], [mountpoint]];
  return chains.find(([own]) => read(`${own}/${mainFile}`) !== undefined);
}

/** Parses /proc/self/cgroup: the path in each hierarchy by controller; the hierarchy of v2 has the empty name. */
export function parseCgroupPaths(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  return paths;
}

/** Without a limit, v1 writes a number near 2^63 and v2 the word `max`. */
function bytesOf(text: string | undefined): number | undefined {
  const value = numberOf(text);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

function statOf(text: string | undefined, key: string): number | undefined {
  return numberOf(new RegExp(`^${key} (\\d+)$`, 'm').exec(text ?? '')?.[1]);
}

/** A quota of -1 or `max` means no limit. */
function ratioOf(quota: string | undefined, period: string | undefined): number | undefined {
  const [dividend, divisor] = [numberOf(quota), numberOf(period)];
  return dividend === undefined || divisor === undefined || divisor === 0 ? undefined : dividend / divisor;
}

function numberOf(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? '';
  return /^\d{1,20}$/.test(digits) ? Number(digits) : undefined;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
