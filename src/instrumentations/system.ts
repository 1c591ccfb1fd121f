// The host: CPU, memory, local file systems, disks and network, read from /proc and node:os.
//
// Read here and not through @opentelemetry/instrumentation-host-metrics, which records through the OpenTelemetry SDK:
// loading that adds 45 ms to every start. A test holds the two to the same names, units and values.
import type { StatsFs } from 'node:fs';
import type { CpuInfo } from 'node:os';
import { systemFilesystemState } from '../catalog/system-attributes.ts';
import * as catalog from '../catalog/system.ts';
import { CollectionInterval } from '../core/collection-interval.ts';
import {
  isCounted,
  localMounts,
  type Mount,
  parseDisks,
  parseMounts,
  parseNetworkInterfaces,
  wholeDisks,
} from '../core/linux/devices.ts';
import { type CpuMode, type CpuTimes, parseCpuTimes, type ReadText, readText } from '../core/linux/procfs.ts';
import type { AttributesOf, MetricDefinition } from '../core/metric.ts';
import type { Counter } from '../core/recording/instrument.ts';
import type { CollectCallback, Registry } from '../core/recording/registry.ts';
import type { Instrumentation } from '../hooks/instrumentation.ts';
import { inMainThread } from '../hooks/main-thread.ts';

export const hostMetrics: Instrumentation = hostMetricsFrom(readText);

/** What cannot be read, as on another platform, has no series. */
export function hostMetricsFrom(read: ReadText): Instrumentation {
  return {
    name: 'host-metrics',
    target: { package: 'node', versions: '>=22.15' },
    metrics: [
      catalog.systemCpuTime,
      catalog.systemCpuUtilization,
      catalog.systemMemoryUsage,
      catalog.systemMemoryUtilization,
      catalog.systemMemoryLimit,
      catalog.systemFilesystemUsage,
      catalog.systemFilesystemUtilization,
      catalog.systemFilesystemLimit,
      catalog.systemDiskIo,
      catalog.systemDiskOperations,
      catalog.systemNetworkIo,
      catalog.systemNetworkErrors,
      catalog.systemNetworkPacketDropped,
    ],
    attach(attachment) {
      for (const reading of READINGS) attachment.onCollect(inMainThread(reading(attachment.registry, read)));
    },
  };
}

/** Each is a callback of its own, so that one that fails costs only its own metrics. */
type Reading = (registry: Registry, read: ReadText) => CollectCallback;

const READINGS: readonly Reading[] = [readCpu, readMemory, readFilesystems, readDisks, readNetwork];

function readCpu(registry: Registry, read: ReadText): CollectCallback {
  const time = registry.instrument(catalog.systemCpuTime);
  const utilization = registry.instrument(catalog.systemCpuUtilization);
  const interval = new CollectionInterval();
  let last: CpuTimes | undefined;
  return () => {
    const now = readCpuTimes(read);
    for (const [mode, seconds] of entriesOf(now)) {
      // The kernel corrects waiting time downwards now and then; the counter keeps its value until the kernel's is higher.
      const cell = time.bind({ 'cpu.mode': mode });
      cell.observe(Math.max(cell.value, seconds));
    }
    if (!interval.ends()) return;
    for (const [mode, share] of sharesOf(now, last ?? now)) utilization.set(share, { 'cpu.mode': mode });
    last = now;
  };
}

/** What share of the time between two readings each mode had; nothing if no time passed. */
function sharesOf(now: CpuTimes, last: CpuTimes): [CpuMode, number][] {
  const passed = entriesOf(now).map(([mode, seconds]): [CpuMode, number] => [mode, Math.max(0, seconds - (last[mode] ?? 0))]);
  const sum = passed.reduce((total, [, seconds]) => total + seconds, 0);
  return sum === 0 ? [] : passed.map(([mode, seconds]) => [mode, seconds / sum]);
}

function entriesOf(times: CpuTimes): [CpuMode, number][] {
  return Object.entries(times) as [CpuMode, number][];
}

function readCpuTimes(read: ReadText): CpuTimes {
  return parseCpuTimes(read('/proc/stat') ?? '') ?? cpuTimesOf(process.getBuiltinModule('node:os').cpus());
}

function cpuTimesOf(cpus: readonly CpuInfo[]): CpuTimes {
  const secondsOf = (mode: keyof CpuInfo['times']): number => cpus.reduce((sum, { times }) => sum + times[mode], 0) / 1e3;
  return {
    user: secondsOf('user'),
    system: secondsOf('sys'),
    nice: secondsOf('nice'),
    idle: secondsOf('idle'),
    interrupt: secondsOf('irq'),
  };
}

function readMemory(registry: Registry): CollectCallback {
  const usage = registry.instrument(catalog.systemMemoryUsage);
  const utilization = registry.instrument(catalog.systemMemoryUtilization);
  const limit = registry.instrument(catalog.systemMemoryLimit);
  return () => {
    const os = process.getBuiltinModule('node:os');
    const total = os.totalmem();
    // What Node.js calls free is what is available without swapping, the page cache included.
    const available = Math.min(total, os.freemem());
    limit.set(total);
    usage.set(total - available, { 'system.memory.state': 'used' });
    usage.set(available, { 'system.memory.state': 'available' });
    utilization.set((total - available) / total, { 'system.memory.state': 'used' });
    utilization.set(available / total, { 'system.memory.state': 'available' });
  };
}

/** The most devices of each kind that have series. */
const MOST_DEVICES = 16;

type FilesystemAttributes = AttributesOf<typeof catalog.systemFilesystemLimit>;

function readFilesystems(registry: Registry, read: ReadText): CollectCallback {
  const filesystems = new Filesystems(registry);
  return () => filesystems.measure(readMounts(read).slice(0, MOST_DEVICES));
}

/** The series of file systems, which come and go with their mounts. */
class Filesystems {
  readonly #usage;
  readonly #utilization;
  readonly #limit;
  readonly #shown = new Map<string, FilesystemAttributes>();
  readonly #pending = new Set<string>();

  constructor(registry: Registry) {
    this.#usage = registry.instrument(catalog.systemFilesystemUsage);
    this.#utilization = registry.instrument(catalog.systemFilesystemUtilization);
    this.#limit = registry.instrument(catalog.systemFilesystemLimit);
  }

  async measure(mounts: readonly Mount[]): Promise<void> {
    const mounted = new Set(mounts.map(keyOf));
    for (const key of this.#shown.keys()) if (!mounted.has(key)) this.#forget(key);
    const outcomes = await Promise.allSettled(mounts.map((mount) => this.#measureOne(mount)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #measureOne(mount: Mount): Promise<void> {
    const { device, mountpoint, type } = mount;
    // A file system that hangs blocks a thread of the pool: it is not read again before the last call has returned.
    if (this.#pending.has(mountpoint)) return;
    this.#pending.add(mountpoint);
    try {
      const space = await process.getBuiltinModule('node:fs').promises.statfs(mountpoint);
      if (space.blocks === 0) return;
      const attributes = { 'system.device': device, 'system.filesystem.mountpoint': mountpoint, 'system.filesystem.type': type };
      this.#shown.set(keyOf(mount), attributes);
      this.#show(space, attributes);
    } finally {
      this.#pending.delete(mountpoint);
    }
  }

  #show({ bsize, blocks, bfree, bavail }: StatsFs, attributes: FilesystemAttributes): void {
    const used = blocks - bfree;
    const reserved = Math.max(0, bfree - bavail);
    this.#limit.set(blocks * bsize, attributes);
    this.#usage.set(used * bsize, { ...attributes, 'system.filesystem.state': 'used' });
    this.#usage.set((bfree - reserved) * bsize, { ...attributes, 'system.filesystem.state': 'free' });
    this.#usage.set(reserved * bsize, { ...attributes, 'system.filesystem.state': 'reserved' });
    this.#utilization.set(used / (blocks - reserved), attributes);
  }

  #forget(key: string): void {
    const attributes = this.#shown.get(key);
    this.#shown.delete(key);
    this.#limit.remove(attributes);
    this.#utilization.remove(attributes);
    for (const state of systemFilesystemState.values) this.#usage.remove({ ...attributes, 'system.filesystem.state': state });
  }
}

function keyOf({ device, mountpoint }: Mount): string {
  return `${device} ${mountpoint}`;
}

/** Without a list of mounts, only the file system of the working directory is known. */
function readMounts(read: ReadText): Mount[] {
  const text = read('/proc/self/mounts');
  if (text !== undefined) return localMounts(parseMounts(text));
  const { root } = process.getBuiltinModule('node:path').parse(process.cwd());
  return [{ device: root, mountpoint: root, type: '' }];
}

function readDisks(registry: Registry, read: ReadText): CollectCallback {
  const io = registry.instrument(catalog.systemDiskIo);
  const operations = registry.instrument(catalog.systemDiskOperations);
  return () => {
    const disks = wholeDisks(parseDisks(read('/proc/diskstats') ?? ''));
    for (const disk of disks.slice(0, MOST_DEVICES)) {
      for (const direction of ['read', 'write'] as const) {
        const attributes = { 'system.device': disk.name, 'disk.io.direction': direction };
        observeTotal(io, disk[direction].bytes, attributes);
        observeTotal(operations, disk[direction].operations, attributes);
      }
    }
  };
}

function readNetwork(registry: Registry, read: ReadText): CollectCallback {
  const io = registry.instrument(catalog.systemNetworkIo);
  const errors = registry.instrument(catalog.systemNetworkErrors);
  const dropped = registry.instrument(catalog.systemNetworkPacketDropped);
  return () => {
    const interfaces = parseNetworkInterfaces(read('/proc/net/dev') ?? '').filter(isCounted);
    for (const device of interfaces.slice(0, MOST_DEVICES)) {
      for (const direction of ['receive', 'transmit'] as const) {
        const attributes = { 'network.interface.name': device.name, 'network.io.direction': direction };
        observeTotal(io, device[direction].bytes, attributes);
        observeTotal(errors, device[direction].errors, attributes);
        observeTotal(dropped, device[direction].dropped, attributes);
      }
    }
  };
}

/** Sets a counter to a device's total. A device that was removed and added again counts from zero, and so does its series. */
function observeTotal<D extends MetricDefinition>(counter: Counter<D>, total: number, attributes: AttributesOf<D>): void {
  if (total < counter.bind(attributes).value) counter.remove(attributes);
  counter.observe(total, attributes);
}
