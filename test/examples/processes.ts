// Finds the processes that a demo has started, by a mark in the environment that they all inherit from it.
import { readdirSync, readFileSync } from 'node:fs';

/** A process that runs, as `/proc` has it. */
export interface Running {
  readonly pid: number;
  readonly command: string;
}

/** Every process whose environment has the variable with that value. */
export function processesWith(variable: string, value: string): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(pid, 'environ').includes(`${variable}=${value}\0`))
    .map((pid) => ({ pid: Number(pid), command: read(pid, 'cmdline').replaceAll('\0', ' ') }));
}

/** What ended a moment ago has nothing to say, what ended but was not waited for has an empty environment. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
