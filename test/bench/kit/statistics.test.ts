// The arithmetic of the benchmarks, and how goals are judged and shown.
import { describe, expect, it } from 'vitest';
import { figure, type Goal, isMet, medianRatio, ratio } from './benchmark.ts';
import { formatGoals, formatTable } from './report.ts';
import { quantile, ratios, summarize } from './statistics.ts';

describe('statistics', () => {
  it('gives the median and the middle half, whatever the order', () => {
    expect(summarize([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
    expect(summarize([1, 2])).toEqual({ median: 1.5, low: 1.25, high: 1.75 });
    expect(quantile([10], 0.99)).toBe(10);
  });

  it('compares round by round, so that a slow round changes no ratio', () => {
    expect(ratios([20, 200], [10, 100])).toEqual([2, 2]);
    expect(ratio([20, 200], [10, 100])).toBe('2.00 ×');
  });
});

describe('what is shown', () => {
  const goal: Goal = { subject: 'a record', actual: 4.9, sense: 'at least', limit: 5, unit: ' ×' };

  it('says met or MISSED', () => {
    expect(isMet(goal)).toBe(false);
    expect(isMet({ ...goal, sense: 'at most' })).toBe(true);
    expect(formatGoals([goal])).toContain('| MISSED |');
  });

  it('meets no goal where there is no figure', () => {
    expect(isMet({ ...goal, actual: medianRatio(undefined, [1]) })).toBe(false);
    expect(figure(undefined)).toBe('–');
  });

  it('aligns tables', () => {
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
