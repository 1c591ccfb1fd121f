// `promtel/testing`: collect the metrics in a test, expect a metric, and reset all of them.
import type { AttributeValue } from './core/attribute.ts';
import type { MetricDefinition } from './core/metric.ts';
import { type Sample, samplesOf } from './core/recording/samples.ts';
import { sharedRegistry } from './core/recording/shared-registry.ts';
import { running } from './start/running.ts';

export type { Sample } from './core/recording/samples.ts';

/** A number, or a predicate such as `(seconds) => seconds < 1`. */
export type Expected = number | ((actual: number) => boolean);

export interface Expectation {
  /** Attributes that the series must have; further ones do not matter. One that is undefined must be absent. */
  readonly attributes?: Readonly<Record<string, AttributeValue | undefined>>;
  /** The value of a counter or gauge, or the count of a histogram, summed over all matching series. */
  readonly value?: Expected;
  /** The sum of a histogram, over all matching series. */
  readonly sum?: Expected;
}

/** Collects promtel's metrics, which reads values such as memory, and returns all of their series. It never rejects. */
export async function collect(): Promise<Sample[]> {
  const registry = sharedRegistry();
  await registry.collect();
  return samplesOf(registry);
}

/**
 * Collects, and expects a metric, by its definition or its OpenTelemetry name, to have matching series. Unless a value or sum is
 * expected, something must have been recorded into them: a series that `reset` set to zero does not match.
 *
 * @returns the matching series
 * @throws Error with what was expected and the series of the metric, at most 20 of them
 */
export async function expectMetric(metric: MetricDefinition | string, expectation: Expectation = {}): Promise<Sample[]> {
  const { attributes: expected = {}, value, sum } = expectation;
  const name = typeof metric === 'string' ? metric : metric.name;
  const all = (await collect()).filter((sample) => sample.name === name);
  const matching = all.filter(({ attributes }) => hasAttributes(attributes, expected));
  const holds =
    value === undefined && sum === undefined
      ? matching.some(hasRecorded)
      : matching.length > 0 && meets(totalOf(matching, 'value'), value) && meets(totalOf(matching, 'sum'), sum);
  if (!holds) throw new Error(failureMessage(name, expectation, all));
  return matching;
}

/**
 * Sets every series to zero, so that the next test sees only what it records itself. Up-down counters keep their value, since
 * operations that are active will end, and count down then.
 */
export function reset(): void {
  sharedRegistry().reset();
}

function hasAttributes(actual: Sample['attributes'], expected: NonNullable<Expectation['attributes']>): boolean {
  return Object.entries(expected).every(([key, value]) => actual[key] === value);
}

/** A gauge at zero has been set; a counter or a histogram at zero has not been recorded into. */
function hasRecorded({ instrument, value }: Sample): boolean {
  return value !== 0 || instrument === 'gauge' || instrument === 'updowncounter';
}

function totalOf(samples: readonly Sample[], key: 'value' | 'sum'): number {
  return samples.reduce((total, sample) => total + (sample[key] ?? 0), 0);
}

function meets(actual: number, expected: Expected | undefined): boolean {
  if (expected === undefined) return true;
  return typeof expected === 'number' ? actual === expected : expected(actual);
}

const MOST_LISTED = 20;

function failureMessage(name: string, { attributes = {}, value, sum }: Expectation, all: readonly Sample[]): string {
  const wanted = [`${name} ${inBraces(attributes)}`, ...textOf('value', value), ...textOf('sum', sum)].join(', ');
  if (all.length === 0) {
    const why = running() === undefined ? ' (promtel/register was not loaded in this thread)' : '';
    return `expected ${wanted}, but ${name} has no series${why}`;
  }
  const listed = all.slice(0, MOST_LISTED).map((sample) => {
    const withSum = sample.sum === undefined ? '' : `, sum ${sample.sum}`;
    return `  ${inBraces(sample.attributes)} value ${sample.value}${withSum}`;
  });
  const more = all.length - listed.length;
  return [`expected ${wanted}; there are`, ...listed, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}

function textOf(what: string, expected: Expected | undefined): string[] {
  if (expected === undefined) return [];
  return [typeof expected === 'number' ? `${what} ${expected}` : `${what} with ${expected.toString()}`];
}

function inBraces(attributes: Readonly<Record<string, AttributeValue | undefined>>): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => `${key}=${value === undefined ? '(absent)' : JSON.stringify(value)}`,
  );
  return `{${pairs.join(', ')}}`;
}
