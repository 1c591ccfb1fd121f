// Metrics of the host, against df, /proc and the official instrumentation, on other platforms, and on hosts made of files.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parse } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readText } from '../../src/core/linux/procfs.ts';
import type { Sample } from '../../src/core/recording/samples.ts';
import { hostMetrics, hostMetricsFrom } from '../../src/instrumentations/system.ts';
import { loadOfficial, type Official, startOfficial } from '../kit/apps/official.ts';
import { attachAlone, namesOf, type AttachedAlone, valueOf } from '../kit/samples/samples.ts';

let measured: AttachedAlone | undefined;
let official: Official | undefined;
let uptimeSeconds: number;

beforeEach(() => {
  uptimeSeconds = 100;
  vi.spyOn(process, 'uptime').mockImplementation(() => uptimeSeconds);
});

afterEach(async () => {
  measured?.attached.detach();
  await official?.stop();
  vi.restoreAllMocks();
});

/** Lets a collection interval pass, and a few ticks of the kernel's clock. */
async function pass(): Promise<void> {
  uptimeSeconds += 10;
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A host whose files can change between collections. */
function hostOf(files: Record<string, string>): AttachedAlone {
  return (measured = attachAlone(hostMetricsFrom((path) => files[path])));
}

function only(samples: readonly Sample[], name: string): unknown[] {
  return samples.filter((sample) => sample.name === name).map(({ attributes, value }) => [...Object.values(attributes), value]);
}

describe('metrics of this host', () => {
  it('has every declared metric of the host', async () => {
    measured = attachAlone(hostMetrics);
    await measured.read();
    await pass();
    const declared = hostMetrics.metrics.map(({ name }) => name);
    expect(namesOf(await measured.read()).toSorted()).toEqual(declared.toSorted());
  });

  it('reads the memory of the host as the kernel reports it', async () => {
    measured = attachAlone(hostMetrics);
    const samples = await measured.read();
    const limit = valueOf(samples, 'system.memory.limit')!;
    const available = Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))![1]) * 1024;
    const states = ['used', 'available'].map((state) => ({ 'system.memory.state': state }));
    expect(limit).toBe(totalmem());
    expect(valueOf(samples, 'system.memory.usage', states[1])! / available).toBeCloseTo(1, 0);
    expect(states.reduce((sum, state) => sum + valueOf(samples, 'system.memory.usage', state)!, 0)).toBe(limit);
    expect(states.reduce((sum, state) => sum + valueOf(samples, 'system.memory.utilization', state)!, 0)).toBeCloseTo(1, 9);
  });

  it('reads the space of file systems as df does', async () => {
    measured = attachAlone(hostMetrics);
    const samples = await measured.read();
    const [size, used, available] = execFileSync('df', ['-B1', '--output=size,used,avail', '/'], { encoding: 'utf8' })
      .split('\n')[1]!
      .trim()
      .split(/\s+/)
      .map(Number);
    const root = { 'system.filesystem.mountpoint': '/' };
    expect(valueOf(samples, 'system.filesystem.limit', root)).toBe(size);
    expect(valueOf(samples, 'system.filesystem.usage', { ...root, 'system.filesystem.state': 'used' })! / used!).toBeCloseTo(
      1,
      1,
    );
    expect(valueOf(samples, 'system.filesystem.usage', { ...root, 'system.filesystem.state': 'free' })! / available!).toBeCloseTo(
      1,
      1,
    );
    expect(valueOf(samples, 'system.filesystem.utilization', root)).toBeCloseTo(used! / (used! + available!), 2);
  });

  it('has CPU times of the host that add up, in seconds', async () => {
    measured = attachAlone(hostMetrics);
    const before = await measured.read();
    const total = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.idle + times.irq, 0) / 1e3;
    const known = before.filter(
      ({ name, attributes }) =>
        name === 'system.cpu.time' && attributes['cpu.mode'] !== 'iowait' && attributes['cpu.mode'] !== 'steal',
    );
    // Node counts no soft interrupts.
    expect(known.reduce((sum, { value }) => sum + value, 0) / total).toBeCloseTo(1, 0);
    await pass();
    const shares = (await measured.read()).filter(({ name }) => name === 'system.cpu.utilization');
    expect(shares.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 9);
  });

  it('reads nothing of the host once it is detached', async () => {
    measured = attachAlone(hostMetrics);
    measured.attached.detach();
    expect(await measured.read()).toEqual([]);
  });
});

describe('CPU time of the host', () => {
  it('shows the CPU utilization of the host between collections', async () => {
    const files = { '/proc/stat': 'cpu  100 0 100 800 0 0 0 0\ncpu0 100 0 100 800 0 0 0 0\n' };
    const host = hostOf(files);
    expect(only(await host.read(), 'system.cpu.utilization')).toEqual([]);
    files['/proc/stat'] = 'cpu  130 0 110 860 0 0 0 0\ncpu0 130 0 110 860 0 0 0 0\n';
    uptimeSeconds += 10;
    const samples = await host.read();
    expect(valueOf(samples, 'system.cpu.utilization', { 'cpu.mode': 'user' })).toBeCloseTo(0.3, 9);
    expect(valueOf(samples, 'system.cpu.utilization', { 'cpu.mode': 'idle' })).toBeCloseTo(0.6, 9);
    expect(valueOf(samples, 'system.cpu.time', { 'cpu.mode': 'user' })).toBe(1.3);
  });

  it('never decreases the CPU time of the host, although the kernel corrects some', async () => {
    const files = { '/proc/stat': 'cpu  100 0 100 800 50 0 0 0\n' };
    const host = hostOf(files);
    await host.read();
    files['/proc/stat'] = 'cpu  200 0 100 800 40 0 0 0\n';
    uptimeSeconds += 10;
    const samples = await host.read();
    expect(valueOf(samples, 'system.cpu.time', { 'cpu.mode': 'iowait' })).toBe(0.5);
    expect(valueOf(samples, 'system.cpu.utilization', { 'cpu.mode': 'iowait' })).toBe(0);
    expect(valueOf(samples, 'system.cpu.utilization', { 'cpu.mode': 'user' })).toBe(1);
    expect(host.registry.families.map(({ rejected }) => rejected)).toEqual(host.registry.families.map(() => 0));
  });
});

describe('disks and network interfaces of the host', () => {
  it('reads the totals of disks and network interfaces', async () => {
    const samples = await hostOf({
      '/proc/diskstats': '8 0 sda 5 0 80 1 3 0 16 2 0 3 4\n8 1 sda1 5 0 80 1 3 0 16 2 0 3 4\n',
      '/proc/net/dev': ' eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0\n',
    }).read();
    expect(only(samples, 'system.disk.io')).toEqual([
      ['read', 'sda', 40_960],
      ['write', 'sda', 8192],
    ]);
    expect(only(samples, 'system.disk.operations')).toEqual([
      ['read', 'sda', 5],
      ['write', 'sda', 3],
    ]);
    expect(only(samples, 'system.network.io')).toEqual([
      ['eth0', 'receive', 1000],
      ['eth0', 'transmit', 2000],
    ]);
    expect(only(samples, 'system.network.errors')).toEqual([
      ['eth0', 'receive', 1],
      ['eth0', 'transmit', 3],
    ]);
    expect(only(samples, 'system.network.packet.dropped')).toEqual([
      ['eth0', 'receive', 2],
      ['eth0', 'transmit', 4],
    ]);
  });

  it('resets the totals of a disk or interface that starts anew', async () => {
    const files = { '/proc/net/dev': 'eth0: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0' };
    const host = hostOf(files);
    await host.read();
    files['/proc/net/dev'] = 'eth0: 30 1 0 0 0 0 0 0 2500 25 0 0 0 0 0 0';
    expect(only(await host.read(), 'system.network.io')).toEqual(
      expect.arrayContaining([
        ['eth0', 'receive', 30],
        ['eth0', 'transmit', 2500],
      ]),
    );
    expect(host.registry.families.every(({ rejected }) => rejected === 0)).toBe(true);
  });

  it('limits the number of disks and interfaces', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `eth${index}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0`);
    expect(only(await hostOf({ '/proc/net/dev': lines.join('\n') }).read(), 'system.network.io').length).toBe(32);
  });
});

describe('file systems of the host', () => {
  const statfs = () => vi.spyOn(process.getBuiltinModule('node:fs').promises, 'statfs');
  const space = { type: 0, bsize: 10, blocks: 100, bfree: 40, bavail: 30, files: 0, ffree: 0 };

  it('removes file systems that are unmounted', async () => {
    statfs().mockResolvedValue(space);
    const files = { '/proc/self/mounts': '/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /data xfs rw 0 0\n' };
    const host = hostOf(files);
    expect(only(await host.read(), 'system.filesystem.utilization')).toEqual([
      ['/dev/sda1', '/', 'ext4', 60 / 90],
      ['/dev/sdb1', '/data', 'xfs', 60 / 90],
    ]);
    files['/proc/self/mounts'] = '/dev/sda1 / ext4 rw 0 0\n';
    const samples = await host.read();
    expect(only(samples, 'system.filesystem.usage')).toEqual([
      ['/dev/sda1', '/', 'used', 'ext4', 600],
      ['/dev/sda1', '/', 'free', 'ext4', 300],
      ['/dev/sda1', '/', 'reserved', 'ext4', 100],
    ]);
    expect(only(samples, 'system.filesystem.limit')).toEqual([['/dev/sda1', '/', 'ext4', 1000]]);
  });

  it('removes file systems that another one is mounted over', async () => {
    statfs().mockResolvedValue(space);
    const files = { '/proc/self/mounts': '/dev/sdb1 /data xfs rw 0 0\n' };
    const host = hostOf(files);
    await host.read();
    files['/proc/self/mounts'] = '/dev/sdc1 /data ext4 rw 0 0\n';
    expect(only(await host.read(), 'system.filesystem.limit')).toEqual([['/dev/sdc1', '/data', 'ext4', 1000]]);
  });

  it('reads a file system that hangs once, and the others still', async () => {
    const statfsMock = statfs().mockImplementation((path: unknown) =>
      path === '/' ? new Promise(() => undefined) : Promise.resolve(space),
    );
    const host = hostOf({ '/proc/self/mounts': '/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /data xfs rw 0 0\n' });
    expect(only(await host.read(), 'system.filesystem.limit')).toEqual([['/dev/sdb1', '/data', 'xfs', 1000]]);
    await host.read();
    expect(statfsMock.mock.calls.map(([path]) => path)).toEqual(['/', '/data', '/data']);
  });

  it('counts file systems that cannot be read, and reads the others still', async () => {
    statfs().mockImplementation((path: unknown) => (path === '/' ? Promise.reject(new Error('EACCES')) : Promise.resolve(space)));
    const host = hostOf({ '/proc/self/mounts': '/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /data xfs rw 0 0\n' });
    expect(only(await host.read(), 'system.filesystem.limit')).toEqual([['/dev/sdb1', '/data', 'xfs', 1000]]);
    expect([...host.registry.failedCallbacks]).toEqual([['host-metrics', 1]]);
  });

  it('has no space of file systems without blocks', async () => {
    statfs().mockResolvedValue({ ...space, blocks: 0, bfree: 0, bavail: 0 });
    expect(only(await hostOf({ '/proc/self/mounts': '/dev/sda1 / ext4 rw 0 0\n' }).read(), 'system.filesystem.limit')).toEqual(
      [],
    );
  });
});

describe('the host, where nothing can be read', () => {
  it('has no series of the host for files that do not exist, as on another platform', async () => {
    const host = hostOf({});
    await host.read();
    await pass();
    const samples = await host.read();
    expect(namesOf(samples).filter((name) => /disk|network/.test(name))).toEqual([]);
    expect(only(samples, 'system.filesystem.limit')).toEqual([
      [parse(process.cwd()).root, parse(process.cwd()).root, expect.any(Number)],
    ]);
    expect(only(samples, 'system.cpu.time').length).toBe(5);
    expect(host.registry.failedCallbacks.size).toBe(0);
  });

  it('loses only the metric of the host that cannot be read, and counts the failure', async () => {
    measured = attachAlone(
      hostMetricsFrom((path) => {
        if (path === '/proc/diskstats') throw new Error(`EACCES: permission denied, open '${path}'`);
        return readText(path);
      }),
    );
    const names = namesOf(await measured.read());
    expect(names).not.toContain('system.disk.io');
    expect(names).toEqual(expect.arrayContaining(['system.cpu.time', 'system.memory.usage', 'system.filesystem.usage']));
    expect([...measured.registry.failedCallbacks]).toEqual([['host-metrics', 1]]);
  });
});

describe('official host metrics of the host', () => {
  it('has the names and values of the official metrics of the host', async () => {
    official = startOfficial(loadOfficial('@opentelemetry/instrumentation-host-metrics', 'HostMetricsInstrumentation'));
    measured = attachAlone(hostMetrics);
    await measured.read();
    await pass();
    const theirs = (await official.read()).filter(({ name }) => name.startsWith('system.'));
    const ours = await measured.read();
    expect(theirs.map(({ name }) => name).filter((name) => !namesOf(ours).includes(name))).toEqual([]);
    for (const mode of ['user', 'system', 'idle']) {
      // Theirs are by CPU.
      const their = theirs.filter(({ name, attributes }) => name === 'system.cpu.time' && attributes['cpu.mode'] === mode);
      expect(
        valueOf(ours, 'system.cpu.time', { 'cpu.mode': mode })! / their.reduce((sum, { value }) => sum + value, 0),
        mode,
      ).toBeCloseTo(1, 0);
    }
    const used = theirs.find(
      ({ name, attributes }) => name === 'system.memory.usage' && attributes['system.memory.state'] === 'used',
    )!;
    expect(valueOf(ours, 'system.memory.usage', { 'system.memory.state': 'used' })! / used.value).toBeCloseTo(1, 0);
    for (const { name, attributes, value } of theirs) {
      if (name !== 'system.network.io' || value < 1_000_000) continue;
      // The conventions have since given interfaces an attribute of their own.
      const ourAttributes = {
        'network.interface.name': attributes['system.device'],
        'network.io.direction': attributes['network.io.direction'],
      };
      expect(valueOf(ours, name, ourAttributes)! / value).toBeCloseTo(1, 0);
    }
  });
});
