// Reports how exports go: each to a listener, and an outage as a problem when it begins and when it is over.
import { reportEachTime } from '../core/problem.ts';
import { causeOf } from './export-error.ts';

/** The result of one export. */
export interface ExportReport {
  /** The exporter as `OTEL_METRICS_EXPORTER` names it; for spans with `traces` after it. */
  readonly exporter: string;
  /** Undefined if the export succeeded. */
  readonly errorType: string | undefined;
}

export type ExportListener = (report: ExportReport) => void;

export class ExportWatch {
  readonly #exporter: string;
  readonly #listener: ExportListener;
  #failures = 0;
  #outages = 0;

  constructor(exporter: string, listener: ExportListener) {
    this.#exporter = exporter;
    this.#listener = listener;
  }

  succeeded(): void {
    if (this.#failures > 0) this.#report(`exports again; ${this.#failures} did not arrive`);
    this.#failures = 0;
    this.#listener({ exporter: this.#exporter, errorType: undefined });
  }

  failed(error: unknown): void {
    const { type, text } = causeOf(error);
    if (this.#failures === 0) {
      this.#outages += 1;
      this.#report(`cannot export: ${text}; it keeps trying and says when it works again`);
    }
    this.#failures += 1;
    this.#listener({ exporter: this.#exporter, errorType: type });
  }

  /** Each outage is reported with its number, however many there are. */
  #report(message: string): void {
    const ordinal = this.#outages > 1 ? ` (outage ${this.#outages})` : '';
    reportEachTime(`exporter ${this.#exporter}`, message + ordinal);
  }
}
