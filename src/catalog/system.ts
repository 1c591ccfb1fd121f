// Host: CPU, memory, file systems, disks and network. Names follow OpenTelemetry semantic conventions 1.45.
import { defineMetric } from '../core/metric.ts';
import {
  cpuMode,
  diskIoDirection,
  networkInterfaceName,
  networkIoDirection,
  systemDevice,
  systemFilesystemMountpoint,
  systemFilesystemState,
  systemFilesystemType,
  systemMemoryState,
} from './system-attributes.ts';

// Every process of a host reads the same values: a sum would count the host once for each.
const host = { stability: 'development', merge: 'max' } as const;

const filesystem = [systemDevice, systemFilesystemMountpoint, systemFilesystemType] as const;

export const systemCpuTime = defineMetric({
  ...host,
  name: 'system.cpu.time',
  instrument: 'counter',
  unit: 's',
  brief: 'CPU time of the host by mode.',
  attributes: [cpuMode],
});

export const systemCpuUtilization = defineMetric({
  ...host,
  name: 'system.cpu.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of the CPU time of the host by mode.',
  attributes: [cpuMode],
});

export const systemMemoryUsage = defineMetric({
  ...host,
  name: 'system.memory.usage',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Reports memory by state.',
  note: 'The states add up to system.memory.limit.',
  attributes: [systemMemoryState],
});

export const systemMemoryUtilization = defineMetric({
  ...host,
  name: 'system.memory.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Fraction of memory bytes by state.',
  note: 'The states add up to 1.',
  attributes: [systemMemoryState],
});

export const systemMemoryLimit = defineMetric({
  ...host,
  name: 'system.memory.limit',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Physical memory of the host.',
  attributes: [],
});

export const systemFilesystemUsage = defineMetric({
  ...host,
  name: 'system.filesystem.usage',
  instrument: 'updowncounter',
  unit: 'By',
  brief: "Reports a filesystem's space usage across different states.",
  note: 'The states add up to system.filesystem.limit.',
  attributes: [...filesystem, systemFilesystemState],
});

export const systemFilesystemUtilization = defineMetric({
  ...host,
  name: 'system.filesystem.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Fraction of filesystem bytes used.',
  note: 'Reserved space is left out, as in df.',
  attributes: filesystem,
});

export const systemFilesystemLimit = defineMetric({
  ...host,
  name: 'system.filesystem.limit',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'The total storage capacity of the filesystem.',
  note: 'Only local file systems are read.',
  attributes: filesystem,
});

export const systemDiskIo = defineMetric({
  ...host,
  name: 'system.disk.io',
  instrument: 'counter',
  unit: 'By',
  brief: 'Disk bytes transferred.',
  attributes: [systemDevice, diskIoDirection],
});

export const systemDiskOperations = defineMetric({
  ...host,
  name: 'system.disk.operations',
  instrument: 'counter',
  unit: '{operation}',
  brief: 'Disk operations count.',
  attributes: [systemDevice, diskIoDirection],
});

export const systemNetworkIo = defineMetric({
  ...host,
  name: 'system.network.io',
  instrument: 'counter',
  unit: 'By',
  brief: 'The number of bytes transmitted and received.',
  attributes: [networkInterfaceName, networkIoDirection],
});

export const systemNetworkErrors = defineMetric({
  ...host,
  name: 'system.network.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Count of network errors detected.',
  attributes: [networkInterfaceName, networkIoDirection],
});

export const systemNetworkPacketDropped = defineMetric({
  ...host,
  name: 'system.network.packet.dropped',
  instrument: 'counter',
  unit: '{packet}',
  brief: 'Count of packets that are dropped or discarded even though there was no error.',
  attributes: [networkInterfaceName, networkIoDirection],
});
