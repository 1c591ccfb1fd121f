// The statistics of the benchmarks, and the evaluation and formatting of goals.
import { describe, expect, it } from 'vitest';
import { figure, type Goal, isMet, medianRatio, ratio } from './benchmark.ts';
import { formatGoals, formatTable } from './report.ts';
import { quantile, ratios, summarize } from './statistics.ts';

describe('statistics', () => {
  it('summarize gives median and quartiles of unsorted values', () => {
    expect(summarize([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
    expect(summarize([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
    expect(quantile([10], 0.99)).toBe(10);
  });

  it('ratios compare round by round, so that a slow round changes none', () => {
    expect(ratios([20, 200], [10, 100])).toEqual([2, 2]);
    expect(ratio([20, 200], [10, 100])).toBe('2.00 ×');
  });
});

describe('formatting', () => {
  const goal: Goal = { subject: 'a record', actual: 4.9, sense: 'at least', limit: 5, unit: ' ×' };

  it('goals are met or MISSED', () => {
    expect(isMet(goal)).toBe(false);
    expect(isMet({ ...goal, sense: 'at most' })).toBe(true);
    expect(formatGoals([goal])).toContain('| MISSED |');
  });

  it('a missing figure meets no goal', () => {
    expect(isMet({ ...goal, actual: medianRatio(undefined, [1]) })).toBe(false);
    expect(figure(undefined)).toBe('–');
  });

  it('formatTable aligns its columns', () => {
    const lines = formatTable({
      columns: ['', 'ns'],
      rows: [
        ['counter', '3'],
        ['histogram', '30'],
      ],
    }).split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });
});
