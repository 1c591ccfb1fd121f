// The Node.js runtime: event loop, garbage collection, heap. Names follow OpenTelemetry semantic conventions 1.45.
import { defineMetric } from '../core/metric.ts';
import { nodejsEventloopState, v8jsGcType, v8jsHeapSpaceName, v8jsResourceType } from './attributes.ts';
import { SECONDS_GC } from './buckets.ts';

// Of several processes the worst counts: their event loops have nothing in common that could be added up.
const eventLoopDelay = { instrument: 'gauge', unit: 's', stability: 'development', attributes: [], merge: 'max' } as const;

export const nodejsEventloopDelayMin = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.min',
  brief: 'Shortest time by which the event loop was late.',
  merge: 'min',
});

export const nodejsEventloopDelayMax = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.max',
  brief: 'Longest time by which the event loop was late.',
});

export const nodejsEventloopDelayMean = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.mean',
  brief: 'Mean time by which the event loop was late.',
});

export const nodejsEventloopDelayStddev = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.stddev',
  brief: 'Standard deviation of the time by which the event loop was late.',
});

export const nodejsEventloopDelayP50 = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.p50',
  brief: 'Median time by which the event loop was late.',
});

export const nodejsEventloopDelayP90 = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.p90',
  brief: '90th percentile of the time by which the event loop was late.',
});

export const nodejsEventloopDelayP99 = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.p99',
  brief: '99th percentile of the time by which the event loop was late.',
});

export const nodejsEventloopTime = defineMetric({
  name: 'nodejs.eventloop.time',
  instrument: 'counter',
  unit: 's',
  brief: 'Time that the event loop ran code or waited.',
  stability: 'development',
  attributes: [nodejsEventloopState],
});

export const nodejsEventloopUtilization = defineMetric({
  name: 'nodejs.eventloop.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Share of time that the event loop ran code.',
  stability: 'development',
  attributes: [],
  merge: 'max',
});

export const v8jsGcDuration = defineMetric({
  name: 'v8js.gc.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Duration of garbage collections.',
  stability: 'development',
  buckets: SECONDS_GC,
  attributes: [v8jsGcType],
});

/** Semantic conventions 1.45 still list this name with its old meaning, now `space.size`; this is the new one (#3481). */
export const v8jsMemoryHeapLimit = defineMetric({
  name: 'v8js.memory.heap.limit',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Size that the heap may grow to before the process ends for want of memory.',
  stability: 'development',
  attributes: [],
});

const heapSpace = { instrument: 'updowncounter', unit: 'By', stability: 'development', attributes: [v8jsHeapSpaceName] } as const;

export const v8jsMemoryHeapUsed = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.used',
  brief: 'Heap memory in use.',
});

export const v8jsMemoryHeapSpaceSize = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.space.size',
  brief: 'Heap memory that is set aside.',
});

export const v8jsMemoryHeapSpaceAvailableSize = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.space.available_size',
  brief: 'Heap memory that is set aside and not in use.',
});

export const v8jsMemoryHeapSpacePhysicalSize = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.space.physical_size',
  brief: 'Heap memory that takes up physical memory.',
});

/** Not in the semantic conventions: memory outside the heap is where Buffers leak. */
export const nodejsMemoryExternal = defineMetric({
  name: 'nodejs.memory.external',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Memory outside the heap that JavaScript objects hold, Buffers included.',
  stability: 'development',
  attributes: [],
});

/** Not in the semantic conventions. */
export const nodejsMemoryArrayBuffers = defineMetric({
  name: 'nodejs.memory.array_buffers',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Memory of ArrayBuffers and Buffers; a part of nodejs.memory.external.',
  stability: 'development',
  attributes: [],
});

export const v8jsResourceActive = defineMetric({
  name: 'v8js.resource.active',
  instrument: 'gauge',
  unit: '{resource}',
  brief: 'Timers, sockets and requests that keep the process alive.',
  stability: 'development',
  attributes: [v8jsResourceType],
  merge: 'sum',
});
