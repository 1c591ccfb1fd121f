// Runs a Node.js program as a process of its own: waits for its lines, sends it signals, and tells how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './http-traffic.ts';
import type { Ending } from './run-to-end.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface App {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Waits for a line on either stream and gives what matched. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<Ending>;
}

export interface RunOptions {
  /** All of its environment but the search path. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** After which it is killed. */
  readonly timeoutMillis?: number;
}

const running = new Set<ChildProcess>();

/** Starts Node with arguments, from the repository's root unless said. */
export function runApp(args: readonly string[], { env = {}, cwd = root, timeoutMillis = 25_000 }: RunOptions = {}): App {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    timeout: timeoutMillis,
    killSignal: 'SIGKILL',
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  return {
    pid: child.pid!,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    ended,
    signal: (signal) => void child.kill(signal),
    async line(pattern) {
      let found: RegExpExecArray | null = null;
      await eventually(() => {
        found = pattern.exec(`${output.stdout}\n${output.stderr}`);
        if (found === null) throw new Error(`${String(pattern)} never came; it said ${JSON.stringify(output)}`);
      }, 15_000);
      return found!;
    },
  };
}

/** Kills what a failed test has left behind. */
export function killApps(): void {
  for (const child of running) child.kill('SIGKILL');
}
