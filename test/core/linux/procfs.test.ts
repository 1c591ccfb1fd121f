// Parsing of /proc: real files, malformed ones, and any text.
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCpuTimes, parseOpenFilesLimit, parseVirtualBytes, readText } from '../../../src/core/linux/procfs.ts';

describe('readText', () => {
  it('readText gives undefined for a missing file, and throws if it cannot be read', () => {
    expect(readText('/proc/no-such-file')).toBeUndefined();
    expect(readText('/proc/version/below-a-file')).toBeUndefined();
    expect(() => readText('/proc')).toThrow('EISDIR');
  });
});

describe('parseCpuTimes', () => {
  it('parseCpuTimes sums all CPUs in seconds, and both kinds of interrupts', () => {
    const text =
      'cpu  100 20 300 4000 50 6 7 8 9 10\ncpu0 50 10 150 2000 25 3 3 4 4 5\ncpu11 50 10 150 2000 25 3 4 4 5 5\nintr 12 34\nctxt 56\n';
    expect(parseCpuTimes(text)).toEqual({ user: 1, nice: 0.2, system: 3, idle: 40, iowait: 0.5, interrupt: 0.13, steal: 0.08 });
  });

  it('parseCpuTimes leaves out the modes that an old kernel does not count', () => {
    expect(parseCpuTimes('cpu  100 20 300 4000\ncpu0 100 20 300 4000\n')).toEqual({
      user: 1,
      nice: 0.2,
      system: 3,
      idle: 40,
    });
  });

  it.each(['', 'cpu', 'cpu0 1 2 3 4 5 6 7 8', 'cpufreq 1 2 3 4', 'cpu a b c d'])(
    'parseCpuTimes gives undefined for %j',
    (text) => {
      expect(parseCpuTimes(text)).toBeUndefined();
    },
  );

  it('parseCpuTimes reads /proc/stat of this machine', () => {
    const times = parseCpuTimes(readText('/proc/stat') ?? '');
    expect(times?.idle).toBeGreaterThan(0);
  });
});

describe('parseVirtualBytes', () => {
  it('parseVirtualBytes ignores spaces and parentheses in the program name', () => {
    const after = 'S 1 1 1 0 -1 4194560 3983 0 0 0 10 5 0 0 20 0 11 0 5555 1445126144 13235 18446744073709551615 1 1 0 0';
    for (const name of ['(node)', '(a b)', '(a) R 9 9 (b)', '()', '(ü\n)']) {
      expect(parseVirtualBytes(`123 ${name} ${after}`)).toBe(1445126144);
    }
  });

  it('parseVirtualBytes agrees with ps', () => {
    const kibibytes = execFileSync('ps', ['-o', 'vsz=', '-p', `${process.pid}`], { encoding: 'utf8' }).trim();
    expect(parseVirtualBytes(readText('/proc/self/stat') ?? '')! / 1024 / Number(kibibytes)).toBeCloseTo(1, 1);
  });
});

describe('parseOpenFilesLimit', () => {
  it('parseOpenFilesLimit reads the soft limit', () => {
    const text =
      'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n';
    expect(parseOpenFilesLimit(text)).toBe(1024);
    expect(parseOpenFilesLimit(text.replace('1024  ', 'unlimited'))).toBeUndefined();
  });

  it('parseOpenFilesLimit agrees with ulimit', () => {
    const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
    expect(parseOpenFilesLimit(readText('/proc/self/limits') ?? '')).toBe(Number(limit));
  });
});

describe('any text', () => {
  it('values from /proc are finite or undefined, whatever the text holds', () => {
    const words = fc.constantFrom(
      'cpu',
      'cpu0',
      '(node)',
      'Max open files',
      '-1',
      '1e9',
      '0x10',
      '99999999999999999999',
      '184467440737095516159',
      '\t',
      '\n',
      '٣',
    );
    const text = fc.array(fc.oneof(words, fc.nat().map(String), fc.string()), { maxLength: 60 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, (anything) => {
        const values = [
          ...Object.values(parseCpuTimes(anything) ?? {}),
          parseVirtualBytes(anything),
          parseOpenFilesLimit(anything),
        ];
        expect(values.filter((value) => value !== undefined && !(Number.isFinite(value) && value >= 0))).toEqual([]);
      }),
    );
  });
});
