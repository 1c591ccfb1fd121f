// Watches an exporter: tells of every export, and of an outage once when it begins and once when it is over.
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { reportProblem } from '../core/problem.ts';
import { causeOf } from './export-error.ts';

/** How an export went. */
export interface ExportReport {
  /** As in `OTEL_METRICS_EXPORTER`. */
  readonly exporter: string;
  /** Undefined if it went well. */
  readonly errorType: string | undefined;
}

export type ExportListener = (report: ExportReport) => void;

/** As the SDK numbers it. */
const SUCCESS = 0;

export class ExportWatch {
  readonly #exporter: string;
  readonly #listener: ExportListener;
  #failures = 0;
  #outages = 0;

  constructor(exporter: string, listener: ExportListener) {
    this.#exporter = exporter;
    this.#listener = listener;
  }

  /** Has every export of an exporter watched; one that gives no answer in time has failed. */
  over(exporter: PushMetricExporter, timeoutMillis: number): PushMetricExporter {
    const send = exporter.export.bind(exporter);
    exporter.export = (metrics, done) => {
      const timer = setTimeout(() => this.#failed(new Error(`no answer within ${timeoutMillis} ms`)), timeoutMillis).unref();
      send(metrics, (result) => {
        clearTimeout(timer);
        const code: number = result.code;
        if (code === SUCCESS) this.#succeeded();
        else this.#failed(result.error);
        done(result);
      });
    };
    return exporter;
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#tell(`exports again; ${this.#failures} did not arrive`);
    this.#failures = 0;
    this.#listener({ exporter: this.#exporter, errorType: undefined });
  }

  #failed(error: unknown): void {
    const { type, text } = causeOf(error);
    if (this.#failures === 0) {
      this.#outages += 1;
      this.#tell(`cannot export: ${text}; it keeps trying and says when it works again`);
    }
    this.#failures += 1;
    this.#listener({ exporter: this.#exporter, errorType: type });
  }

  /** The same line is not told twice, so that of a later outage has its number. */
  #tell(message: string): void {
    const ordinal = this.#outages > 1 ? ` (outage ${this.#outages})` : '';
    reportProblem(`exporter ${this.#exporter}`, message + ordinal);
  }
}
