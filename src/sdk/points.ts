// Converts series to the metric data of the SDK, cumulative or delta, without loading the SDK.
import type { HrTime, ValueType } from '@opentelemetry/api';
import type { AggregationTemporality, DataPoint, DataPointType, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import type { InstrumentKind } from '../core/metric.ts';
import { DATA_POINT_TYPE, TEMPORALITY, VALUE_TYPE } from '../core/otel-enums.ts';
import type { Cell } from '../core/recording/cell.ts';
import type { Family } from '../core/recording/family.ts';

// The SDK's types want members of its enumerations, which are no more than these numbers.
/* oxlint-disable typescript/no-unsafe-enum-assignment */
export const CUMULATIVE = TEMPORALITY.CUMULATIVE as AggregationTemporality.CUMULATIVE;
export const DELTA = TEMPORALITY.DELTA as AggregationTemporality.DELTA;
const DOUBLE = VALUE_TYPE.DOUBLE as ValueType.DOUBLE;
const HISTOGRAM = DATA_POINT_TYPE.HISTOGRAM as DataPointType.HISTOGRAM;
const GAUGE = DATA_POINT_TYPE.GAUGE as DataPointType.GAUGE;
const SUM = DATA_POINT_TYPE.SUM as DataPointType.SUM;
/* oxlint-enable typescript/no-unsafe-enum-assignment */

/** The numbers of a series at one time: its value, or a histogram's sum followed by the counts of its buckets. */
export type Numbers = readonly number[];

/** A point: its numbers and its time range, in milliseconds of Unix time. */
export interface Reading {
  readonly cell: Cell;
  readonly numbers: Numbers;
  readonly startMillis: number;
  readonly endMillis: number;
}

export function numbersOf(cell: Cell): Numbers {
  return cell.kind === 'histogram' ? [cell.sum, ...cell.counts] : [cell.value];
}

/** The difference between two readings. A monotonic value that became less was reset, so that all of it is new. */
export function numbersSince(before: Numbers, now: Numbers, kind: InstrumentKind): Numbers {
  const wasReset = kind !== 'updowncounter' && now.some((number, index) => number < before[index]!);
  return wasReset ? now : now.map((number, index) => number - before[index]!);
}

/** The metric data of a family. */
export function metricDataOf(family: Family, readings: readonly Reading[], temporality: AggregationTemporality): MetricData {
  const { name, brief, unit, instrument } = family.definition;
  const common = { descriptor: { name, description: brief, unit, valueType: DOUBLE }, aggregationTemporality: temporality };
  if (instrument === 'histogram') {
    const dataPoints = readings.map((reading) => pointOf(family, reading, histogramOf(family.buckets, reading.numbers)));
    return { ...common, dataPointType: HISTOGRAM, dataPoints };
  }
  const dataPoints = readings.map((reading) => pointOf(family, reading, reading.numbers[0]!));
  if (instrument === 'gauge') return { ...common, dataPointType: GAUGE, dataPoints };
  return { ...common, dataPointType: SUM, dataPoints, isMonotonic: instrument === 'counter' };
}

function pointOf<T>(family: Family, { cell, startMillis, endMillis }: Reading, value: T): DataPoint<T> {
  return { startTime: hrTime(startMillis), endTime: hrTime(endMillis), attributes: family.attributesOf(cell), value };
}

function histogramOf(bounds: readonly number[], [sum, ...counts]: Numbers): Histogram {
  const count = counts.reduce((total, inBucket) => total + inBucket, 0);
  return { buckets: { boundaries: [...bounds], counts }, sum: sum!, count };
}

/** Unix time in the SDK's form: whole seconds and nanoseconds. */
export function hrTime(millis: number): HrTime {
  const seconds = Math.trunc(millis / 1000);
  return [seconds, Math.round((millis - seconds * 1000) * 1e6)];
}
