// Reads and parses CPU times, virtual memory and the open files limit from /proc. A value that cannot be parsed is undefined.

/** Reads a file as text; undefined if it does not exist, as on another platform. */
export type ReadText = (path: string) => string | undefined;

/**
 * Reads a small file of /proc or /sys. Reading is synchronous, since the kernel generates these files in memory: 10 µs a
 * file, where the thread pool takes 280 µs.
 *
 * @throws if the file exists and cannot be read
 */
export function readText(path: string): string | undefined {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Gives the number in a field; undefined if it holds none. */
export type Counts = (index: number) => number | undefined;

export function countsOf(fields: readonly string[]): Counts {
  return (index) => {
    const field = fields[index];
    return field !== undefined && /^\d{1,20}$/.test(field) ? Number(field) : undefined;
  };
}

export function fieldsOf(line: string): string[] {
  return line.split(/\s+/).filter((field) => field !== '');
}

export type CpuMode = 'user' | 'system' | 'nice' | 'idle' | 'iowait' | 'interrupt' | 'steal';

/** Seconds since boot, all CPUs together. */
export type CpuTimes = Readonly<Partial<Record<CpuMode, number>>>;

/** The unit of /proc/stat (USER_HZ), whatever the timer frequency of the kernel is. */
const TICKS_PER_SECOND = 100;

/** Parses /proc/stat. */
export function parseCpuTimes(text: string): CpuTimes | undefined {
  const count = countsOf(fieldsOf(/^cpu\s.*$/m.exec(text)?.[0] ?? ''));
  const ticks = { user: count(1), nice: count(2), system: count(3), idle: count(4), iowait: count(5), steal: count(8) };
  const interrupts = sumOf(count(6), count(7));
  if (ticks.user === undefined || ticks.idle === undefined) return undefined;
  const seconds: Partial<Record<CpuMode, number>> = {};
  for (const [mode, value] of Object.entries({ ...ticks, interrupt: interrupts })) {
    if (value !== undefined) seconds[mode as CpuMode] = value / TICKS_PER_SECOND;
  }
  return seconds;
}

function sumOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

/** Parses /proc/self/stat: the virtual memory of the process. */
export function parseVirtualBytes(text: string): number | undefined {
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  return countsOf(fieldsOf(text.slice(text.lastIndexOf(')') + 1)))(20);
}

/** Parses /proc/self/limits: how many files the process may have open; undefined where that is unlimited. */
export function parseOpenFilesLimit(text: string): number | undefined {
  const soft = /^Max open files\s+(\d{1,20})\s/m.exec(text)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
