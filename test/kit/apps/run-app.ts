// Runs a Node.js program as a process of its own: waits for lines of its output, sends it signals, and gives how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './http-traffic.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface App {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Waits until the pattern matches the output of either stream, and gives the match. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<Ending>;
}

export interface RunOptions {
  /** Its environment, besides the search path. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds after which it is killed. */
  readonly timeoutMillis?: number;
}

const running = new Set<ChildProcess>();

/** Starts Node with arguments, by default in the repository's root. */
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
        if (found === null) throw new Error(`${String(pattern)} is not in the output: ${JSON.stringify(output)}`);
      }, 15_000);
      return found!;
    },
  };
}

/** Kills the processes that a failed test has left running. */
export function killApps(): void {
  for (const child of running) child.kill('SIGKILL');
}
