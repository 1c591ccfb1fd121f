// Points are series as values: those of the SDK, and those that have to be merged before they can be written.
import type { Syntax } from './format.ts';
import type { FamilyIdentity } from './identity.ts';
import {
  bucketPrefix,
  type HistogramTemplate,
  histogramTemplate,
  linePrefix,
  type LineTemplate,
  lineTemplate,
} from './line-template.ts';
import { numberText } from './text.ts';

export interface Distribution {
  /** Upper bounds, the last bucket's infinite one left out. */
  readonly bounds: readonly number[];
  /** One for each bound and one more; not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number | undefined;
}

export type PointValue = number | Distribution;

/** Series by the text of their labels. */
export type Points = Map<string, PointValue>;

/** A family whose series are points. */
export interface PointFamily {
  readonly identity: FamilyIdentity;
  readonly points: Points;
  /** Series that could not be kept. */
  readonly dropped: number;
}

/** Whether bounds are what parsers accept: finite, ascending, and not negative, or there would be no sum. */
export function isPlainScale(bounds: readonly number[]): boolean {
  return bounds.every((bound, index) => Number.isFinite(bound) && bound >= 0 && (index === 0 || bound > bounds[index - 1]!));
}

/** The same distribution with each bound once, ascending and finite; what was counted up to a bad one goes to the next. */
export function onPlainScale({ bounds, counts, sum }: Distribution): Distribution {
  const plainBounds: number[] = [];
  const plainCounts: number[] = [];
  let carried = 0;
  for (const [index, bound] of bounds.entries()) {
    carried += counts[index] ?? 0;
    const last = plainBounds.at(-1);
    if (!Number.isFinite(bound) || (last !== undefined && bound <= last)) continue;
    plainBounds.push(bound);
    plainCounts.push(carried);
    carried = 0;
  }
  plainCounts.push(carried + (counts[bounds.length] ?? 0));
  return { bounds: plainBounds, counts: plainCounts, sum };
}

/**
 * Adds a series. If its labels are there already, because the label in which two differ is not shown, they become one:
 * sums and distributions add up, of gauges the later one counts. False if that cannot be.
 */
export function addPoint(points: Points, labels: string, value: PointValue, { kind }: FamilyIdentity): boolean {
  // A counter cannot be negative or no number, to the strictest parser.
  if (kind === 'counter' && !((value as number) >= 0)) return false;
  const before = points.get(labels);
  const together = before === undefined || kind === 'gauge' || kind === 'info' ? value : sumOf(before, value);
  if (together !== undefined) points.set(labels, together);
  return together !== undefined;
}

function sumOf(first: PointValue, second: PointValue): PointValue | undefined {
  if (typeof first === 'number' || typeof second === 'number') {
    return typeof first === 'number' && typeof second === 'number' ? first + second : undefined;
  }
  if (!isSameScale(first.bounds, second.bounds)) return undefined;
  const counts = first.counts.map((count, bucket) => count + second.counts[bucket]!);
  const sum = first.sum === undefined || second.sum === undefined ? undefined : first.sum + second.sum;
  return { bounds: first.bounds, counts, sum };
}

function isSameScale(bounds: readonly number[], others: readonly number[]): boolean {
  return bounds.length === others.length && bounds.every((bound, index) => bound === others[index]);
}

/** Writes the lines of a family's points. */
export class PointLines {
  readonly #name: string;
  readonly #syntax: Syntax;
  readonly #line: LineTemplate;
  /** Of the latest histogram; the next one usually has the same bounds. */
  #bounds: readonly number[] = [];
  #histogram: HistogramTemplate | undefined = undefined;

  constructor({ name }: FamilyIdentity, syntax: Syntax) {
    this.#name = name;
    this.#syntax = syntax;
    this.#line = lineTemplate(name);
  }

  textOf(labels: string, value: PointValue): string {
    if (typeof value === 'number') return `${linePrefix(this.#line, labels)}${numberText(value)}\n`;
    const { bounds, counts, sum } = value;
    const template = this.#templateFor(bounds);
    const prefix = bucketPrefix(template, labels);
    let text = '';
    let count = 0;
    for (const [bucket, inBucket] of counts.entries()) {
      count += inBucket;
      text += `${prefix}${template.closings[bucket]}${numberText(count)}\n`;
    }
    // OpenMetrics has no sum that can go down, and no count without a sum. The count is in the last bucket all the same.
    if (sum === undefined || !(sum >= 0) || bounds[0]! < 0) return text;
    return `${text}${linePrefix(template.sum, labels)}${numberText(sum)}\n${linePrefix(template.count, labels)}${numberText(count)}\n`;
  }

  #templateFor(bounds: readonly number[]): HistogramTemplate {
    if (this.#histogram === undefined || !isSameScale(bounds, this.#bounds)) {
      this.#bounds = bounds;
      this.#histogram = histogramTemplate(this.#name, bounds, this.#syntax);
    }
    return this.#histogram;
  }
}
