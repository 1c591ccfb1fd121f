// Node.js runtime: event loop, garbage collection, heap, active resources. Names follow OpenTelemetry semantic conventions 1.45.
import { defineMetric } from '../core/metric.ts';
import { SECONDS_GC } from './buckets.ts';
import { nodejsEventloopState, v8jsGcType, v8jsHeapSpaceName, v8jsResourceType } from './system-attributes.ts';

// Of several processes the worst counts: delays of separate event loops do not add up.
const eventLoopDelay = { instrument: 'gauge', unit: 's', stability: 'development', attributes: [], merge: 'max' } as const;

export const nodejsEventloopDelayMin = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.min',
  brief: 'Event loop minimum delay.',
  merge: 'min',
});

export const nodejsEventloopDelayMax = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.max',
  brief: 'Event loop maximum delay.',
});

export const nodejsEventloopDelayMean = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.mean',
  brief: 'Event loop mean delay.',
});

export const nodejsEventloopDelayStddev = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.stddev',
  brief: 'Event loop standard deviation delay.',
});

export const nodejsEventloopDelayP50 = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.p50',
  brief: 'Event loop 50 percentile delay.',
});

export const nodejsEventloopDelayP90 = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.p90',
  brief: 'Event loop 90 percentile delay.',
});

export const nodejsEventloopDelayP99 = defineMetric({
  ...eventLoopDelay,
  name: 'nodejs.eventloop.delay.p99',
  brief: 'Event loop 99 percentile delay.',
});

export const nodejsEventloopTime = defineMetric({
  name: 'nodejs.eventloop.time',
  instrument: 'counter',
  unit: 's',
  brief: 'Cumulative duration of time the event loop has been in each state.',
  stability: 'development',
  attributes: [nodejsEventloopState],
});

export const nodejsEventloopUtilization = defineMetric({
  name: 'nodejs.eventloop.utilization',
  instrument: 'gauge',
  unit: '1',
  brief: 'Event loop utilization.',
  stability: 'development',
  attributes: [],
  merge: 'max',
});

export const v8jsGcDuration = defineMetric({
  name: 'v8js.gc.duration',
  instrument: 'histogram',
  unit: 's',
  brief: 'Garbage collection duration.',
  stability: 'development',
  buckets: SECONDS_GC,
  attributes: [v8jsGcType],
});

/** Semantic conventions 1.45 deprecate this name in its old meaning, now `space.size`; this is its new meaning (#3481). */
export const v8jsMemoryHeapLimit = defineMetric({
  name: 'v8js.memory.heap.limit',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Maximum size of the heap.',
  stability: 'development',
  attributes: [],
});

const heapSpace = { instrument: 'updowncounter', unit: 'By', stability: 'development', attributes: [v8jsHeapSpaceName] } as const;

export const v8jsMemoryHeapUsed = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.used',
  brief: 'Heap Memory size allocated.',
});

export const v8jsMemoryHeapSpaceSize = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.space.size',
  brief: 'Total heap memory size pre-allocated for a heap space.',
});

export const v8jsMemoryHeapSpaceAvailableSize = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.space.available_size',
  brief: 'Heap space available size.',
});

export const v8jsMemoryHeapSpacePhysicalSize = defineMetric({
  ...heapSpace,
  name: 'v8js.memory.heap.space.physical_size',
  brief: 'Committed size of a heap space.',
});

/** Not in the semantic conventions: memory outside the heap is where Buffers leak. */
export const nodejsMemoryExternal = defineMetric({
  name: 'nodejs.memory.external',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Memory of JavaScript objects outside the heap, array buffers included.',
  stability: 'development',
  attributes: [],
});

/** Not in the semantic conventions. */
export const nodejsMemoryArrayBuffers = defineMetric({
  name: 'nodejs.memory.array_buffers',
  instrument: 'updowncounter',
  unit: 'By',
  brief: 'Memory of ArrayBuffers and Buffers; part of nodejs.memory.external.',
  stability: 'development',
  attributes: [],
});

export const v8jsResourceActive = defineMetric({
  name: 'v8js.resource.active',
  instrument: 'gauge',
  unit: '{resource}',
  brief: 'Gauge of the active resources that are currently keeping the event loop alive.',
  stability: 'development',
  attributes: [v8jsResourceType],
  merge: 'sum',
});
