// Finds the processes of a demo by an environment variable that they inherit from it.
import { readdirSync, readFileSync } from 'node:fs';

/** A running process, as in /proc. */
export interface Running {
  readonly pid: number;
  readonly command: string;
}

/** All processes whose environment has the variable with the value. */
export function processesWith(variable: string, value: string): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(pid, 'environ').includes(`${variable}=${value}\0`))
    .map((pid) => ({ pid: Number(pid), command: read(pid, 'cmdline').replaceAll('\0', ' ') }));
}

/** Empty for a process that has just ended; a zombie has an empty environment. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
