// Exports one last time when the process ends, however it ends, and lets it end as it would have without promtel.
import { messageOf, reportProblem } from '../core/problem.ts';
import type { ProcessState } from '../exporters/push-target.ts';

/** What has to be exported before the end. If one of it fails, the process ends without it. */
export interface LastExport {
  /** Whether there is anything that has not been exported. */
  readonly isDue: () => boolean;
  /** Exports it. */
  readonly flush: () => Promise<void>;
  /** Exports it while the process exits, when nothing asynchronous runs any more. */
  readonly flushNow: (timeoutMillis: number) => void;
}

type Signal = 'SIGTERM' | 'SIGINT';

/** A program that is never done, since exporting makes it record something, has to end nevertheless. */
const MOST_ENDS = 5;

const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT'];

export class ProcessEnd implements ProcessState {
  readonly #last: LastExport;
  readonly #timeoutMillis: number;
  /** Until when an export holds the process, Unix time; undefined while none does. */
  #deadlineMillis: number | undefined = undefined;
  /** How often it was about to end and exported. */
  #ends = 0;

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
    for (const signal of SIGNALS) this.#standBy(signal);
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

  /** Holds the process for as long as an export takes, within the timeout. It never rejects. */
  async hold(exported: Promise<unknown>): Promise<void> {
    this.#deadlineMillis = Date.now() + this.#timeoutMillis;
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#timeoutMillis);
    await Promise.race([exported.catch(tell), timeout]);
    clearTimeout(timer);
    this.#deadlineMillis = undefined;
  }

  /** Node tells this again once the export is over, or when the application has found something else to do. */
  readonly #onBeforeExit = (): void => {
    if (this.#deadlineMillis !== undefined || this.#ends === MOST_ENDS || !this.#isDue) return;
    this.#ends += 1;
    void this.#flush();
  };

  /** After `process.exit()` and after an uncaught error; also after everything else, when there is nothing left to do. */
  readonly #onExit = (): void => {
    if (this.#deadlineMillis === undefined && !this.#isDue) return;
    attempt(() => this.#last.flushNow(this.#timeoutMillis));
  };

  /** Only heard while the application does not listen itself, so that without promtel the process would be gone by now. */
  readonly #onSignal = (signal: Signal): void => {
    if (this.#deadlineMillis !== undefined) this.#raise(signal);
    else void this.#flush().then(() => this.#raise(signal));
  };

  // A listener of ours beside the application's would change what becomes of the signal: the package signal-exit, for
  // one, ends the process only if nobody else listens. So ours is there exactly while there is none of the application's.
  readonly #onNewListener = (event: string | symbol, listener: unknown): void => {
    if (!isWatched(event) || listener === this.#onSignal) return;
    // Not at once: with its last listener Node stops to listen, and the new one is not there yet.
    queueMicrotask(() => {
      if (process.listenerCount(event) > 1) process.off(event, this.#onSignal);
    });
  };

  readonly #onRemoveListener = (event: string | symbol, listener: unknown): void => {
    if (isWatched(event) && listener !== this.#onSignal) this.#standBy(event);
  };

  get #isDue(): boolean {
    return attempt(() => this.#last.isDue()) ?? false;
  }

  #standBy(signal: Signal): void {
    if (process.listenerCount(signal) === 0) process.on(signal, this.#onSignal);
  }

  /** With our listener gone the signal does what it does by default: it ends the process, as what ended it. */
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
    tell(error);
    return undefined;
  }
}

function tell(error: unknown): void {
  reportProblem('last export', `was not made: ${messageOf(error)}`);
}

function isWatched(event: string | symbol): event is Signal {
  return event === 'SIGTERM' || event === 'SIGINT';
}
