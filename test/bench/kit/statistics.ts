// What rounds come to: the median, and how far apart the middle half of them lies.

export interface Summary {
  readonly median: number;
  /** The middle half of the rounds lies between these two. */
  readonly low: number;
  readonly high: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** How often `values` go into `others`, round by round, so that what slows a whole round cancels out. */
export function ratios(others: readonly number[], values: readonly number[]): number[] {
  return others.slice(0, values.length).map((other, round) => other / values[round]!);
}

/** Linear interpolation between the two nearest ranks; `sorted` ascends and is not empty. */
export function quantile(sorted: readonly number[], fraction: number): number {
  const rank = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}
