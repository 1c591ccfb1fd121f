// Exports a last time when the process ends, however it ends, and lets it end as it would without promtel.
import { messageOf, reportProblem } from '../core/problem.ts';
import type { ProcessState } from '../exporters/push-target.ts';

/** The last export. If it fails, the process ends without it. */
export interface LastExport {
  /** Whether anything has not been exported yet. */
  readonly isDue: () => boolean;
  /** Exports it. */
  readonly flush: () => Promise<void>;
  /** Exports it while the process exits, when nothing asynchronous runs any more. */
  readonly flushNow: (timeoutMillis: number) => void;
}

type Signal = 'SIGTERM' | 'SIGINT';

/** A program that records something whenever it exports has to end nevertheless. */
const MAX_FLUSHES = 5;

const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT'];

export class ProcessEnd implements ProcessState {
  readonly #last: LastExport;
  readonly #timeoutMillis: number;
  /** Unix time until which an export keeps the process alive; undefined while none does. */
  #deadlineMillis: number | undefined = undefined;
  /** How often it has exported because it was about to end. */
  #flushes = 0;

  /** A timeout of 0 leaves the process alone. */
  constructor(last: LastExport, timeoutMillis: number) {
    this.#last = last;
    this.#timeoutMillis = timeoutMillis;
  }

  get millisToEnd(): number | undefined {
    return this.#deadlineMillis === undefined ? undefined : Math.max(1, this.#deadlineMillis - Date.now());
  }

  watch(): void {
    if (this.#timeoutMillis === 0) return;
    process.on('beforeExit', this.#onBeforeExit);
    process.on('exit', this.#onExit);
    for (const signal of SIGNALS) this.#listenFor(signal);
    process.on('newListener', this.#onNewListener);
    process.on('removeListener', this.#onRemoveListener);
  }

  unwatch(): void {
    process.off('newListener', this.#onNewListener);
    process.off('removeListener', this.#onRemoveListener);
    process.off('beforeExit', this.#onBeforeExit);
    process.off('exit', this.#onExit);
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }

  /** Keeps the process alive while an export is in progress, within the timeout. It never rejects. */
  async hold(exported: Promise<unknown>): Promise<void> {
    this.#deadlineMillis = Date.now() + this.#timeoutMillis;
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#timeoutMillis);
    await Promise.race([exported.catch(reportFailure), timeout]);
    clearTimeout(timer);
    this.#deadlineMillis = undefined;
  }

  /** Node emits it again once the export is over, or when the application has done something more. */
  readonly #onBeforeExit = (): void => {
    if (this.#deadlineMillis !== undefined || this.#flushes === MAX_FLUSHES || !this.#isDue) return;
    this.#flushes += 1;
    void this.#flush();
  };

  /** After `process.exit()`, after an uncaught error, and at every other end, when there may be nothing left to export. */
  readonly #onExit = (): void => {
    if (this.#deadlineMillis === undefined && !this.#isDue) return;
    attempt(() => this.#last.flushNow(this.#timeoutMillis));
  };

  /** Called only while the application does not listen itself, so that without promtel the signal would end the process. */
  readonly #onSignal = (signal: Signal): void => {
    if (this.#deadlineMillis !== undefined) this.#raise(signal);
    else void this.#flush().then(() => this.#raise(signal));
  };

  // A second listener would change what the application does at a signal: the package signal-exit, for one, ends the
  // process only if nobody else listens. So ours is there exactly while there is none of the application's.
  readonly #onNewListener = (event: string | symbol, listener: unknown): void => {
    if (!isWatched(event) || listener === this.#onSignal) return;
    // Not at once: Node stops watching a signal with the last listener, and the new one has not been added yet.
    queueMicrotask(() => {
      if (process.listenerCount(event) > 1) process.off(event, this.#onSignal);
    });
  };

  readonly #onRemoveListener = (event: string | symbol, listener: unknown): void => {
    if (isWatched(event) && listener !== this.#onSignal) this.#listenFor(event);
  };

  get #isDue(): boolean {
    return attempt(() => this.#last.isDue()) ?? false;
  }

  #listenFor(signal: Signal): void {
    if (process.listenerCount(signal) === 0) process.on(signal, this.#onSignal);
  }

  /** Without a listener the signal ends the process, which exits with that signal. */
  #raise(signal: Signal): void {
    process.off(signal, this.#onSignal);
    process.kill(process.pid, signal);
  }

  async #flush(): Promise<void> {
    const flushed = attempt(() => this.#last.flush());
    if (flushed !== undefined) await this.hold(flushed);
  }
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

function reportFailure(error: unknown): void {
  reportProblem('last export', `was not made: ${messageOf(error)}`);
}

function isWatched(event: string | symbol): event is Signal {
  return event === 'SIGTERM' || event === 'SIGINT';
}
