// The host. Names follow OpenTelemetry semantic conventions 1.45.
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
} from './attributes.ts';

// Every process of a host reads the same values of it: adding them up would count the host once for each.
const host = { stability: 'development', merge: 'max' } as const;

const filesystem = [systemDevice, systemFilesystemMountpoint, systemFilesystemType] as const;

export const systemCpuTime = defineMetric({
  ...host,
  name: 'system.cpu.time',
  instrument: 'counter',
  unit: 's',
  brief: 'CPU time of the host, all CPUs together.',
  attributes: [cpuMode],
});

export const systemCpuUtilization = defineMetric({
  ...host,
  name: 'system.cpu.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of the CPU time of the host, all CPUs together; the modes add up to 1.',
  attributes: [cpuMode],
});

export const systemMemoryUsage = defineMetric({
  ...host,
  name: 'system.memory.usage',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Memory of the host; the states add up to its limit.',
  attributes: [systemMemoryState],
});

export const systemMemoryUtilization = defineMetric({
  ...host,
  name: 'system.memory.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of the memory of the host; the states add up to 1.',
  attributes: [systemMemoryState],
});

export const systemMemoryLimit = defineMetric({
  ...host,
  name: 'system.memory.limit',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Memory that the host has.',
  attributes: [],
});

export const systemFilesystemUsage = defineMetric({
  ...host,
  name: 'system.filesystem.usage',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Space of local file systems; the states add up to its limit.',
  attributes: [...filesystem, systemFilesystemState],
});

export const systemFilesystemUtilization = defineMetric({
  ...host,
  name: 'system.filesystem.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of the space of local file systems that is used, of what is not reserved, as df shows it.',
  attributes: filesystem,
});

export const systemFilesystemLimit = defineMetric({
  ...host,
  name: 'system.filesystem.limit',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Space that local file systems have.',
  attributes: filesystem,
});

export const systemDiskIo = defineMetric({
  ...host,
  name: 'system.disk.io',
  instrument: 'counter',
  unit: 'By',
  brief: 'Bytes read from and written to disks.',
  attributes: [systemDevice, diskIoDirection],
});

export const systemDiskOperations = defineMetric({
  ...host,
  name: 'system.disk.operations',
  instrument: 'counter',
  unit: '{operation}',
  brief: 'Reads and writes that disks completed.',
  attributes: [systemDevice, diskIoDirection],
});

export const systemNetworkIo = defineMetric({
  ...host,
  name: 'system.network.io',
  instrument: 'counter',
  unit: 'By',
  brief: 'Bytes received and transmitted.',
  attributes: [networkInterfaceName, networkIoDirection],
});

export const systemNetworkErrors = defineMetric({
  ...host,
  name: 'system.network.errors',
  instrument: 'counter',
  unit: '{error}',
  brief: 'Errors of network interfaces.',
  attributes: [networkInterfaceName, networkIoDirection],
});

export const systemNetworkPacketDropped = defineMetric({
  ...host,
  name: 'system.network.packet.dropped',
  instrument: 'counter',
  unit: '{packet}',
  brief: 'Packets that network interfaces dropped although nothing was wrong with them.',
  attributes: [networkInterfaceName, networkIoDirection],
});
