// Exports metrics over OTLP while the process exits: a worker thread sends them, and the exiting thread waits for it.
//
// Nothing asynchronous runs any more after `process.exit()` or an uncaught error, so the exiting thread cannot send by
// itself. Measured: 100 to 150 ms, most of which is the start of the worker.
import type { Environment } from '../config/config.ts';
import type { OtlpMetricsTarget } from '../config/otlp-target.ts';
import { messageOf, reportProblem } from '../core/problem.ts';
import type { PlainMetrics } from './push-target.ts';

/** The `workerData` of the thread. */
export interface AtExitData {
  readonly target: OtlpMetricsTarget;
  readonly metrics: PlainMetrics;
  readonly timeoutMillis: number;
  /** Its only element is 0 until the thread is done, and then an `OUTCOME`. */
  readonly outcome: Int32Array<SharedArrayBuffer>;
}

export const OUTCOME = { sent: 1, failed: 2 } as const;

/** Blocks until the metrics are sent, the export has failed, or the timeout is over. It never throws. */
export function sendAtExit(target: OtlpMetricsTarget, metrics: PlainMetrics, env: Environment, timeoutMillis: number): void {
  const outcome = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: AtExitData = { target, metrics, timeoutMillis, outcome };
  try {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    // Without the options of the process, so that neither promtel nor anything else is preloaded in the thread.
    const { NODE_OPTIONS: _, ...rest } = env;
    const worker = new Worker(new URL('./at-exit-thread.js', import.meta.url), {
      workerData,
      execArgv: [],
      env: rest,
      stdout: true,
      stderr: true,
    });
    worker.on('error', () => {});
    Atomics.wait(outcome, 0, 0, timeoutMillis);
  } catch (error) {
    reportProblem('OTLP', `the last export was not sent: ${messageOf(error)}`);
  }
}
