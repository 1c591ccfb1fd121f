// Statistics of rounds: median, quartiles and ratios.

export interface Summary {
  readonly median: number;
  /** The first quartile. */
  readonly low: number;
  /** The third quartile. */
  readonly high: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** `others / values`, round by round, so that a disturbance of a whole round cancels out. */
export function ratios(others: readonly number[], values: readonly number[]): number[] {
  return others.slice(0, values.length).map((other, round) => other / values[round]!);
}

/** Interpolates linearly between the two nearest ranks; `sorted` must be ascending and not empty. */
export function quantile(sorted: readonly number[], fraction: number): number {
  const rank = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}
