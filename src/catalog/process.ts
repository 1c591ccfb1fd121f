// The process and its container: CPU, memory, file descriptors, limits. Names follow OpenTelemetry semantic conventions 1.45.
import { defineMetric } from '../core/metric.ts';
import { cpuMode, processContextSwitchType, systemPagingFaultType } from './system-attributes.ts';

export const processCpuTime = defineMetric({
  name: 'process.cpu.time',
  instrument: 'counter',
  unit: 's',
  brief: 'Total CPU seconds broken down by different CPU modes.',
  stability: 'development',
  attributes: [cpuMode],
});

export const processCpuUtilization = defineMetric({
  name: 'process.cpu.utilization',
  instrument: 'gauge',
  unit: '1',
  brief:
    'Difference in process.cpu.time since the last measurement, divided by the elapsed time and number of CPUs available to the process.',
  stability: 'development',
  attributes: [cpuMode],
  merge: 'sum',
});

export const processMemoryUsage = defineMetric({
  name: 'process.memory.usage',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'The amount of physical memory in use.',
  note: 'This is the resident set size.',
  stability: 'development',
  attributes: [],
});

export const processMemoryVirtual = defineMetric({
  name: 'process.memory.virtual',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'The amount of committed virtual memory.',
  stability: 'development',
  attributes: [],
});

/** Semantic conventions 1.45 rename it `process.unix.file_descriptor.count`; dashboards in use still query this name. */
export const processOpenFileDescriptorCount = defineMetric({
  name: 'process.open_file_descriptor.count',
  instrument: 'updowncounter',
  unit: '{file_descriptor}',
  brief: 'Number of UNIX file descriptors in use by the process.',
  note: 'Descriptors are files, sockets and pipes.',
  stability: 'development',
  attributes: [],
});

/** Not in the semantic conventions: without it, no alert can say that descriptors run out. */
export const processOpenFileDescriptorLimit = defineMetric({
  name: 'process.open_file_descriptor.limit',
  instrument: 'updowncounter',
  unit: '{file_descriptor}',
  brief: 'Limit of open file descriptors of the process.',
  stability: 'development',
  attributes: [],
});

export const processContextSwitches = defineMetric({
  name: 'process.context_switches',
  instrument: 'counter',
  unit: '{context_switch}',
  brief: 'Number of times the process has been context switched.',
  stability: 'development',
  attributes: [processContextSwitchType],
});

export const processPagingFaults = defineMetric({
  name: 'process.paging.faults',
  instrument: 'counter',
  unit: '{fault}',
  brief: 'Number of page faults the process has made.',
  stability: 'development',
  attributes: [systemPagingFaultType],
});

export const processUptime = defineMetric({
  name: 'process.uptime',
  instrument: 'gauge',
  unit: 's',
  brief: 'The time the process has been running.',
  stability: 'development',
  attributes: [],
  merge: 'max',
});

/** Not in the semantic conventions; in Prometheus it gets the name that every client library gives it. */
export const processStartTime = defineMetric({
  name: 'process.start_time',
  instrument: 'gauge',
  unit: 's',
  brief: 'Unix time when the process started.',
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
  brief: 'Memory usage of the container.',
  note: 'The page cache is included; outside a container, it is that of the control group.',
});

export const containerMemoryWorkingSet = defineMetric({
  ...container,
  name: 'container.memory.working_set',
  unit: 'By',
  brief: 'Container memory working set.',
  note: 'Kubernetes evicts pods by it; outside a container, it is that of the control group.',
});

/** Not in the semantic conventions. */
export const containerMemoryLimit = defineMetric({
  ...container,
  name: 'container.memory.limit',
  unit: 'By',
  brief: 'Memory limit of the container.',
  note: 'Absent without a limit; outside a container, it is that of the control group.',
});

/** Not in the semantic conventions. */
export const containerCpuLimit = defineMetric({
  ...container,
  name: 'container.cpu.limit',
  unit: '{cpu}',
  brief: 'CPU limit of the container.',
  note: 'Absent without a limit; outside a container, it is that of the control group.',
});
