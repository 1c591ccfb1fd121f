// The process and the container around it. Names follow OpenTelemetry semantic conventions 1.45 where they have them.
import { defineMetric } from '../core/metric.ts';
import { cpuMode, processContextSwitchType, systemPagingFaultType } from './attributes.ts';

export const processCpuTime = defineMetric({
  name: 'process.cpu.time',
  instrument: 'counter',
  unit: 's',
  brief: 'CPU time of the process.',
  stability: 'development',
  attributes: [cpuMode],
});

export const processCpuUtilization = defineMetric({
  name: 'process.cpu.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of the CPUs that the process may use.',
  stability: 'development',
  attributes: [cpuMode],
  merge: 'sum',
});

export const processMemoryUsage = defineMetric({
  name: 'process.memory.usage',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Physical memory of the process, its resident set.',
  stability: 'development',
  attributes: [],
});

export const processMemoryVirtual = defineMetric({
  name: 'process.memory.virtual',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Virtual memory of the process.',
  stability: 'development',
  attributes: [],
});

/** Semantic conventions 1.45 rename it `process.unix.file_descriptor.count`; what is in use still asks for this name. */
export const processOpenFileDescriptorCount = defineMetric({
  name: 'process.open_file_descriptor.count',
  instrument: 'updowncounter',
  unit: '{file_descriptor}',
  brief: 'Open files, sockets and pipes.',
  stability: 'development',
  attributes: [],
});

/** Not in the semantic conventions: without it, nobody can tell that descriptors run out. */
export const processOpenFileDescriptorLimit = defineMetric({
  name: 'process.open_file_descriptor.limit',
  instrument: 'updowncounter',
  unit: '{file_descriptor}',
  brief: 'Files, sockets and pipes that the process may have open.',
  stability: 'development',
  attributes: [],
});

export const processContextSwitches = defineMetric({
  name: 'process.context_switches',
  instrument: 'counter',
  unit: '{context_switch}',
  brief: 'Context switches of the process.',
  stability: 'development',
  attributes: [processContextSwitchType],
});

export const processPagingFaults = defineMetric({
  name: 'process.paging.faults',
  instrument: 'counter',
  unit: '{fault}',
  brief: 'Page faults of the process.',
  stability: 'development',
  attributes: [systemPagingFaultType],
});

export const processUptime = defineMetric({
  name: 'process.uptime',
  instrument: 'gauge',
  unit: 's',
  brief: 'Time since the process started.',
  stability: 'development',
  attributes: [],
  merge: 'max',
});

/** Not in the semantic conventions; in Prometheus it gets the name that every client library gives it. */
export const processStartTime = defineMetric({
  name: 'process.start_time',
  instrument: 'gauge',
  unit: 's',
  brief: 'When the process started, in Unix time.',
  stability: 'development',
  attributes: [],
  merge: 'min',
});

// Every process of a container reads the same values of it.
const container = { instrument: 'updowncounter', stability: 'development', attributes: [], merge: 'max' } as const;

export const containerMemoryUsage = defineMetric({
  ...container,
  name: 'container.memory.usage',
  unit: 'By',
  brief: 'Memory that the container or control group is charged for, page cache included.',
});

export const containerMemoryWorkingSet = defineMetric({
  ...container,
  name: 'container.memory.working_set',
  unit: 'By',
  brief: 'Memory of the container or control group that cannot be reclaimed at once; what Kubernetes evicts by.',
});

/** Not in the semantic conventions. */
export const containerMemoryLimit = defineMetric({
  ...container,
  name: 'container.memory.limit',
  unit: 'By',
  brief: 'Memory that the container or control group may use; absent where there is no limit.',
});

/** Not in the semantic conventions. */
export const containerCpuLimit = defineMetric({
  ...container,
  name: 'container.cpu.limit',
  unit: '{cpu}',
  brief: 'CPUs that the container or control group may use, such as 0.5; absent where there is no limit.',
});
