// Stands before a span exporter, so that an export under way neither holds the process nor goes unnoticed if it fails.
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { ExportWatch } from './export-watch.ts';
import { loadCore } from './otel-packages.ts';

type ResultCallback = Parameters<SpanExporter['export']>[1];
type ExportResult = Parameters<ResultCallback>[0];

export class NonBlockingSpanExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #watch: ExportWatch;
  readonly #underWay = new Set<Promise<void>>();

  constructor(exporter: SpanExporter, watch: ExportWatch) {
    this.#exporter = exporter;
    this.#watch = watch;
  }

  /** Answers at once: whoever waits for the answer does so on a timer that keeps the process alive. */
  export(spans: ReadableSpan[], done: ResultCallback): void {
    const sent = new Promise<ExportResult>((resolve) => this.#exporter.export(spans, resolve))
      .then((result) => this.#follow(result))
      .catch((error: unknown) => this.#watch.failed(error))
      .finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
    done({ code: loadCore().ExportResultCode.SUCCESS });
  }

  /** Waits for the exports that are under way. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #follow({ code, error }: ExportResult): void {
    if (code === loadCore().ExportResultCode.SUCCESS) this.#watch.succeeded();
    else this.#watch.failed(error ?? new Error('the exporter gives no reason'));
  }
}
