// Metrics of the process, against ps, /proc and Node.js, in containers made of files, and where nothing can be read.
import { execFileSync } from 'node:child_process';
import { openSync, closeSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readText } from '../../src/core/linux/procfs.ts';
import { type ProcessSource, processUsage, processUsageFrom } from '../../src/instrumentations/process.ts';
import { loadOfficial, type Official, startOfficial } from '../kit/apps/official.ts';
import { runToEnd } from '../kit/apps/run-to-end.ts';
import { attachAlone, namesOf, type AttachedAlone, valueOf } from '../kit/samples/samples.ts';

let measured: AttachedAlone;
let official: Official | undefined;

beforeEach(() => {
  measured = attachAlone(processUsage);
});

/** Attaches with another source, since only one attachment is active in a process. */
function attachInstead(source: ProcessSource): AttachedAlone {
  measured.attached.detach();
  return (measured = attachAlone(processUsageFrom(source)));
}

afterEach(async () => {
  measured.attached.detach();
  await official?.stop();
  vi.restoreAllMocks();
});

function ps(...columns: string[]): number[] {
  const text = execFileSync('ps', ['-o', columns.map((column) => `${column}=`).join(), '-p', `${process.pid}`], {
    encoding: 'utf8',
  });
  return text.trim().split(/\s+/).map(Number);
}

/** What can be read everywhere, without any file. */
const PORTABLE = [
  'process.cpu.time',
  'process.cpu.utilization',
  'process.context_switches',
  'process.paging.faults',
  'process.memory.usage',
  'process.uptime',
  'process.start_time',
];

describe('metrics of the process', () => {
  it('has every declared metric of the process, but for limits that do not exist', async () => {
    const missing = processUsage.metrics.map(({ name }) => name).filter((name) => !name.startsWith('container.'));
    expect(namesOf(await measured.read())).toEqual(expect.arrayContaining(missing));
  });

  it('reads the memory of the process as ps does', async () => {
    const samples = await measured.read();
    const [residentKibibytes, virtualKibibytes] = ps('rss', 'vsz');
    expect(valueOf(samples, 'process.memory.usage')! / 1024 / residentKibibytes!).toBeCloseTo(1, 0);
    expect(valueOf(samples, 'process.memory.virtual')! / 1024 / virtualKibibytes!).toBeCloseTo(1, 0);
  });

  it('reads the CPU time of the process as Node.js does, and no more than there is', async () => {
    const samples = await measured.read();
    const { user, system } = process.cpuUsage();
    expect(valueOf(samples, 'process.cpu.time', { 'cpu.mode': 'user' })).toBeCloseTo(user / 1e6, 1);
    expect(valueOf(samples, 'process.cpu.time', { 'cpu.mode': 'system' })).toBeCloseTo(system / 1e6, 1);
    const used = valueOf(samples, 'process.cpu.utilization', { 'cpu.mode': 'user' })!;
    expect(used).toBeCloseTo(user / 1e6 / process.uptime() / availableParallelism(), 1);
  });

  it('shows the CPU utilization of the process since the last collection', async () => {
    await measured.read();
    const uptime = process.uptime();
    vi.spyOn(process, 'uptime').mockReturnValue(uptime + 10);
    const before = process.cpuUsage();
    const end = performance.now() + 300;
    while (performance.now() < end);
    const used = process.cpuUsage(before).user / 1e6;
    const utilization = valueOf(await measured.read(), 'process.cpu.utilization', { 'cpu.mode': 'user' })!;
    expect(utilization).toBeCloseTo(used / 10 / availableParallelism(), 1);
    expect(utilization).toBeGreaterThan(used / 15 / availableParallelism());
  });

  it('counts the open files of the process', async () => {
    const count = async (): Promise<number> => valueOf(await measured.read(), 'process.open_file_descriptor.count')!;
    const before = await count();
    expect(Math.abs(before - (readdirSync('/proc/self/fd').length - 1))).toBeLessThanOrEqual(2);
    const opened = Array.from({ length: 40 }, () => openSync('/dev/null', 'r'));
    expect(Math.abs((await count()) - before - 40)).toBeLessThanOrEqual(2);
    for (const descriptor of opened) closeSync(descriptor);
    expect(valueOf(await measured.read(), 'process.open_file_descriptor.limit')).toBeGreaterThan(before);
  });

  it('counts open files on kernels whose directory of descriptors has no size', async () => {
    // The directory beside it lists the same descriptors, and has none on any kernel.
    const expected = await measured.read();
    const samples = await attachInstead({ read: readText, descriptorDirectory: '/proc/self/fdinfo' }).read();
    const name = 'process.open_file_descriptor.count';
    expect(Math.abs(valueOf(samples, name)! - valueOf(expected, name)!)).toBeLessThanOrEqual(1);
  });

  it('has the start time of the process that ps shows, even if the clock is set later', async () => {
    const [samples, [elapsedSeconds]] = [await measured.read(), ps('etimes')];
    const start = valueOf(samples, 'process.start_time')!;
    expect(Math.abs(Date.now() / 1e3 - elapsedSeconds! - start)).toBeLessThan(3);
    expect(Math.abs(valueOf(samples, 'process.uptime')! - elapsedSeconds!)).toBeLessThan(3);
    vi.spyOn(Date, 'now').mockReturnValue(0);
    expect(valueOf(await measured.read(), 'process.start_time')).toBe(start);
  });

  it('reads the process in the main thread only', async () => {
    const code = `import { Worker } from 'node:worker_threads';
      const code = \`import { attachAlone } from '\${import.meta.resolve('./test/kit/samples/samples.ts')}';
        import { processUsage } from '\${import.meta.resolve('./src/instrumentations/process.ts')}';
        import { hostMetrics } from '\${import.meta.resolve('./src/instrumentations/system.ts')}';
        import { parentPort } from 'node:worker_threads';
        parentPort.postMessage([await attachAlone(processUsage).read(), await attachAlone(hostMetrics).read()]);\`;
      new Worker(new URL('data:text/javascript,' + encodeURIComponent(code))).once('message', (samples) => console.log(JSON.stringify(samples)));`;
    expect(await runToEnd(['--input-type=module', '--eval', code])).toMatchObject({ code: 0, stdout: '[[],[]]\n', stderr: '' });
  });

  it('lets the process exit by itself', async () => {
    const code = `import { attachAlone } from './test/kit/samples/samples.ts'; import { processUsage } from './src/instrumentations/process.ts';
      await attachAlone(processUsage).read();`;
    expect(await runToEnd(['--input-type=module', '--eval', code])).toMatchObject({ code: 0, stderr: '' });
  });

  it('reads nothing of the process once it is detached', async () => {
    measured.attached.detach();
    expect(await measured.read()).toEqual([]);
  });
});

describe('metrics of the container', () => {
  const container: Record<string, string> = {
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.current': '209715200\n',
    '/sys/fs/cgroup/memory.max': '536870912\n',
    '/sys/fs/cgroup/memory.stat': 'inactive_file 9715200\n',
    '/sys/fs/cgroup/cpu.max': '50000 100000\n',
  };

  async function readIn(files: Readonly<Record<string, string>>) {
    const samples = await attachInstead({ read: (path) => files[path], descriptorDirectory: '/no/such/directory' }).read();
    return samples.filter(({ name }) => name.startsWith('container.')).map(({ name, value }) => [name, value]);
  }

  it('reads the limits and the usage of the container', async () => {
    expect(await readIn(container)).toEqual([
      ['container.memory.usage', 209_715_200],
      ['container.memory.working_set', 200_000_000],
      ['container.memory.limit', 536_870_912],
      ['container.cpu.limit', 0.5],
    ]);
  });

  it('has no limits of a container without limits', async () => {
    const names = (
      await readIn({ ...container, '/sys/fs/cgroup/memory.max': 'max', '/sys/fs/cgroup/cpu.max': 'max 100000' })
    ).map(([name]) => name);
    expect(names).toEqual(['container.memory.usage', 'container.memory.working_set']);
  });

  it('has no series of a container outside of one', async () => {
    expect(await readIn({})).toEqual([]);
  });
});

describe('process and container, where nothing can be read', () => {
  it('has no series of the process for files that do not exist, as on another platform', async () => {
    const elsewhere = attachInstead({ read: () => undefined, descriptorDirectory: '/no/such/directory' });
    expect(namesOf(await elsewhere.read())).toEqual(PORTABLE);
    expect(elsewhere.registry.failedCallbacks.size).toBe(0);
  });

  it('loses only the metric of the process that cannot be read, and counts the failure', async () => {
    const read = (path: string): string | undefined => {
      if (path === '/proc/self/limits') throw new Error(`EACCES: permission denied, open '${path}'`);
      return readText(path);
    };
    const all = namesOf(await measured.read());
    const forbidden = attachInstead({ read, descriptorDirectory: '/proc/self/fd' });
    expect(all.filter((name) => name !== 'process.open_file_descriptor.limit')).toEqual(namesOf(await forbidden.read()));
    await forbidden.read();
    expect([...forbidden.registry.failedCallbacks]).toEqual([['process', 2]]);
  });
});

describe('official host metrics of the process', () => {
  it('has the names and values of the official metrics of the process', async () => {
    official = startOfficial(loadOfficial('@opentelemetry/instrumentation-host-metrics', 'HostMetricsInstrumentation'));
    const theirs = (await official.read()).filter(({ name }) => name.startsWith('process.'));
    const ours = await measured.read();
    expect(new Set(theirs.map(({ name }) => name))).toEqual(
      new Set(['process.cpu.time', 'process.cpu.utilization', 'process.memory.usage']),
    );
    for (const { name, attributes, value } of theirs) {
      if (name === 'process.cpu.utilization') expect(valueOf(ours, name, attributes)).toBeLessThanOrEqual(1);
      else expect(valueOf(ours, name, attributes)! / value).toBeCloseTo(1, 0);
    }
  });
});
