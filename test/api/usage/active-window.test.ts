// A sliding window counts distinct ids exactly up to 10,000, and within a few per cent beyond, in bounded memory.
import { describe, expect, it } from 'vitest';
import { ActiveWindow, type IdHash } from '../../../src/api/usage/active-window.ts';

const HOUR = 3_600_000;

/** A mark for a number, as a hash would give it, the same in every run. */
function markOf(index: number): IdHash {
  let state = (index + 1) * 0x9e3779b9;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
    return (state ^= state >>> 15) >>> 0;
  };
  return { key: next() * 65_536 + (next() & 0xffff), rank: Math.clz32(next()) };
}

function see(window: ActiveWindow, from: number, to: number, millis: number): void {
  for (let index = from; index < to; index += 1) window.add(markOf(index), millis);
}

describe('a window', () => {
  it('a window counts each id once, however often it is added', () => {
    const window = new ActiveWindow(HOUR);
    for (const millis of [0, 1, 2]) see(window, 0, 10_000, millis);
    expect(window.count(3)).toBe(10_000);
  });

  it('a window drops an id that was not added for its length, and keeps one that was', () => {
    const window = new ActiveWindow(HOUR);
    see(window, 0, 100, 0);
    see(window, 0, 30, HOUR - 1);
    expect(window.count(HOUR - 1)).toBe(100);
    expect(window.count(HOUR)).toBe(30);
    expect(window.count(2 * HOUR - 1)).toBe(0);
  });

  it.each([20_000, 100_000, 1_000_000])('a window estimates %i ids within 5 %', (actual) => {
    const window = new ActiveWindow(HOUR);
    see(window, 0, actual, 0);
    // The standard error is 1.4 % at most; three times that is 4.2 %.
    expect(Math.abs(window.count(1) / actual - 1)).toBeLessThan(0.05);
  });

  it('a window estimates ids that come back, at whatever level they were added last', () => {
    const window = new ActiveWindow(HOUR);
    see(window, 0, 50_000, 0);
    see(window, 0, 200_000, HOUR / 2);
    see(window, 0, 25_000, HOUR);
    expect(Math.abs(window.count(HOUR + 1) / 200_000 - 1)).toBeLessThan(0.05);
    expect(Math.abs(window.count(HOUR * 1.75) / 25_000 - 1)).toBeLessThan(0.1);
  });

  it('a window is exact again some windows after a rush', () => {
    const window = new ActiveWindow(HOUR);
    see(window, 0, 300_000, 0);
    for (let collection = 1; collection < 100; collection += 1) window.count(HOUR + collection);
    see(window, 0, 500, 2 * HOUR);
    expect(window.count(2 * HOUR + 1)).toBe(500);
  });

  it('a window makes room without a scan for every new id', () => {
    const window = new ActiveWindow(HOUR);
    const begin = performance.now();
    for (let index = 0; index < 200_000; index += 1) window.add(markOf(index), index * 300);
    expect(Math.abs(window.count(200_000 * 300) / 12_000 - 1)).toBeLessThan(0.06);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });
});
