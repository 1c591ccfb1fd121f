// Wraps a span exporter so that an export in progress does not keep the process alive, and its failure is reported.
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { ExportWatch } from './export-watch.ts';
import { loadCore } from './otel-packages.ts';

type ResultCallback = Parameters<SpanExporter['export']>[1];
type ExportResult = Parameters<ResultCallback>[0];

export class NonBlockingSpanExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #watch: ExportWatch;
  readonly #inProgress = new Set<Promise<void>>();

  constructor(exporter: SpanExporter, watch: ExportWatch) {
    this.#exporter = exporter;
    this.#watch = watch;
  }

  /** Calls back at once: the SDK waits for the callback on a timer that keeps the process alive. */
  export(spans: ReadableSpan[], done: ResultCallback): void {
    const sent = new Promise<ExportResult>((resolve) => this.#exporter.export(spans, resolve))
      .then((result) => this.#report(result))
      .catch((error: unknown) => this.#watch.failed(error))
      .finally(() => this.#inProgress.delete(sent));
    this.#inProgress.add(sent);
    done({ code: loadCore().ExportResultCode.SUCCESS });
  }

  /** Waits for the exports in progress. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#inProgress);
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #report({ code, error }: ExportResult): void {
    if (code === loadCore().ExportResultCode.SUCCESS) this.#watch.succeeded();
    else this.#watch.failed(error ?? new Error('the exporter gives no reason'));
  }
}
