// cgroup v1, v2 and both together, as containers, pods and systemd services have them.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCgroup, parseCgroupPaths } from '../../../src/core/linux/cgroup.ts';
import { type ReadText, readText } from '../../../src/core/linux/procfs.ts';

function readFrom(files: Readonly<Record<string, string>>): ReadText {
  return (path) => files[path];
}

function usageIn(files: Readonly<Record<string, string>>) {
  return findCgroup(readFrom(files))?.();
}

describe('cgroup v2', () => {
  const container = {
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/memory.current': '209715200\n',
    '/sys/fs/cgroup/memory.max': '536870912\n',
    '/sys/fs/cgroup/memory.stat': 'anon 1000\nfile 2000\ninactive_file 9715200\nactive_file 5\n',
    '/sys/fs/cgroup/cpu.max': '50000 100000\n',
  };

  it('cgroup v2: a container reads the root of the hierarchy', () => {
    expect(usageIn(container)).toEqual({
      memoryUsageBytes: 209_715_200,
      memoryWorkingSetBytes: 200_000_000,
      memoryLimitBytes: 536_870_912,
      cpuLimit: 0.5,
    });
  });

  it('cgroup v2: limits of `max` are undefined', () => {
    const files = { ...container, '/sys/fs/cgroup/memory.max': 'max\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' };
    expect(usageIn(files)).toMatchObject({ memoryUsageBytes: 209_715_200, memoryLimitBytes: undefined, cpuLimit: undefined });
  });

  it('cgroup v2: the lowest limit of a service and its ancestors applies', () => {
    const files = {
      '/proc/self/cgroup': '0::/system.slice/shop.service\n',
      '/sys/fs/cgroup/system.slice/shop.service/memory.current': '300\n',
      '/sys/fs/cgroup/system.slice/shop.service/memory.max': 'max\n',
      '/sys/fs/cgroup/system.slice/shop.service/memory.stat': 'inactive_file 100\n',
      '/sys/fs/cgroup/system.slice/shop.service/cpu.max': '400000 100000\n',
      '/sys/fs/cgroup/system.slice/memory.max': '1000\n',
      '/sys/fs/cgroup/system.slice/cpu.max': '150000 100000\n',
    };
    expect(usageIn(files)).toEqual({ memoryUsageBytes: 300, memoryWorkingSetBytes: 200, memoryLimitBytes: 1000, cpuLimit: 1.5 });
  });

  it.each(['0::/docker/0123456789ab', '0::/../../kubepods/pod1', '0::/kubepods.slice/x'])(
    'cgroup v2: falls back to the root when %s is not visible in the container',
    (path) => {
      expect(usageIn({ ...container, '/proc/self/cgroup': path })?.memoryUsageBytes).toBe(209_715_200);
    },
  );

  it('cgroup v2: undefined in the root cgroup of a host', () => {
    expect(usageIn({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cgroup.procs': '1\n' })).toBeUndefined();
  });

  it('cgroup v2: reads a limit that changes at run time', () => {
    const files = { ...container };
    const read = findCgroup(readFrom(files))!;
    files['/sys/fs/cgroup/memory.max'] = '1073741824\n';
    expect(read().memoryLimitBytes).toBe(1_073_741_824);
  });
});

describe('cgroup v1', () => {
  const container = {
    '/proc/self/cgroup':
      '12:pids:/docker/ab\n11:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n1:name=systemd:/docker/ab\n0::/system.slice/containerd.service\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '4000\n',
    '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 300\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  };

  it('cgroup v1: a container reads the root of each hierarchy', () => {
    expect(usageIn(container)).toEqual({
      memoryUsageBytes: 1000,
      memoryWorkingSetBytes: 700,
      memoryLimitBytes: 4000,
      cpuLimit: 2,
    });
  });

  it('cgroup v1: limits that are not set are undefined', () => {
    const files = {
      ...container,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    };
    expect(usageIn(files)).toMatchObject({ memoryLimitBytes: undefined, cpuLimit: undefined });
  });

  it('cgroup v1: a host reads the cgroup of the process', () => {
    const files = {
      ...container,
      '/sys/fs/cgroup/memory/docker/ab/memory.usage_in_bytes': '77\n',
      '/sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/docker/memory.limit_in_bytes': '5000\n',
    };
    expect(usageIn(files)).toMatchObject({
      memoryUsageBytes: 77,
      memoryWorkingSetBytes: undefined,
      memoryLimitBytes: 4000,
      cpuLimit: 2,
    });
  });
});

it('findCgroup gives undefined without cgroups, as on another platform', () => {
  expect(findCgroup(() => undefined)).toBeUndefined();
});

it('the memory limit of this process equals process.constrainedMemory()', () => {
  const usage = findCgroup(readText)?.();
  const constrained = process.constrainedMemory();
  const isConstrained = constrained > 0 && constrained < Number.MAX_SAFE_INTEGER;
  expect(usage?.memoryLimitBytes).toBe(isConstrained ? constrained : undefined);
});

it('cgroup values are finite or undefined, whatever the files hold', () => {
  const line = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.string(), fc.string()).map(([id, controllers, path]) => `${id}:${controllers}:/${path}`),
  );
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.oneof(fc.string(), fc.nat().map(String)), { minLength: 1 }), (lines, texts) => {
      const paths = parseCgroupPaths(lines.join('\n'));
      for (const path of paths.values()) expect(path).toMatch(/^\//);
      let next = 0;
      const read: ReadText = (path) => (path === '/proc/self/cgroup' ? lines.join('\n') : texts[next++ % texts.length]);
      for (const value of Object.values(findCgroup(read)?.() ?? {})) {
        if (value !== undefined) expect(value).toSatisfy((number: number) => Number.isFinite(number) && number >= 0);
      }
    }),
  );
});
