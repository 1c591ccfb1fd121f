// Database operations: what every client library and the `db` helper record of one that ended.
import { dbClientOperationDuration, dbClientResponseReturnedRows, dbClientSlowOperations } from '../../catalog/db.ts';
import type { AttributesOf } from '../../core/metric.ts';
import type { HistogramCell } from '../../core/recording/cell.ts';
import type { Registry } from '../../core/recording/registry.ts';

/** What a library that knows operations records. */
export const DB_OPERATION_METRICS = [dbClientOperationDuration, dbClientResponseReturnedRows, dbClientSlowOperations] as const;

/** What was done, and where; never a statement, key or value. */
export type DbOperation = AttributesOf<typeof dbClientSlowOperations>;

/** How it ended. */
export interface DbOperationEnd {
  readonly durationSeconds: number;
  /** Code or name of the error; undefined if there was none. */
  readonly errorType?: string | undefined;
  /** Undefined where the library does not tell, or the operation returns none. */
  readonly returnedRows?: number | undefined;
}

/** Records one more of an operation: how long it took, and the code or name of the error if it failed. */
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

  /** The same for an operation that is done over and over, whose series is to be looked up once. */
  bind(operation: DbOperation): RecordDbOperation {
    let succeeded: HistogramCell | undefined;
    return (durationSeconds, errorType) => {
      if (errorType === undefined) (succeeded ??= this.#duration.bind(operation)).record(durationSeconds);
      else this.#duration.record(durationSeconds, { ...operation, 'error.type': errorType });
      if (durationSeconds >= this.#slowSeconds) this.#slow.add(1, operation);
    };
  }
}
