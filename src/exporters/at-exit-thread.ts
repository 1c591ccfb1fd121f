// The worker thread that exports the last metrics of an exiting process over OTLP; shared memory says when it is done.
import { workerData } from 'node:worker_threads';
import { EXPORT_RESULT } from '../core/otel-enums.ts';
import { type AtExitData, OUTCOME } from './at-exit.ts';
import { loadResources } from './otel-packages.ts';
import { openOtlpMetrics } from './otlp.ts';

const { target, metrics, timeoutMillis, outcome } = workerData as AtExitData;

// The exporter's sockets do not keep the thread alive, so a timer does; the thread ends with the process at the latest.
const keepAlive = setInterval(() => {}, timeoutMillis);

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
  clearInterval(keepAlive);
  Atomics.store(outcome, 0, result);
  Atomics.notify(outcome, 0);
}
