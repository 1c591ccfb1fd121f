// A variant: a separate process that runs one round of work per request, so that no variant warms up another.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The answer of a process: a value, or why the round failed. */
export type Answer<Value> = { readonly value: Value } | { readonly failure: string };

export interface VariantOptions {
  readonly args?: readonly string[];
  /** Options of node, such as `--import`; `--expose-gc` is always set. */
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The timeout of one round; the slowest peer needs a tenth of it. */
const ANSWER_TIMEOUT_MILLIS = 60_000;

/** The environment without variables that would configure promtel or a peer. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|PROMTEL_|NODE_)/.test(name));
  return { ...Object.fromEntries(kept), NODE_ENV: 'production', ...extra };
}

export class Variant implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  /** Its output on stderr, printed only if it fails. */
  #stderr = '';

  constructor(name: string, script: URL, { args = [], nodeOptions = [], env = {} }: VariantOptions = {}) {
    this.name = name;
    this.#child = fork(fileURLToPath(script), [...args], {
      execArgv: ['--expose-gc', ...nodeOptions],
      env: cleanEnvironment(env),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error(`${name}: the process ended before it answered\n${this.#stderr}`);
    });
    // A process that is ended between requests rejects it too.
    this.#ended.catch(() => {});
  }

  /** Receives the next value that the process sends, such as the port that it listens on. */
  async receive<Value>(): Promise<Value> {
    const message = once(this.#child, 'message', { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MILLIS) });
    const [answer] = (await Promise.race([message, this.#ended])) as [Answer<Value>];
    if ('failure' in answer) throw new Error(`${this.name}: ${answer.failure}\n${this.#stderr}`);
    return answer.value;
  }

  /** Requests a round and receives its result. */
  ask<Value>(request: unknown): Promise<Value> {
    const result = this.receive<Value>();
    this.#child.send(request as object);
    return result;
  }

  /** Kills the process, since some peers ignore SIGTERM. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
