// Metrics of the runtime, against V8's own numbers, a blocked event loop, forced collections, and the official instrumentation.
import { getHeapStatistics } from 'node:v8';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runtimeNode } from '../../src/instrumentations/runtime.ts';
import { loadOfficial, type Official, startOfficial } from '../kit/apps/official.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { attachAlone, namesOf, type AttachedAlone, valueOf } from '../kit/samples/samples.ts';

const DECLARED = runtimeNode.metrics.map(({ name }) => name);

let measured: AttachedAlone | undefined;
let official: Official | undefined;

afterEach(async () => {
  measured?.attached.detach();
  await official?.stop();
  vi.restoreAllMocks();
});

function wait(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** Node attached to the runtime alone, running code that ends with a line of JSON. */
async function inChild(code: string, ...flags: string[]): Promise<{ code: number | null; value: any }> {
  const prelude = `import { attachAlone, valueOf } from './test/kit/samples/samples.ts';
    import { runtimeNode } from './src/instrumentations/runtime.ts';
    const { read, attached } = attachAlone(runtimeNode);`;
  const { stdout, stderr, code: exitCode } = await runToEnd([...flags, '--input-type=module', '--eval', `${prelude}\n${code}`]);
  expect(stderr).toBe('');
  return { code: exitCode, value: stdout === '' ? undefined : JSON.parse(stdout) };
}

describe('metrics of the runtime', () => {
  it('has every declared metric of the runtime', async () => {
    measured = attachAlone(runtimeNode);
    await wait(100);
    expect(namesOf(await measured.read()).toSorted()).toEqual([...DECLARED].toSorted());
  });

  it('reads the heap as V8 reports it', async () => {
    measured = attachAlone(runtimeNode);
    const samples = await measured.read();
    const statistics = getHeapStatistics();
    const sumOf = (name: string): number =>
      samples.filter((sample) => sample.name === name).reduce((sum, { value }) => sum + value, 0);
    expect(valueOf(samples, 'v8js.memory.heap.limit')).toBe(statistics.heap_size_limit);
    expect(sumOf('v8js.memory.heap.used') / statistics.used_heap_size).toBeCloseTo(1, 0);
    expect(sumOf('v8js.memory.heap.space.size') / statistics.total_heap_size).toBeCloseTo(1, 0);
    expect(samples.filter(({ name, value }) => name === 'v8js.memory.heap.space.size' && value === 0)).toEqual([]);
  });

  it('reads memory outside the heap', async () => {
    measured = attachAlone(runtimeNode);
    const before = valueOf(await measured.read(), 'nodejs.memory.array_buffers')!;
    const held = Buffer.alloc(50_000_000);
    const samples = await measured.read();
    // Not their difference: buffers that nobody holds any more may be collected between the two.
    expect(before).toBeLessThan(held.length);
    expect(valueOf(samples, 'nodejs.memory.array_buffers')).toBeGreaterThanOrEqual(held.length);
    expect(valueOf(samples, 'nodejs.memory.external')).toBeGreaterThanOrEqual(valueOf(samples, 'nodejs.memory.array_buffers')!);
  });

  it('counts active resources, and 0 when they are gone', async () => {
    measured = attachAlone(runtimeNode);
    const timers = Array.from({ length: 25 }, () => setTimeout(() => undefined, 60_000));
    const held = valueOf(await measured.read(), 'v8js.resource.active', { 'v8js.resource.type': 'Timeout' })!;
    for (const timer of timers) clearTimeout(timer);
    const rest = valueOf(await measured.read(), 'v8js.resource.active', { 'v8js.resource.type': 'Timeout' })!;
    expect(held - rest).toBe(25);
  });
});

describe('metrics of the event loop', () => {
  it('measures the delay and the utilization of a blocked event loop', async () => {
    const { value } = await inChild(`
      const block = (millis) => { const end = performance.now() + millis; while (performance.now() < end); };
      const blocks = setInterval(() => block(400), 500);
      setTimeout(async () => {
        clearInterval(blocks);
        const samples = await read();
        console.log(JSON.stringify(Object.fromEntries(samples.filter(({ name }) => name.startsWith('nodejs.eventloop')).map(({ name, value, attributes }) => [name + (attributes['nodejs.eventloop.state'] ?? ''), value]))));
      }, 2200);`);
    expect(value['nodejs.eventloop.delay.p99']).toBeGreaterThan(0.3);
    expect(value['nodejs.eventloop.delay.max']).toBeGreaterThanOrEqual(value['nodejs.eventloop.delay.p99']);
    expect(value['nodejs.eventloop.delay.min']).toBeLessThan(0.02);
    expect(value['nodejs.eventloop.utilization']).toBeGreaterThan(0.4);
    expect(value['nodejs.eventloop.timeactive']).toBeGreaterThan(1.2);
    expect(value['nodejs.eventloop.timeidle']).toBeGreaterThan(0.1);
  });

  it('measures no delay of an idle event loop, although it is sampled every few milliseconds', async () => {
    const { value } = await inChild(
      `setTimeout(async () => console.log(JSON.stringify(valueOf(await read(), 'nodejs.eventloop.delay.p50'))), 600);`,
    );
    expect(value).toBeLessThan(0.02);
  });

  it('starts a new interval of the event loop with a collection, but not with one right after another', async () => {
    const uptime = vi.spyOn(process, 'uptime');
    measured = attachAlone(runtimeNode);
    const busy = (millis: number): void => {
      const end = performance.now() + millis;
      while (performance.now() < end);
    };
    await wait(60);
    busy(300);
    await wait(60);
    uptime.mockReturnValue(100);
    expect(valueOf(await measured.read(), 'nodejs.eventloop.delay.max')).toBeGreaterThan(0.2);
    await wait(60);
    uptime.mockReturnValue(101);
    expect(valueOf(await measured.read(), 'nodejs.eventloop.delay.max')).toBeGreaterThan(0.2);
    await wait(60);
    uptime.mockReturnValue(104);
    expect(valueOf(await measured.read(), 'nodejs.eventloop.delay.max')).toBeLessThan(0.2);
  });
});

describe('metrics of garbage collections', () => {
  it('counts garbage collections by kind', async () => {
    const { value } = await inChild(
      `for (let round = 0; round < 4; round += 1) gc();
       for (let round = 0; round < 3; round += 1) gc({ type: 'minor' });
       setTimeout(async () => console.log(JSON.stringify((await read()).filter(({ name }) => name === 'v8js.gc.duration').map(({ attributes, value, sum }) => [attributes['v8js.gc.type'], value, sum]))), 50);`,
      '--expose-gc',
    );
    const byKind = new Map((value as [string, number, number][]).map(([kind, count, sum]) => [kind, { count, sum }]));
    expect([...byKind.keys()].toSorted()).toEqual(['incremental', 'major', 'minor', 'weakcb']);
    expect(byKind.get('major')).toSatisfy(({ count, sum }) => count >= 4 && sum > 0 && sum < 1);
    expect(byKind.get('minor')?.count).toBeGreaterThanOrEqual(3);
  });

  it('exposes kinds of garbage collections as 0 that have not happened', async () => {
    measured = attachAlone(runtimeNode);
    expect(valueOf(await measured.read(), 'v8js.gc.duration', { 'v8js.gc.type': 'weakcb' })).toBeTypeOf('number');
  });
});

describe('detaching the metrics of the runtime', () => {
  it('stops sampling the event loop and observing collections', async () => {
    const hooks = process.getBuiltinModule('node:perf_hooks');
    const monitor = vi.spyOn(hooks, 'monitorEventLoopDelay');
    const disconnect = vi.spyOn(hooks.PerformanceObserver.prototype, 'disconnect');
    measured = attachAlone(runtimeNode);
    const histogram = monitor.mock.results[0]!.value as ReturnType<typeof hooks.monitorEventLoopDelay>;
    measured.attached.detach();
    expect(histogram.disable()).toBe(false);
    expect(disconnect).toHaveBeenCalledOnce();
    expect(await measured.read()).toEqual([]);
  });

  it('lets the process exit while the runtime is measured', async () => {
    expect(await inChild('await read();')).toEqual({ code: 0, value: undefined });
  });

  it('counts no garbage collection once it is detached', async () => {
    const { value } = await inChild(
      `gc(); await new Promise((resolve) => setTimeout(resolve, 20)); attached.detach(); const before = await read();
      gc(); setTimeout(async () => console.log(JSON.stringify([before, await read()])), 20);`,
      '--expose-gc',
    );
    expect(value[1]).toEqual(value[0]);
  });
});

describe('the runtime of a worker thread', () => {
  it('measures the event loop and the heap of a worker thread by themselves', async () => {
    const { value } = await inChild(`
      import { Worker, isMainThread } from 'node:worker_threads';
      const code = \`import { attachAlone, valueOf } from '\${import.meta.resolve('./test/kit/samples/samples.ts')}';
        import { runtimeNode } from '\${import.meta.resolve('./src/instrumentations/runtime.ts')}';
        import { parentPort } from 'node:worker_threads';
        const { read } = attachAlone(runtimeNode);
        setTimeout(async () => parentPort.postMessage(await read()), 100);\`;
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)), { resourceLimits: { maxOldGenerationSizeMb: 50 } });
      worker.once('message', async (samples) => console.log(JSON.stringify([valueOf(samples, 'v8js.memory.heap.limit'), valueOf(await read(), 'v8js.memory.heap.limit')])));`);
    expect(value[0]).toBeLessThan(value[1]);
  });
});

describe('official metrics of the runtime', () => {
  const typeOf = { counter: 'counter', updowncounter: 'gauge', gauge: 'gauge', histogram: 'histogram' } as const;
  /** What it does not measure. */
  const OURS_ALONE = ['nodejs.memory.array_buffers', 'nodejs.memory.external', 'v8js.memory.heap.limit'];

  it('has the names, units and attributes of the official metrics of the runtime', async () => {
    official = startOfficial(loadOfficial('@opentelemetry/instrumentation-runtime-node', 'RuntimeNodeInstrumentation'));
    measured = attachAlone(runtimeNode);
    const garbage: number[][] = [];
    for (let round = 0; round < 200; round += 1) garbage.push(Array.from({ length: 10_000 }, (_, index) => index));
    await wait(300);
    const theirs = await official.read();
    const ours = await measured.read();
    const describeMetric = (name: string, unit: string, type: string, keys: readonly string[]): string =>
      `${name} ${unit} ${type} ${keys.join()}`;
    const theirMetrics = theirs.map(({ name, unit, type, attributes }) =>
      describeMetric(name, unit, type, Object.keys(attributes)),
    );
    const ourMetrics = ours.map(({ name, unit, instrument, attributes }) =>
      describeMetric(name, unit, typeOf[instrument], Object.keys(attributes)),
    );
    expect([...new Set(theirMetrics)].filter((metric) => !ourMetrics.includes(metric))).toEqual([]);
    const oursAlone = ourMetrics.filter((metric) => !theirMetrics.includes(metric)).map((metric) => metric.split(' ')[0]);
    expect(new Set(oursAlone)).toEqual(new Set(OURS_ALONE));
  });

  it('has the values of the official metrics of the runtime where both read the same', async () => {
    official = startOfficial(loadOfficial('@opentelemetry/instrumentation-runtime-node', 'RuntimeNodeInstrumentation'));
    measured = attachAlone(runtimeNode);
    await wait(200);
    const theirs = await official.read();
    const ours = await measured.read();
    const compared = theirs.filter(
      ({ name, value }) => /^v8js\.memory\.heap\.(used|space\.size|space\.physical_size)$/.test(name) && value > 500_000,
    );
    expect(compared.length).toBeGreaterThan(5);
    for (const { name, attributes, value } of compared) {
      expect(valueOf(ours, name, attributes)! / value, `${name} ${JSON.stringify(attributes)}`).toBeCloseTo(1, 0);
    }
    for (const state of ['active', 'idle']) {
      const attributes = { 'nodejs.eventloop.state': state };
      const their = theirs.find(
        (sample) => sample.name === 'nodejs.eventloop.time' && sample.attributes['nodejs.eventloop.state'] === state,
      )!;
      expect(valueOf(ours, 'nodejs.eventloop.time', attributes)).toBeCloseTo(their.value, 1);
    }
  });
});
