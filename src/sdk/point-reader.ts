// Reads every series of a registry for one exporter, with cumulative or delta temporality.
import type { AggregationTemporality, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { InstrumentKind } from '../core/metric.ts';
import type { Cell } from '../core/recording/cell.ts';
import type { Family } from '../core/recording/family.ts';
import type { Registry } from '../core/recording/registry.ts';
import { VERSION } from '../core/version.ts';
import { DELTA, metricDataOf, type Numbers, numbersOf, numbersSince, type Reading } from './points.ts';

export type TemporalityOf = (kind: InstrumentKind) => AggregationTemporality;

/** Metrics that change without the application doing anything: they are no reason for a last export. */
const RUNTIME_METRICS = /^(?:promtel|nodejs|v8js|process|container|system)\./;

export class PointReader {
  readonly #registry: Registry;
  readonly #temporalityOf: TemporalityOf;
  /** The numbers of each series at the last reading; only for metrics that are read as deltas. */
  readonly #lastNumbers = new WeakMap<Cell, Numbers>();
  readonly #bit: number;
  #lastMillis = 0;

  constructor(registry: Registry, temporalityOf: TemporalityOf) {
    this.#registry = registry;
    this.#temporalityOf = temporalityOf;
    this.#bit = registry.claimReaderBit();
  }

  /** Whether the application's metrics have changed since the last reading. */
  get hasUnexported(): boolean {
    return this.#registry.families.some(
      ({ definition, blocks }) =>
        !RUNTIME_METRICS.test(definition.name) && blocks.some(({ changed }) => (changed & this.#bit) !== 0),
    );
  }

  /** The series as they are now; run the registry's `collect` before. */
  read(): ScopeMetrics[] {
    const nowMillis = Date.now();
    const metrics = this.#registry.families
      .map((family) => this.#readFamily(family, nowMillis))
      .filter(({ dataPoints }) => dataPoints.length > 0);
    this.#lastMillis = nowMillis;
    return metrics.length === 0 ? [] : [{ scope: { name: 'promtel', version: VERSION }, metrics }];
  }

  /** Releases what the registry keeps for this reader. */
  close(): void {
    this.#registry.releaseReaderBit(this.#bit);
  }

  #readFamily(family: Family, nowMillis: number): MetricData {
    const { instrument } = family.definition;
    const temporality = this.#temporalityOf(instrument);
    const isDelta = temporality === DELTA && instrument !== 'gauge';
    const readings: Reading[] = [];
    for (const block of family.blocks) {
      block.changed &= ~this.#bit;
      for (const cell of block.cells) {
        const reading = isDelta ? this.#readDelta(cell, nowMillis) : readCumulative(cell, nowMillis);
        if (reading !== undefined) readings.push(reading);
      }
    }
    return metricDataOf(family, readings, temporality);
  }

  /** Undefined if nothing was recorded since the last reading. */
  #readDelta(cell: Cell, nowMillis: number): Reading | undefined {
    const now = numbersOf(cell);
    const before = this.#lastNumbers.get(cell);
    this.#lastNumbers.set(cell, now);
    if (before === undefined) return { ...readCumulative(cell, nowMillis), numbers: now };
    if (now.every((number, index) => number === before[index])) return undefined;
    return {
      cell,
      numbers: numbersSince(before, now, cell.block.family.definition.instrument),
      startMillis: this.#lastMillis,
      endMillis: nowMillis,
    };
  }
}

function readCumulative(cell: Cell, nowMillis: number): Reading {
  return { cell, numbers: numbersOf(cell), startMillis: cell.startTimeMillis, endMillis: nowMillis };
}
