// The process: CPU time, memory, file descriptors, uptime; and the memory and CPU limits of its container (cgroup).
import * as catalog from '../catalog/process.ts';
import { CollectionInterval } from '../core/collection-interval.ts';
import { type CgroupUsage, findCgroup } from '../core/linux/cgroup.ts';
import { parseOpenFilesLimit, parseVirtualBytes, type ReadText, readText } from '../core/linux/procfs.ts';
import type { CollectCallback, Registry } from '../core/recording/registry.ts';
import type { Instrumentation } from '../hooks/instrumentation.ts';
import { inMainThread } from '../hooks/main-thread.ts';

/** Where values are read from; what cannot be read, as on another platform, has no series. */
export interface ProcessSource {
  readonly read: ReadText;
  /** Lists the open file descriptors. */
  readonly descriptorDirectory: string;
}

export const processUsage: Instrumentation = processUsageFrom({ read: readText, descriptorDirectory: '/proc/self/fd' });

export function processUsageFrom(source: ProcessSource): Instrumentation {
  return {
    name: 'process',
    target: { package: 'node', versions: '>=22.15' },
    metrics: [
      catalog.processCpuTime,
      catalog.processCpuUtilization,
      catalog.processMemoryUsage,
      catalog.processMemoryVirtual,
      catalog.processOpenFileDescriptorCount,
      catalog.processOpenFileDescriptorLimit,
      catalog.processContextSwitches,
      catalog.processPagingFaults,
      catalog.processUptime,
      catalog.processStartTime,
      catalog.containerMemoryUsage,
      catalog.containerMemoryWorkingSet,
      catalog.containerMemoryLimit,
      catalog.containerCpuLimit,
    ],
    attach(attachment) {
      for (const reading of READINGS) attachment.onCollect(inMainThread(reading(attachment.registry, source)));
    },
  };
}

/** Each is a callback of its own, so that one that fails costs only its own metrics. */
type Reading = (registry: Registry, source: ProcessSource) => CollectCallback;

const READINGS: readonly Reading[] = [
  readCpu,
  readKernelCounters,
  readMemory,
  readVirtualMemory,
  readDescriptors,
  readDescriptorLimit,
  readAge,
  readContainer,
];

function readCpu(registry: Registry): CollectCallback {
  const time = registry.instrument(catalog.processCpuTime);
  const utilization = registry.instrument(catalog.processCpuUtilization);
  const interval = new CollectionInterval();
  let last = { user: 0, system: 0, atSeconds: 0 };
  return () => {
    const usage = process.cpuUsage();
    const now = { user: usage.user / 1e6, system: usage.system / 1e6, atSeconds: process.uptime() };
    const cpuSeconds = (now.atSeconds - last.atSeconds) * process.getBuiltinModule('node:os').availableParallelism();
    const ends = interval.ends();
    for (const mode of ['user', 'system'] as const) {
      time.observe(now[mode], { 'cpu.mode': mode });
      if (ends) utilization.set((now[mode] - last[mode]) / cpuSeconds, { 'cpu.mode': mode });
    }
    if (ends) last = now;
  };
}

function readKernelCounters(registry: Registry): CollectCallback {
  const switches = registry.instrument(catalog.processContextSwitches);
  const faults = registry.instrument(catalog.processPagingFaults);
  return () => {
    const usage = process.resourceUsage();
    switches.observe(usage.voluntaryContextSwitches, { 'process.context_switch.type': 'voluntary' });
    switches.observe(usage.involuntaryContextSwitches, { 'process.context_switch.type': 'involuntary' });
    faults.observe(usage.majorPageFault, { 'system.paging.fault.type': 'major' });
    faults.observe(usage.minorPageFault, { 'system.paging.fault.type': 'minor' });
  };
}

function readMemory(registry: Registry): CollectCallback {
  const usage = registry.instrument(catalog.processMemoryUsage);
  return () => usage.set(process.memoryUsage.rss());
}

function readVirtualMemory(registry: Registry, { read }: ProcessSource): CollectCallback {
  const virtual = registry.instrument(catalog.processMemoryVirtual);
  return () => {
    const bytes = parseVirtualBytes(read('/proc/self/stat') ?? '');
    if (bytes !== undefined) virtual.set(bytes);
  };
}

function readDescriptors(registry: Registry, { descriptorDirectory }: ProcessSource): CollectCallback {
  const count = registry.instrument(catalog.processOpenFileDescriptorCount);
  return async () => {
    const open = await countDescriptors(descriptorDirectory);
    if (open !== undefined) count.set(open);
  };
}

/** Linux 6.2 and later report the number as the directory's size; before, ten thousand names may have to be read. */
async function countDescriptors(directory: string): Promise<number | undefined> {
  const { promises, statSync } = process.getBuiltinModule('node:fs');
  const size = statSync(directory, { throwIfNoEntry: false })?.size;
  if (size !== 0) return size;
  // The directory is open itself while it is read.
  return (await promises.readdir(directory)).length - 1;
}

function readDescriptorLimit(registry: Registry, { read }: ProcessSource): CollectCallback {
  const limit = registry.instrument(catalog.processOpenFileDescriptorLimit);
  return () => {
    const mostOpen = parseOpenFilesLimit(read('/proc/self/limits') ?? '');
    if (mostOpen !== undefined) limit.set(mostOpen);
  };
}

function readAge(registry: Registry): CollectCallback {
  const uptime = registry.instrument(catalog.processUptime);
  const startTime = registry.instrument(catalog.processStartTime);
  // Fixed once: the clock may be set later, and a start time that moves looks like a restart.
  const startedAtSeconds = Date.now() / 1e3 - process.uptime();
  return () => {
    uptime.set(process.uptime());
    startTime.set(startedAtSeconds);
  };
}

function readContainer(registry: Registry, { read }: ProcessSource): CollectCallback {
  const usage = registry.instrument(catalog.containerMemoryUsage);
  const workingSet = registry.instrument(catalog.containerMemoryWorkingSet);
  const memoryLimit = registry.instrument(catalog.containerMemoryLimit);
  const cpuLimit = registry.instrument(catalog.containerCpuLimit);
  let readCgroup: (() => CgroupUsage) | undefined;
  return () => {
    readCgroup ??= findCgroup(read);
    const cgroup = readCgroup?.();
    if (cgroup === undefined) return;
    if (cgroup.memoryUsageBytes !== undefined) usage.set(cgroup.memoryUsageBytes);
    if (cgroup.memoryWorkingSetBytes !== undefined) workingSet.set(cgroup.memoryWorkingSetBytes);
    if (cgroup.memoryLimitBytes !== undefined) memoryLimit.set(cgroup.memoryLimitBytes);
    if (cgroup.cpuLimit !== undefined) cpuLimit.set(cgroup.cpuLimit);
  };
}
