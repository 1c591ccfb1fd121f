// Records database operations, for libraries and for the API: duration with `error.type`, returned rows, and slow operations.
import { dbClientOperationDuration, dbClientResponseReturnedRows, dbClientSlowOperations } from '../../catalog/db.ts';
import type { AttributesOf } from '../../core/metric.ts';
import type { HistogramCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';

/** The metrics of a library that runs operations. */
export const DB_OPERATION_METRICS = [dbClientOperationDuration, dbClientResponseReturnedRows, dbClientSlowOperations] as const;

/** The attributes of an operation: what was done, and where; never a statement, key or value. */
export type DbOperation = AttributesOf<typeof dbClientSlowOperations>;

/** How it ended. */
export interface DbOperationEnd {
  readonly durationSeconds: number;
  /** Code or name of the error; undefined if there was none. */
  readonly errorType?: string | undefined;
  /** Undefined if it is not known, or the operation returns none. */
  readonly returnedRows?: number | undefined;
}

/** Records a further operation of one kind: its duration, and the code or name of its error if it failed. */
export type RecordDbOperation = (durationSeconds: number, errorType?: string) => void;

export class DbOperations {
  readonly #slowSeconds: number;
  readonly #duration;
  readonly #returnedRows;
  readonly #slow;

  constructor(registry: Registry, slowSeconds: number) {
    this.#slowSeconds = slowSeconds;
    this.#duration = registry.instrument(dbClientOperationDuration);
    this.#returnedRows = registry.instrument(dbClientResponseReturnedRows);
    this.#slow = registry.instrument(dbClientSlowOperations);
  }

  record(operation: DbOperation, { durationSeconds, errorType, returnedRows }: DbOperationEnd): void {
    this.#duration.record(durationSeconds, errorType === undefined ? operation : { ...operation, 'error.type': errorType });
    if (returnedRows !== undefined) this.#returnedRows.record(returnedRows, operation);
    if (durationSeconds >= this.#slowSeconds) this.#slow.add(1, operation);
  }

  /** Gives what records operations of one kind, whose series is looked up once. */
  bind(operation: DbOperation): RecordDbOperation {
    let succeeded: HistogramCell | undefined;
    return (durationSeconds, errorType) => {
      if (errorType === undefined) (succeeded ??= this.#duration.bind(operation)).record(durationSeconds);
      else this.#duration.record(durationSeconds, { ...operation, 'error.type': errorType });
      if (durationSeconds >= this.#slowSeconds) this.#slow.add(1, operation);
    };
  }
}
