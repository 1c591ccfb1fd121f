// Reads every series of a registry for one exporter, cumulative or as what came since its last reading.
import type { AggregationTemporality, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { InstrumentKind } from '../core/metric.ts';
import type { Cell } from '../core/recording/cell.ts';
import type { Family } from '../core/recording/family.ts';
import type { Registry } from '../core/recording/registry.ts';
import { VERSION } from '../core/version.ts';
import { DELTA, metricDataOf, type Numbers, numbersOf, numbersSince, type Reading } from './points.ts';

export type TemporalityOf = (kind: InstrumentKind) => AggregationTemporality;

/** What a process has by running at all, and an export changes: it is no reason for another export at the end. */
const BY_RUNNING = /^(?:promtel|nodejs|v8js|process|container|system)\./;

export class PointReader {
  readonly #registry: Registry;
  readonly #temporalityOf: TemporalityOf;
  /** What each series had at the last reading; only for metrics that are read as deltas. */
  readonly #before = new WeakMap<Cell, Numbers>();
  readonly #bit: number;
  #lastMillis = 0;

  constructor(registry: Registry, temporalityOf: TemporalityOf) {
    this.#registry = registry;
    this.#temporalityOf = temporalityOf;
    this.#bit = registry.claimReaderBit();
  }

  /** Whether the application's metrics have changed since the last reading. */
  get hasNews(): boolean {
    return this.#registry.families.some(
      ({ definition, blocks }) => !BY_RUNNING.test(definition.name) && blocks.some(({ changed }) => (changed & this.#bit) !== 0),
    );
  }

  /** The series as they stand. What is read on collection has to be collected before. */
  read(): ScopeMetrics[] {
    const nowMillis = Date.now();
    const metrics = this.#registry.families
      .map((family) => this.#readFamily(family, nowMillis))
      .filter(({ dataPoints }) => dataPoints.length > 0);
    this.#lastMillis = nowMillis;
    return metrics.length === 0 ? [] : [{ scope: { name: 'promtel', version: VERSION }, metrics }];
  }

  /** Lets go of what the registry keeps for it. */
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
        const reading = isDelta ? this.#readDelta(cell, nowMillis) : readWhole(cell, nowMillis);
        if (reading !== undefined) readings.push(reading);
      }
    }
    return metricDataOf(family, readings, temporality);
  }

  /** Undefined if nothing came since: a delta of nothing says nothing. */
  #readDelta(cell: Cell, nowMillis: number): Reading | undefined {
    const now = numbersOf(cell);
    const before = this.#before.get(cell);
    this.#before.set(cell, now);
    if (before === undefined) return { ...readWhole(cell, nowMillis), numbers: now };
    if (now.every((number, index) => number === before[index])) return undefined;
    return {
      cell,
      numbers: numbersSince(before, now, cell.block.family.definition.instrument),
      startMillis: this.#lastMillis,
      endMillis: nowMillis,
    };
  }
}

function readWhole(cell: Cell, nowMillis: number): Reading {
  return { cell, numbers: numbersOf(cell), startMillis: cell.startTimeMillis, endMillis: nowMillis };
}
