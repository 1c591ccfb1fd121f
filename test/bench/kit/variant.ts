// A variant is a process of its own that does one round of work each time it is asked, so that none warms up another.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a process answers: what was asked for, or why it could not be had. */
export type Answer<Value> = { readonly value: Value } | { readonly failure: string };

export interface VariantOptions {
  readonly args?: readonly string[];
  /** Options of node itself, such as `--import`; garbage can be collected by every variant. */
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How long a process may take over one round; the slowest peer needs a tenth of it. */
const ANSWER_TIMEOUT_MILLIS = 60_000;

/** The environment without anything that would configure promtel or a peer behind the benchmark's back. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|PROMTEL_|NODE_)/.test(name));
  return { ...Object.fromEntries(kept), NODE_ENV: 'production', ...extra };
}

export class Variant implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  /** What it said on stderr, which nobody wants to read unless it fails. */
  #said = '';

  constructor(name: string, script: URL, { args = [], nodeOptions = [], env = {} }: VariantOptions = {}) {
    this.name = name;
    this.#child = fork(fileURLToPath(script), [...args], {
      execArgv: ['--expose-gc', ...nodeOptions],
      env: cleanEnvironment(env),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error(`${name}: the process ended before it answered\n${this.#said}`);
    });
    // Also how every process ends that was asked for nothing more.
    this.#ended.catch(() => {});
  }

  /** Waits for what the process says unasked, such as the port that it listens on. */
  async hear<Value>(): Promise<Value> {
    const message = once(this.#child, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MILLIS) });
    const [answer] = (await Promise.race([message, this.#ended])) as [Answer<Value>];
    if ('failure' in answer) throw new Error(`${this.name}: ${answer.failure}\n${this.#said}`);
    return answer.value;
  }

  /** Asks for a round and waits for what came of it. */
  ask<Value>(question: unknown): Promise<Value> {
    const heard = this.hear<Value>();
    this.#child.send(question as object);
    return heard;
  }

  /** Ends the process without asking it: some peers answer SIGTERM by staying. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
