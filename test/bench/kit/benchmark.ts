// The types of a benchmark and its findings, and the formatting of figures.
import { ratios, type Summary, summarize } from './statistics.ts';

export interface Benchmark {
  /** Its name on the command line. */
  readonly name: string;
  readonly title: string;
  /** How it is measured, for the results page. */
  readonly method: string;
  run(options: RunOptions): Promise<Findings>;
}

export interface RunOptions {
  readonly quick: boolean;
  /** The folder of another build of promtel, to be measured beside this one. */
  readonly before?: string | undefined;
}

export interface Findings {
  readonly ratios: Table;
  readonly absolute: readonly Table[];
  readonly goals: readonly Goal[];
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Goal {
  readonly subject: string;
  readonly actual: number;
  readonly sense: 'at least' | 'at most';
  readonly limit: number;
  readonly unit: string;
}

export function isMet({ actual, sense, limit }: Goal): boolean {
  return sense === 'at least' ? actual >= limit : actual <= limit;
}

/** One figure per round; undefined if a variant does not have that figure. */
export type Figures = readonly number[] | undefined;

/** The median with the middle half of the rounds, such as `32 (31–34)`. */
export function figure(figures: Figures): string {
  return figures === undefined ? '–' : withSpread(summarize(figures));
}

/** The ratio `others / figures`, such as `8.4 × (8.1–8.7)`. */
export function ratio(others: Figures, figures: Figures): string {
  if (others === undefined || figures === undefined) return '–';
  return withSpread(summarize(ratios(others, figures)), ' ×');
}

/** The median of the ratios of the rounds; NaN, which meets no goal, if one side has no figures. */
export function medianRatio(others: Figures, figures: Figures): number {
  return others === undefined || figures === undefined ? NaN : summarize(ratios(others, figures)).median;
}

function withSpread({ median, low, high }: Summary, unit = ''): string {
  const [from, to] = [rounded(low), rounded(high)];
  return from === to ? `${rounded(median)}${unit}` : `${rounded(median)}${unit} (${from}–${to})`;
}

/** Formats a number with about three significant digits. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
