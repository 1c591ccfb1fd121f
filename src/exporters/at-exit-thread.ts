// The thread that sends the last metrics of an exiting process, and tells how that went through shared memory.
import { workerData } from 'node:worker_threads';
import { EXPORT_RESULT } from '../core/otel-enums.ts';
import { type AtExitData, OUTCOME } from './at-exit.ts';
import { loadResources } from './otel-packages.ts';
import { openOtlpMetrics } from './otlp.ts';

const { target, metrics, timeoutMillis, outcome } = workerData as AtExitData;

// Sockets of the exporter hold nothing alive, so the thread has to; it ends with the process at the latest.
const alive = setInterval(() => {}, timeoutMillis);

try {
  const resource = loadResources().resourceFromAttributes(metrics.resource);
  const exporter = openOtlpMetrics(target, { millisToEnd: timeoutMillis });
  exporter.export({ resource, scopeMetrics: [...metrics.scopeMetrics] }, (result) => {
    const code: number = result.code;
    end(code === EXPORT_RESULT.SUCCESS ? OUTCOME.sent : OUTCOME.failed);
  });
} catch {
  end(OUTCOME.failed);
}

function end(result: number): void {
  clearInterval(alive);
  Atomics.store(outcome, 0, result);
  Atomics.notify(outcome, 0);
}
