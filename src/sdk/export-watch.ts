// Follows how exports go: tells of each, and of an outage once when it begins and once when it is over.
import { tellProblem } from '../core/problem.ts';
import { causeOf } from './export-error.ts';

/** How an export went. */
export interface ExportReport {
  /** As in `OTEL_METRICS_EXPORTER`. */
  readonly exporter: string;
  /** Undefined if it went well. */
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
    if (this.#failures > 0) this.#tell(`exports again; ${this.#failures} did not arrive`);
    this.#failures = 0;
    this.#listener({ exporter: this.#exporter, errorType: undefined });
  }

  failed(error: unknown): void {
    const { type, text } = causeOf(error);
    if (this.#failures === 0) {
      this.#outages += 1;
      this.#tell(`cannot export: ${text}; it keeps trying and says when it works again`);
    }
    this.#failures += 1;
    this.#listener({ exporter: this.#exporter, errorType: type });
  }

  /** However many outages there are, each is told, with its number. */
  #tell(message: string): void {
    const ordinal = this.#outages > 1 ? ` (outage ${this.#outages})` : '';
    tellProblem(`exporter ${this.#exporter}`, message + ordinal);
  }
}
